"""SMB: files arrive on a Windows share whole, or not at all.

A file is written under a temporary name, brought to the server's disk, its size is compared, and only then it gets
its final name in one step ([MS-FSCC] section 2.4.42, with ReplaceIfExists).
"""

import contextlib
import errno
import logging
import posixpath
import re
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import smbclient
from smbprotocol.exceptions import SMBException

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
from common.connectors.probing import Tell, reach, untold
from common.connectors.smb_probe import look
from common.connectors.smb_session import SmbSession
from common.errors import ConfigError, DataFlowError, DeliveryError

__all__ = ["Smb"]

logger = logging.getLogger(__name__)

_BLOCK = 1024 * 1024  # bytes for one request; a server that takes less says so, and gets less
# [MS-FSCC] section 2.1.5: a backslash would be a folder, a colon another stream of a file.
_FORBIDDEN = re.compile(r'[\\:*?"<>|\x00-\x1f]|[. ](/|$)')


class Smb:
    """One share of a Windows server, for use in a ``with`` statement.

    ``name`` is the configuration page's, for messages. ``path`` is the folder in the share that every other path is
    relative to. What is sent is always signed, and encrypted unless ``encrypt`` is False. Timeouts are in seconds,
    ``read_timeout`` for each answer.

    Raises ConfigError for a wrong page, an unknown share or a refused login; TransientError for an unreachable
    server, a broken connection or a file that another program has open; DeliveryError for what the server refuses
    to take; SourceError for what it does not give.
    """

    def __init__(
        self,
        *,
        name: str,
        host: str,
        share: str,
        username: str,
        password: str,
        port: int = 445,
        domain: str = "",
        path: str = "/",
        encrypt: bool = True,
        connect_timeout: float = 15,
        read_timeout: float = 60,
    ) -> None:
        self._name = name
        self._path = posixpath.join("/", path)
        self._session = SmbSession(
            name=name,
            host=host,
            port=port,
            share=share,
            username=username,
            password=password,
            domain=domain,
            encrypt=encrypt,
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
        """Send a local file; on the share it is complete under its final name, or there is nothing new."""
        with sending(local) as (source, size):
            return self._place(source, size, remote)

    def put_bytes(self, content: bytes, remote: str) -> Placed:
        """Send a small file from memory, such as a completion mark."""
        return self._place(BytesIO(content), len(content), remote)

    def get(self, remote: str, local: Path) -> int:
        """Fetch a file; ``local`` appears only when it is complete. Returns its size in bytes.

        A file that somebody is writing at the moment is a TransientError.
        """
        path, session = self._inside(remote), self._session
        with receiving(local) as target, session.explained("read", path):
            with smbclient.open_file(
                session.unc(path), "rb", buffering=0, share_access="r", **session.options
            ) as file:
                size: int = file.fd.end_of_file
                block = memoryview(bytearray(_BLOCK))
                while count := file.readinto(block):
                    target.write(block[:count])
            compare_size(session.where, path, target.tell(), size)
        logger.info("smb_get page=%s path=%s bytes=%d", self._name, path, size)
        return size

    def list(self, folder: str = ".") -> tuple[RemoteFile, ...]:
        """The files in a folder, by name."""
        path, session = self._inside(folder), self._session
        with (
            session.explained("list", path),
            smbclient.scandir(session.unc(path), **session.options) as entries,
        ):
            found = [(entry.name, entry.smb_info) for entry in entries if entry.is_file()]
        return tuple(
            RemoteFile(name, info.end_of_file, info.last_write_time)
            for name, info in sorted(found, key=lambda file: file[0])
        )

    def exists(self, remote: str) -> bool:
        """Whether a file or folder of that name is there."""
        path, session = self._inside(remote), self._session
        with session.explained("look at", path):
            try:
                smbclient.stat(session.unc(path), **session.options)
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.ENOTDIR):
                    return False
                raise
        return True

    def move(self, source: str, target: str) -> None:
        """Give a file another name or folder; it replaces one of that name. A missing folder is made."""
        old, new = self._inside(source), self._inside(target)
        session = self._session
        with session.explained("move", old):
            smbclient.stat(session.unc(old), **session.options)
        with session.explained("move", new):
            smbclient.makedirs(session.unc(posixpath.dirname(new)), exist_ok=True, **session.options)
            smbclient.replace(session.unc(old), session.unc(new), **session.options)
        logger.info("smb_move page=%s path=%s to=%s", self._name, old, new)

    def remove(self, remote: str) -> None:
        """Delete a file; SourceError where there is none."""
        path, session = self._inside(remote), self._session
        with session.explained("remove", path):
            smbclient.remove(session.unc(path), **session.options)
        logger.info("smb_remove page=%s path=%s", self._name, path)

    def probe(self, tell: Tell = untold, *, write: bool = True) -> str:
        """Log in and look at the page's folder; with ``write``, put a small file there and remove it.

        It is no part of a ``with`` statement: it connects by itself. Returns what whoever looks should know, or "".
        """
        path = self._inside(".")
        with contextlib.closing(self._session) as session:
            reach(session.where, session.host, session.port, timeout=session.connect_timeout, tell=tell)
            session.open(lambda step: tell(step) if step != "answers" else None)
            tell("readable")
            remark = look(session, path)
            if write:
                tell("writable")
                path = self._inside(probe_name(self._name))
                aside = self._write(BytesIO(PROBE_CONTENT), len(PROBE_CONTENT), path)
                try:
                    with session.explained("remove", aside):
                        smbclient.remove(session.unc(aside), **session.options)
                except DeliveryError:
                    remark = "; ".join(
                        filter(None, [remark, f"{aside} stays: the server does not let it be removed"])
                    )
        return remark

    def _inside(self, remote: str) -> str:
        path = path_inside(self._path, remote, page=self._name)
        if _FORBIDDEN.search(path):
            raise ConfigError(
                f'{self._session.where}: {path!r} cannot be on a share: no name holds \\ : * ? " < > | or ends with a '
                "dot or a blank. Correct it."
            )
        return path

    def _place(self, source: BinaryIO, size: int, remote: str) -> Placed:
        path, session = self._inside(remote), self._session
        aside = self._write(source, size, path)
        try:
            with session.explained("rename", path):
                smbclient.replace(session.unc(aside), session.unc(path), **session.options)
        except BaseException:
            self._discard(aside)
            raise
        logger.info("smb_put page=%s path=%s bytes=%d", self._name, path, size)
        return Placed(path=path, bytes=size, atomic=True)

    def _write(self, source: BinaryIO, size: int, path: str) -> str:
        """Sends a file under a temporary name beside ``path``, which it returns; there is none when it fails."""
        session = self._session
        aside = temporary_name(path)
        with session.explained("write", aside):
            # nobody else may open it, but it may be removed while a lost connection still holds it
            file = smbclient.open_file(
                session.unc(aside), "xb", buffering=0, share_access="d", **session.options
            )
        try:
            with session.explained("write", aside):
                with file:
                    while block := memoryview(source.read(_BLOCK)):
                        while block:
                            block = block[file.write(block) :]
                    file.flush()
                found = smbclient.stat(session.unc(aside), **session.options).st_size
            compare_size(session.where, aside, found, size)
        except BaseException:
            self._discard(aside)
            raise
        return aside

    def _discard(self, path: str) -> None:
        """Remove what a failed upload left, over a new connection if need be: partners pick up what lies there."""
        session = self._session
        try:
            if not session.alive:
                session.open()
            smbclient.remove(session.unc(path), **session.options)
        except (DataFlowError, SMBException, OSError) as error:
            if getattr(error, "errno", None) != errno.ENOENT:
                logger.warning(
                    "smb_leftover where=%r path=%s error=%s", session.where, path, type(error).__name__
                )
