"""A folder that this machine sees: of its own disk, or of a share that somebody has mounted.

A file is written beside its place under a temporary name, brought to the disk, and then takes its final name in
one step (POSIX rename, which NFS and CIFS mounts keep as well).
"""

import contextlib
import errno
import logging
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from common.connectors.file_store import (
    PROBE_CONTENT,
    Placed,
    RemoteFile,
    compare_size,
    path_inside,
    probe_name,
    temporary_name,
)
from common.connectors.local_file import receiving, sending
from common.connectors.probing import Tell, untold
from common.errors import ConfigError, DeliveryError, SourceError, TransientError

__all__ = ["Folder"]

logger = logging.getLogger(__name__)

_BLOCK = 1024 * 1024
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
# What the kernel answers for a network mount whose server is away, or has come back as another one.
_AWAY = frozenset(
    {
        errno.EIO,
        errno.ESTALE,
        errno.ETIMEDOUT,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENOTCONN,
        errno.ECONNRESET,
    }
)


class Folder:
    """One folder, for use in a ``with`` statement.

    ``name`` is the configuration page's, for messages. ``marker`` is a file that is always there: without it the
    folder is taken for a mount point whose share is missing.

    Raises ConfigError for a folder that is not there; TransientError for a share that is not mounted or does not
    answer; DeliveryError for a full or read-only disk; SourceError for what is not there to be read.
    """

    def __init__(self, *, name: str, path: str, marker: str = "") -> None:
        self._name = name
        self._path = path
        self._marker = marker
        self._where = f"Page {name}"

    def __enter__(self) -> Self:
        self._look()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held open."""

    def put(self, local: Path, remote: str) -> Placed:
        """Copy a local file there; under its final name it is complete, or it is not there."""
        with sending(local) as (source, size):
            return self._place(source, size, remote)

    def put_bytes(self, content: bytes, remote: str) -> Placed:
        """Write a small file from memory, such as a completion mark."""
        return self._place(BytesIO(content), len(content), remote)

    def get(self, remote: str, local: Path) -> int:
        """Copy a file from there; ``local`` appears only when it is complete. Returns its size in bytes."""
        path = self._inside(remote)
        with (
            self._explained("read", path, SourceError),
            path.open("rb") as source,
            receiving(local) as target,
        ):
            size = os.fstat(source.fileno()).st_size
            shutil.copyfileobj(source, target, _BLOCK)
            compare_size(self._where, path, target.tell(), size)
        logger.info("folder_get page=%s path=%s bytes=%d", self._name, path, size)
        return size

    def list(self, folder: str = ".") -> tuple[RemoteFile, ...]:
        """The files in a folder, without folders and links, by name."""
        path = self._inside(folder)
        with self._explained("list", path, SourceError), os.scandir(path) as entries:
            found = [(entry.name, entry.stat()) for entry in entries if entry.is_file(follow_symlinks=False)]
        return tuple(
            RemoteFile(name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))
            for name, status in sorted(found, key=lambda file: file[0])
        )

    def exists(self, remote: str) -> bool:
        """Whether a file or folder of that name is there."""
        path = self._inside(remote)
        with self._explained("look at", path, SourceError):
            try:
                path.stat()
            except (FileNotFoundError, NotADirectoryError):
                return False
        return True

    def move(self, source: str, target: str) -> None:
        """Give a file another name or folder; it replaces one of that name. A missing folder is made."""
        old, new = self._inside(source), self._inside(target)
        with self._explained("move", old, DeliveryError):
            if not old.is_file():
                raise SourceError(f"{self._where}: {old} does not exist. Correct the path, or ask its owner.")
            new.parent.mkdir(parents=True, exist_ok=True)
            old.replace(new)
            _settle(new.parent)
        logger.info("folder_move page=%s path=%s to=%s", self._name, old, new)

    def remove(self, remote: str) -> None:
        """Delete a file; SourceError where there is none."""
        path = self._inside(remote)
        with self._explained("remove", path, DeliveryError):
            path.unlink()
        logger.info("folder_remove page=%s path=%s", self._name, path)

    def probe(self, tell: Tell = untold, *, write: bool = True) -> str:
        """Look at the folder; with ``write``, put a small file there and remove it. Returns ""."""
        tell("readable")
        self._look()
        self.list()
        if write:
            tell("writable")
            with contextlib.ExitStack() as undone:
                path, file = self._aside(self._inside(probe_name(self._name)))
                undone.callback(path.unlink, missing_ok=True)
                with self._explained("write", path, DeliveryError), file:
                    file.write(PROBE_CONTENT)
        return ""

    def _place(self, source: BinaryIO, size: int, remote: str) -> Placed:
        path = self._inside(remote)
        aside, file = self._aside(path)
        try:
            with self._explained("write", aside, DeliveryError):
                with file:
                    shutil.copyfileobj(source, file, _BLOCK)
                    file.flush()
                    os.fsync(file.fileno())
                compare_size(self._where, aside, aside.stat().st_size, size)
                aside.replace(path)
                _settle(path.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
            raise
        logger.info("folder_put page=%s path=%s bytes=%d", self._name, path, size)
        return Placed(str(path), size, atomic=True)

    def _aside(self, path: Path) -> tuple[Path, BinaryIO]:
        """A new file beside ``path``, of a name that nobody else writes under."""
        aside = path.with_name(temporary_name(path.name))
        with self._explained("write", aside, DeliveryError):
            return aside, aside.open("xb")

    def _look(self) -> None:
        folder = Path(path_inside(self._path, ".", page=self._name))
        with self._explained("look at", folder, ConfigError):
            if not folder.is_dir():
                raise ConfigError(
                    f"{self._where}: there is no folder {folder} where this run is. Correct the page's path, or "
                    "have the folder made or mounted there; a run in a container sees only what is mounted into it."
                )
            if self._marker and not (folder / self._marker).exists():
                raise TransientError(
                    f"{self._where}: {folder} has no {self._marker}, so its share is not mounted. Have it mounted."
                )

    def _inside(self, remote: str) -> Path:
        """The whole path; also a link in the folder must not lead out of it."""
        folder = Path(self._path)
        path = Path(path_inside(self._path, remote, page=self._name))
        with self._explained("look at", path, SourceError):
            if not path.resolve().is_relative_to(folder.resolve()):
                raise ConfigError(f"{self._where}: {path} is a link that leads out of {folder}.")
        return path

    @contextlib.contextmanager
    def _explained(
        self, action: str, path: Path, refusal: type[ConfigError | DeliveryError | SourceError]
    ) -> Iterator[None]:
        """Turn what the system raises inside into this project's errors, naming ``path``."""
        try:
            yield
        except OSError as error:
            what = f"{self._where}: {path}"
            match error.errno:
                case number if number in _FULL:
                    raise DeliveryError(
                        f"{what} cannot be written: its disk is full or a quota is reached. Ask its owner to make room."
                    ) from error
                case number if number in _DENIED:
                    raise refusal(
                        f"{what}: permission to {action} it is denied ({error.strerror}). Ask its owner to grant it."
                    ) from error
                case number if number in _AWAY:
                    raise TransientError(
                        f"{what}: its file system did not answer ({error.strerror}). It is tried again."
                    ) from error
                case errno.ENOENT | errno.ENOTDIR if action in ("write", "rename"):
                    raise refusal(
                        f"{what}: there is no such folder. Have it made, or correct the path."
                    ) from error
                case errno.ENOENT | errno.ENOTDIR:
                    raise SourceError(
                        f"{what} does not exist. Correct the path, or ask its owner."
                    ) from error
                case _:
                    raise refusal(f"{what}: the attempt to {action} it failed ({error.strerror}).") from error


def _settle(folder: Path) -> None:
    """Bring a new name to the disk as well; network mounts that know no fsync of folders do so by themselves."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
