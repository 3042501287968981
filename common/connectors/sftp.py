"""SFTP: files arrive at a partner whole, or not at all.

A file is sent under a temporary name, its size is compared, and only then it gets its final name.
"""

import contextlib
import logging
import posixpath
import stat
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from common.connectors.file_store import Placed, RemoteFile, path_inside
from common.connectors.local_file import receiving, sending
from common.connectors.probing import Tell, untold
from common.connectors.sftp_download import download
from common.connectors.sftp_probe import look, try_writing
from common.connectors.sftp_rename import make_folder, take_name
from common.connectors.sftp_session import SftpSession
from common.connectors.sftp_upload import upload
from common.connectors.ssh_algorithms import Algorithms
from common.connectors.ssh_jump import JumpHost
from common.connectors.ssh_login import SshLogin, SshSecrets

__all__ = ["Sftp"]

logger = logging.getLogger(__name__)


class Sftp:
    """One SFTP server, for use in a ``with`` statement.

    ``name`` is the configuration page's, for messages. ``path`` is the folder on the server that every
    other path is relative to. ``rename=False`` is for servers that forbid renames, ``moved_on_arrival``
    for those that take a file away as soon as it has its final name. ``resume=True`` leaves what a large
    upload had sent when it broke off, for the next attempt to continue. A server that refuses the private
    key is shown the previous one. ``algorithms="legacy"`` also offers what old servers need. ``jump`` is a
    server on the way, as ``user@host``; it is shown ``jump_secrets``, or else the secrets that the partner's
    server is shown. Timeouts are in seconds.

    Raises ConfigError for a wrong page, a changed host key or a refused login; TransientError for an
    unreachable server or a broken connection; DeliveryError for what the server refuses to take;
    SourceError for what it does not give.
    """

    def __init__(
        self,
        *,
        name: str,
        host: str,
        port: int = 22,
        username: str,
        host_key: str,
        password: str | None = None,
        private_key: str | None = None,
        passphrase: str | None = None,
        previous_private_key: str | None = None,
        previous_passphrase: str | None = None,
        algorithms: Algorithms = "modern",
        jump: str = "",
        jump_host_key: str = "",
        jump_secrets: SshSecrets | None = None,
        path: str = "/",
        rename: bool = True,
        moved_on_arrival: bool = False,
        resume: bool = False,
        connect_timeout: float = 15,
        read_timeout: float = 60,
    ) -> None:
        self._name = name
        self._path = path
        self._rename = rename
        self._moved_on_arrival = moved_on_arrival
        self._resume = resume
        secrets = SshSecrets(
            password=password,
            private_key=private_key,
            passphrase=passphrase,
            previous_private_key=previous_private_key,
            previous_passphrase=previous_passphrase,
        )
        self._login = SshLogin(name=name, username=username, secrets=secrets)
        self._session = SftpSession(
            name=name,
            host=host,
            port=port,
            username=username,
            host_key=host_key,
            login=self._login,
            algorithms=algorithms,
            jump=JumpHost(
                name=name,
                address=jump,
                host_key=jump_host_key,
                secrets=jump_secrets or secrets,
                timeout=connect_timeout,
            )
            if jump
            else None,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
        )

    def __enter__(self) -> Self:
        self._session.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def put(self, local: Path, remote: str) -> Placed:
        """Send a local file; the partner sees it complete under its final name, or sees nothing new."""
        with sending(local) as (source, size):
            return self._place(source, size, remote)

    def put_bytes(self, content: bytes, remote: str) -> Placed:
        """Send a small file from memory, such as a completion mark."""
        return self._place(BytesIO(content), len(content), remote)

    def get(self, remote: str, local: Path) -> int:
        """Fetch a file; ``local`` appears only when it is complete. Returns its size in bytes."""
        path = path_inside(self._path, remote, page=self._name)
        with receiving(local) as target:
            with self._session.explained("read", path):
                size = download(self._session, path, target)
            self._session.check_size(path, size)
        logger.info("sftp_get page=%s path=%s bytes=%d", self._name, path, size)
        return size

    def exists(self, remote: str) -> bool:
        """Whether a file or folder of that name is there."""
        path = path_inside(self._path, remote, page=self._name)
        with self._session.explained("look at", path):
            try:
                self._session.status(path)
            except FileNotFoundError:
                return False
        return True

    def move(self, source: str, target: str) -> None:
        """Give a file another name or folder; it replaces one of that name. A missing folder is made."""
        old, new = (path_inside(self._path, path, page=self._name) for path in (source, target))
        with self._session.explained("read", old):
            self._session.status(old)
        make_folder(self._session, posixpath.dirname(new))
        take_name(self._session, old, new)
        logger.info("sftp_move page=%s path=%s to=%s", self._name, old, new)

    def remove(self, remote: str) -> None:
        """Delete a file at the partner; SourceError where there is none."""
        path = path_inside(self._path, remote, page=self._name)
        with self._session.explained("remove", path):
            self._session.client.remove(path)
        logger.info("sftp_remove page=%s path=%s", self._name, path)

    def probe(self, tell: Tell = untold, *, write: bool = True) -> str:
        """Log in and look at the page's folder; with ``write``, put a small file there and remove it.

        It is no part of a ``with`` statement: it connects by itself. Returns what whoever looks should know, or "".
        """
        folder = path_inside(self._path, ".", page=self._name)
        with contextlib.closing(self._session) as session:
            session.open(tell)
            remarks = (
                ["the previous key let it in, the new one is not known there"]
                if self._login.fell_back
                else []
            )
            remarks.append(look(session, folder))
            if write:
                tell("writable")
                remarks.append(try_writing(session, folder, self._name))
        return "; ".join(filter(None, remarks))

    def list(self, folder: str = ".") -> tuple[RemoteFile, ...]:
        """The regular files in a folder, by name."""
        path = path_inside(self._path, folder, page=self._name)
        with self._session.explained("list", path):
            entries = self._session.client.listdir_attr(path)
        files = (entry for entry in entries if entry.st_mode is None or stat.S_ISREG(entry.st_mode))
        return tuple(
            RemoteFile(
                name=file.filename,
                size=file.st_size or 0,
                modified=None if file.st_mtime is None else datetime.fromtimestamp(file.st_mtime, UTC),
            )
            for file in sorted(files, key=lambda file: file.filename)
        )

    def _place(self, source: BinaryIO, size: int, remote: str) -> Placed:
        path = path_inside(self._path, remote, page=self._name)
        placed = upload(
            self._session,
            source,
            size=size,
            path=path,
            rename=self._rename,
            moved_on_arrival=self._moved_on_arrival,
            resume=self._resume,
        )
        logger.info("sftp_put page=%s path=%s bytes=%d atomic=%s", self._name, path, size, placed.atomic)
        return placed
