"""Zip archives: plain ones, whose bytes depend on their contents alone, and encrypted ones."""

import shutil
import zipfile
from pathlib import Path

from common.files.parcel import Parcel

__all__ = ["zipped"]

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
FOR_OWNER = 0o600 << 16
UNIX = 3  # wherever it is written
LEVEL = 6
PIECE = 1 << 20  # bytes copied at a time


def zipped(parcel: Parcel, path: Path | None = None, *, password: str | None = None) -> Parcel:
    """The parcel's file in a zip of the same stem beside it (or at ``path``); the plain file is removed.

    With a ``password`` it is encrypted by AES-256 (WinZip's AE-2), whose salt makes other bytes each time; the
    file's name in it stays readable. Otherwise times in the archive are fixed, so that the same rows give the same
    bytes.
    """
    path = path or parcel.path.with_suffix(".zip")
    try:
        path.touch(mode=0o600)
        if password:
            _encrypt(parcel, path, password)
        else:
            _pack(parcel, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    parcel.path.unlink()
    return Parcel.of(path, parcel.rows, parcel.contract, parcel.preview, sealed=bool(password))


def _pack(parcel: Parcel, path: Path) -> None:
    member = zipfile.ZipInfo(parcel.name, EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = FOR_OWNER
    member.create_system = UNIX
    member.file_size = parcel.bytes  # lets a file over 2 GiB be written as Zip64 from its start
    with (
        zipfile.ZipFile(path, "w", compresslevel=LEVEL) as archive,
        parcel.path.open("rb") as source,
        archive.open(member, "w") as target,
    ):
        shutil.copyfileobj(source, target, PIECE)


def _encrypt(parcel: Parcel, path: Path, password: str) -> None:
    import pyzipper

    with pyzipper.AESZipFile(
        path, "w", compression=pyzipper.ZIP_DEFLATED, compresslevel=LEVEL, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode())
        member = archive.zipinfo_cls(parcel.name, EPOCH)
        member.compress_type = pyzipper.ZIP_DEFLATED
        member.external_attr = FOR_OWNER
        member.create_system = UNIX
        member.file_size = parcel.bytes
        with parcel.path.open("rb") as source, archive.open(member, "w") as target:
            shutil.copyfileobj(source, target, PIECE)
