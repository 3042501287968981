"""What every place for files can do, so that a flow does not know which kind it is; and what all of them keep to."""

import posixpath
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Protocol, Self

from common.connectors.probing import Tell, untold
from common.errors import ConfigError, TransientError

__all__ = [
    "PROBE_CONTENT",
    "UNFINISHED",
    "FileStore",
    "Placed",
    "RemoteFile",
    "compare_size",
    "path_inside",
    "probe_name",
    "temporary_name",
]

PROBE_CONTENT = b"A check of campus-flows; this file is removed at once.\n"
"""What a probe writes, for whoever finds it at the partner."""
UNFINISHED = ".part"
"""The suffix of every file that is not complete yet, at either end."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A file at the receiver: its path there, its size, and whether it took its name in one step.

    ``verified`` is False where the store shows no sizes, so that what arrived could not be compared.
    """

    path: str
    bytes: int
    atomic: bool
    verified: bool = True


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file in a folder of the store; ``modified`` is None where the store does not tell it."""

    name: str
    size: int
    modified: datetime | None


class FileStore(Protocol):
    """A place for files, open inside a ``with`` statement. Paths are relative to its page's folder, with slashes.

    Every call raises ConfigError for a wrong page or a refused login, TransientError for an unreachable store
    or a broken connection, DeliveryError for what the store refuses to take, SourceError for what it does not
    give.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def put(self, local: Path, remote: str) -> Placed:
        """Send a local file: under its final name it is complete, or it is not there. It replaces one of that name."""
        ...

    def put_bytes(self, content: bytes, remote: str) -> Placed:
        """Send a small file from memory, such as a completion mark."""
        ...

    def get(self, remote: str, local: Path) -> int:
        """Fetch a file; ``local`` appears only when it is complete. Returns its size in bytes."""
        ...

    def list(self, folder: str = ".") -> tuple[RemoteFile, ...]:
        """The files in a folder, without folders, by name."""
        ...

    def exists(self, remote: str) -> bool:
        """Whether a file or folder of that name is there."""
        ...

    def move(self, source: str, target: str) -> None:
        """Give a file another name or folder; it replaces one of that name. A missing folder is made.

        SourceError where there is no such file.
        """
        ...

    def remove(self, remote: str) -> None:
        """Delete a file; SourceError where there is none."""
        ...

    def probe(self, tell: Tell = untold, *, write: bool = True) -> str:
        """Log in and look at the page's folder; with ``write``, put a small file there and remove it.

        It is no part of a ``with`` statement: it connects by itself. Returns what whoever looks should know, or "".
        """
        ...


def compare_size(where: str, path: object, found: int | None, expected: int) -> None:
    """TransientError unless ``path`` has as many bytes as were sent or announced; None is a size that nobody tells."""
    if found != expected:
        told = "an unknown number" if found is None else found
        raise TransientError(
            f"{where}: {path} should have {expected} bytes and has {told}. It is tried again."
        )


def path_inside(folder: str, remote: str, *, page: str) -> str:
    """``remote`` in the page's ``folder``; ConfigError for a path that leads out of it."""
    if posixpath.isabs(remote) or ".." in PurePosixPath(remote).parts:
        raise ConfigError(f"Page {page}: the path {remote!r} must lie inside the page's {folder!r}.")
    return posixpath.normpath(posixpath.join(folder, remote))


def probe_name(page: str) -> str:
    """How the file of a page's probe is called, before the suffix of what is unfinished."""
    return f"campus-probe-{page}"


def temporary_name(path: str) -> str:
    """A name beside ``path`` that no other run writes under: two of them would mix their files."""
    return f"{path}.{secrets.token_hex(4)}{UNFINISHED}"
