"""The near end of a transfer: a local file that is sent, and one that appears only when it is complete."""

import contextlib
import errno
from collections.abc import Iterator
from io import BufferedWriter
from pathlib import Path
from typing import BinaryIO

from common.connectors.file_store import temporary_name
from common.errors import ConfigError

__all__ = ["receiving", "sending"]


@contextlib.contextmanager
def sending(local: Path) -> Iterator[tuple[BinaryIO, int]]:
    """A local file open to be read, and its size in bytes; ConfigError where it cannot be read."""
    try:
        source = local.open("rb")
    except OSError as error:
        raise ConfigError(f"{local} cannot be read ({error.strerror}): nothing was sent.") from error
    with source:
        yield source, local.stat().st_size


@contextlib.contextmanager
def receiving(local: Path) -> Iterator[BinaryIO]:
    """A file to write that becomes ``local`` when the block ends well, and is gone otherwise; only the owner reads it.

    Its ``write`` raises ConfigError where this machine's disk is full, so that nobody asks the partner why.
    """
    partial = local.with_name(temporary_name(local.name))
    try:
        partial.touch(mode=0o600, exist_ok=False)
        target = _Receiving(partial)
    except OSError as error:
        raise ConfigError(f"{local} cannot be written ({error.strerror}): nothing was fetched.") from error
    try:
        with target:
            yield target
        partial.replace(local)
    finally:
        partial.unlink(missing_ok=True)


class _Receiving(BufferedWriter):
    """A local file whose errors cannot be taken for the partner's."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("wb", buffering=0))
        self._path = path

    def write(self, block: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]
        with self._explained():
            return super().write(block)

    def flush(self) -> None:
        with self._explained():
            super().flush()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            advice = "Make room, or let CAMPUS_SCRATCH name a folder on a larger disk." if full else ""
            raise ConfigError(
                f"{self._path} cannot be written ({error.strerror}): nothing was fetched. {advice}".rstrip()
            ) from error
