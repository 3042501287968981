"""Zip archives whose bytes depend on their contents alone."""

import shutil
import zipfile
from pathlib import Path

from common.files.parcel import Parcel

__all__ = ["zipped"]

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold


def zipped(parcel: Parcel, path: Path | None = None) -> Parcel:
    """The parcel's file in a zip of the same stem beside it (or at ``path``); the plain file is removed.

    Times in the archive are fixed, so that the same rows give the same bytes.
    """
    path = path or parcel.path.with_suffix(".zip")
    member = zipfile.ZipInfo(parcel.name, EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    member.create_system = 3  # Unix, wherever it is written
    member.file_size = parcel.bytes  # lets a file over 2 GiB be written as Zip64 from its start
    try:
        path.touch(mode=0o600)
        with (
            zipfile.ZipFile(path, "w", compresslevel=6) as archive,
            parcel.path.open("rb") as source,
            archive.open(member, "w") as target,
        ):
            shutil.copyfileobj(source, target, 1 << 20)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    parcel.path.unlink()
    return Parcel.of(path, parcel.rows, parcel.contract, parcel.preview)
