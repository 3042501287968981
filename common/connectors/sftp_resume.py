"""Going on with a large upload that broke off, where what lies at the server is sure to be its beginning.

The temporary file is named after the digest of the whole content, so that only the same content continues it. What
was on the way when the connection broke may have arrived with gaps, since a server need not write in the order of the
requests; so the last part of what lies there is sent again, far more than a connection lets be on the way. OpenSSH
grants 2 MiB.
"""

import contextlib
import hashlib
import logging
import posixpath
import re
from dataclasses import dataclass
from typing import BinaryIO, Self

import paramiko

from common.connectors.file_store import UNFINISHED
from common.connectors.sftp_session import SftpSession

__all__ = ["Resumption"]

logger = logging.getLogger(__name__)

_FROM = 64 * 1024 * 1024  # bytes: what is smaller is sent anew in seconds
_SENT_AGAIN = 32 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Resumption:
    """An upload that may have been begun: ``target`` is its temporary file, ``path`` the final one."""

    target: str
    path: str
    size: int

    @classmethod
    def of(cls, source: BinaryIO, size: int, path: str) -> Self | None:
        """None for a file that is not worth it."""
        if size < _FROM:
            return None
        digest = hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]  # it has readinto
        source.seek(0)
        return cls(f"{path}.{digest[:32]}{UNFINISHED}", path, size)

    def open(self, session: SftpSession, source: BinaryIO) -> paramiko.SFTPFile:
        """The temporary file, with both files at the place where the upload goes on."""
        with session.explained("write", self.target):
            with contextlib.suppress(FileNotFoundError):
                status = session.status(self.target)
                there = status.st_size if status else None
                if there is not None and 0 < there <= self.size:
                    start = max(0, there - _SENT_AGAIN)
                    file = session.client.open(self.target, "r+b")
                    file.seek(start)
                    source.seek(start)
                    logger.info("sftp_resume where=%r path=%s from=%d", session.where, self.target, start)
                    return file
            return session.client.open(self.target, "wb")

    def tidy(self, session: SftpSession) -> None:
        """Remove what uploads of other contents left under temporary names of this file."""
        folder, name = posixpath.split(self.path)
        left = re.compile(re.escape(name) + r"\.[0-9a-f]{32}" + re.escape(UNFINISHED))
        with contextlib.suppress(OSError):  # nothing hangs on it, and not every server lets folders be listed
            for other in session.client.listdir(folder or "."):
                if left.fullmatch(other):
                    session.client.remove(posixpath.join(folder, other))
