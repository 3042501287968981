"""A partner's SFTP folder, with the peculiarities that real partners have."""

import os
from collections.abc import Awaitable
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import cast

import asyncssh

__all__ = ["PartnerFolder", "SftpSystem"]


@dataclass(frozen=True, slots=True)
class SftpSystem:
    """One partner: who logs in, and how its server behaves.

    ``folders`` exist from the start. ``quota_bytes`` is the room there is in all. ``posix_rename=False``
    is a server without OpenSSH's extension, ``forbid_rename`` one without any rename, and
    ``moves_on_arrival`` one that takes a file away once it has its final name.
    """

    name: str
    username: str
    password: str | None = field(default=None, repr=False)
    public_key: str | None = None
    folders: tuple[str, ...] = ()
    quota_bytes: int | None = None
    posix_rename: bool = True
    forbid_rename: bool = False
    moves_on_arrival: bool = False


class PartnerFolder(asyncssh.SFTPServer):
    """One session in one system's folder; nothing outside of it can be seen."""

    def __init__(
        self, channel: asyncssh.SSHServerChannel[bytes], system: SftpSystem, folder: Path, collected: Path
    ) -> None:
        super().__init__(channel, chroot=bytes(folder))
        self._system = system
        self._folder = folder.resolve()
        self._collected = collected

    def write(self, file_obj: object, offset: int, data: bytes) -> int | Awaitable[int]:
        quota = self._system.quota_bytes
        if quota is not None and self._bytes_besides(_local_path(file_obj)) + offset + len(data) > quota:
            raise asyncssh.SFTPFailure("No space left on device")
        return super().write(file_obj, offset, data)

    def close(self, file_obj: object) -> None:
        file = cast(FileIO, file_obj)
        written = file.writable()
        super().close(file)
        if written:
            self._arrived(_local_path(file))

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        self._refuse_rename()
        super().rename(oldpath, newpath)
        self._arrived(Path(os.fsdecode(self.map_path(newpath))))

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        if not self._system.posix_rename:
            raise asyncssh.SFTPOpUnsupported("Unsupported extended request")
        self._refuse_rename()
        super().posix_rename(oldpath, newpath)
        self._arrived(Path(os.fsdecode(self.map_path(newpath))))

    def _refuse_rename(self) -> None:
        if self._system.forbid_rename:
            raise asyncssh.SFTPPermissionDenied("Renames are not allowed")

    def _bytes_besides(self, this: Path) -> int:
        return sum(file.stat().st_size for file in self._folder.rglob("*") if file.is_file() and file != this)

    def _arrived(self, file: Path) -> None:
        if self._system.moves_on_arrival and file.is_file() and file.suffix != ".part":
            target = self._collected / file.relative_to(self._folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)


def _local_path(file_obj: object) -> Path:
    return Path(os.fsdecode(cast(FileIO, file_obj).name))
