"""FTPS: FTP inside TLS; files arrive at a partner whole, or not at all. Plain FTP is never spoken."""

import contextlib
import ftplib
import logging
import posixpath
import re
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, Self

from common.connectors.file_store import (
    PROBE_CONTENT,
    Placed,
    RemoteFile,
    compare_size,
    path_inside,
    probe_name,
    temporary_name,
)
from common.connectors.ftps_errors import code_of
from common.connectors.ftps_folder import files_in, is_folder, make_folder
from common.connectors.ftps_session import BLOCK, FtpsSession
from common.connectors.local_file import receiving, sending
from common.connectors.probing import Tell, resolve, untold
from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError

__all__ = ["Ftps"]

logger = logging.getLogger(__name__)


class Ftps:
    """One FTP server with TLS, for use in a ``with`` statement.

    ``name`` is the configuration page's, for messages. ``path`` is the folder on the server that every other path is
    relative to. ``certificate`` is the SHA-256 fingerprint of the server's certificate; without it a known authority
    has to vouch for it. Timeouts are in seconds.

    Raises ConfigError for a wrong page, a certificate that is not trusted or a refused login; TransientError for an
    unreachable server or a broken connection; DeliveryError for what the server refuses to take; SourceError for
    what it does not give.
    """

    def __init__(
        self,
        *,
        name: str,
        host: str,
        username: str,
        password: str,
        port: int | None = None,
        tls: Literal["explicit", "implicit"] = "explicit",
        certificate: str = "",
        path: str = "/",
        connect_timeout: float = 15,
        read_timeout: float = 60,
    ) -> None:
        self._name = name
        self._path = posixpath.join("/", path)
        self._host = host
        self._port = port or (990 if tls == "implicit" else 21)
        self._session = FtpsSession(
            name=name,
            host=host,
            port=self._port,
            username=username,
            password=password,
            certificate=certificate,
            tls=tls,
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
        path, session = self._inside(remote), self._session
        with receiving(local) as target:
            with session.explained("read", path):
                announced = session.size(path)
                session.client.retrbinary(f"RETR {path}", target.write, BLOCK)
            size = target.tell()
            compare_size(session.where, path, size, size if announced is None else announced)
        logger.info("ftps_get page=%s path=%s bytes=%d", self._name, path, size)
        return size

    def list(self, folder: str = ".") -> tuple[RemoteFile, ...]:
        """The files in a folder, by name; without times where the server does not tell them."""
        path, session = self._inside(folder), self._session
        with session.explained("list", path):
            return files_in(session, path)

    def exists(self, remote: str) -> bool:
        """Whether a file or folder of that name is there."""
        path, session = self._inside(remote), self._session
        with session.explained("look at", path):
            return session.size(path) is not None or is_folder(session, path)

    def move(self, source: str, target: str) -> None:
        """Give a file another name or folder; it replaces one of that name. A missing folder is made."""
        old, new = self._inside(source), self._inside(target)
        if not self.exists(source):
            raise SourceError(
                f"{self._session.where}: {old} does not exist. Correct the path, or ask the partner."
            )
        with self._session.explained("move", new):
            make_folder(self._session, posixpath.dirname(new))
        self._take_name(old, new)
        logger.info("ftps_move page=%s path=%s to=%s", self._name, old, new)

    def remove(self, remote: str) -> None:
        """Delete a file; SourceError where there is none."""
        path, session = self._inside(remote), self._session
        with session.explained("remove", path):
            try:
                session.client.delete(path)
            except ftplib.error_perm as error:
                if code_of(error) == 550 and session.size(path) is None:
                    raise SourceError(
                        f"{session.where}: {path} does not exist. Correct the path, or ask the partner."
                    ) from None
                raise
        logger.info("ftps_remove page=%s path=%s", self._name, path)

    def probe(self, tell: Tell = untold, *, write: bool = True) -> str:
        """Log in and look at the page's folder; with ``write``, put a small file there and remove it.

        It is no part of a ``with`` statement: it connects by itself. Returns what whoever looks should know, or "".
        """
        path = self._inside(".")
        with contextlib.closing(self._session) as session:
            tell("resolves")
            resolve(session.where, self._host, self._port)
            session.open(tell)
            tell("readable")
            with session.explained("look at", path):
                session.client.cwd(path)
            self.list()
            if write:
                tell("writable")
                path = self._inside(probe_name(self._name))
                aside = self._write(BytesIO(PROBE_CONTENT), len(PROBE_CONTENT), path)
                try:
                    with session.explained("remove", aside):
                        session.client.delete(aside)
                except DeliveryError:
                    return f"{aside} stays: the server does not let it be removed"
        return ""

    def _inside(self, remote: str) -> str:
        path = path_inside(self._path, remote, page=self._name)
        if re.search(r"[\x00-\x1f]", path):
            raise ConfigError(
                f"{self._session.where}: {path!r} holds a line end, which no command of FTP can."
            )
        return path

    def _place(self, source: BinaryIO, size: int, remote: str) -> Placed:
        path = self._inside(remote)
        aside = self._write(source, size, path)
        try:
            atomic = self._take_name(aside, path)
        except BaseException:
            self._discard(aside)
            raise
        logger.info("ftps_put page=%s path=%s bytes=%d atomic=%s", self._name, path, size, atomic)
        return Placed(path=path, bytes=size, atomic=atomic)

    def _write(self, source: BinaryIO, size: int, path: str) -> str:
        """Sends a file under a temporary name beside ``path``, which it returns; there is none when it fails."""
        session = self._session
        aside = temporary_name(path)
        try:
            with session.explained("write", aside):
                session.store(aside, source)
                found = session.size(aside)
            compare_size(session.where, aside, found, size)
        except BaseException:
            self._discard(aside)
            raise
        return aside

    def _take_name(self, old: str, new: str) -> bool:
        """Give a file its final name; False when an older file had to go first, since the server does not replace."""
        session = self._session
        with session.explained("rename", new):
            try:
                session.client.rename(old, new)
            except ftplib.error_perm:
                if session.size(new) is None:
                    raise
                session.client.delete(new)
                session.client.rename(old, new)
                return False
        return True

    def _discard(self, path: str) -> None:
        """Remove what a failed upload left, over a new connection if need be: partners pick up what lies there."""
        session = self._session
        try:
            if not session.alive:
                session.open()
            session.client.delete(path)
        except (DataFlowError, ftplib.Error, OSError, EOFError) as error:
            if code_of(error) != 550:  # there is none
                logger.warning(
                    "ftps_leftover where=%r path=%s error=%s", session.where, path, type(error).__name__
                )
