"""WebDAV: files arrive at a partner by HTTP PUT, whole or not at all where the server can give them another name."""

import contextlib
import logging
import posixpath
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import httpx

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
from common.connectors.webdav_probe import look
from common.connectors.webdav_session import WebDavSession
from common.errors import ConfigError, DataFlowError, DeliveryError

__all__ = ["WebDav"]

logger = logging.getLogger(__name__)

_BLOCK = 1024 * 1024  # bytes


class WebDav:
    """One folder of a WebDAV server, for use in a ``with`` statement.

    ``name`` is the configuration page's, for messages. ``url`` is the server's address, ``path`` the folder there that
    every other path is relative to. ``rename=False`` is for servers that take PUT and nothing else: a file has its
    final name from its first byte on. Timeouts are in seconds.

    Raises ConfigError for a wrong page, a certificate that is not trusted or a refused login; TransientError for an
    unreachable server or a broken connection; DeliveryError for what the server refuses to take; SourceError for
    what it does not give.
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        username: str,
        password: str,
        path: str = "/",
        rename: bool = True,
        connect_timeout: float = 15,
        read_timeout: float = 60,
    ) -> None:
        self._name = name
        self._path = posixpath.join("/", path)
        self._rename = rename
        self._session = WebDavSession(
            name=name,
            url=url,
            username=username,
            password=password,
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
        """Send a local file; with ``rename`` the partner sees it complete under its final name, or sees nothing new."""
        with sending(local) as (source, size):
            return self._place(source, size, remote)

    def put_bytes(self, content: bytes, remote: str) -> Placed:
        """Send a small file from memory, such as a completion mark."""
        return self._place(BytesIO(content), len(content), remote)

    def get(self, remote: str, local: Path) -> int:
        """Fetch a file; ``local`` appears only when it is complete. Returns its size in bytes."""
        path = self._inside(remote)
        with receiving(local) as target, self._session.stream("read", path, "GET") as response:
            for block in response.iter_raw(_BLOCK):
                target.write(block)
            size = target.tell()
            self._compare(path, size, response)
        logger.info("webdav_get page=%s path=%s bytes=%d", self._name, path, size)
        return size

    def list(self, folder: str = ".") -> tuple[RemoteFile, ...]:
        """The files in a folder, by name."""
        members = self._session.members("list", self._inside(folder), depth=1)
        files = (member.file for member in members if not member.folder)
        return tuple(sorted(files, key=lambda file: file.name))

    def exists(self, remote: str) -> bool:
        """Whether a file or folder of that name is there."""
        found = self._session.request(
            "look at", self._inside(remote), "PROPFIND", accept=(404,), headers={"Depth": "0"}
        )
        return found.is_success

    def move(self, source: str, target: str) -> None:
        """Give a file another name or folder; it replaces one of that name. A missing folder is made."""
        old, new = self._inside(source), self._inside(target)
        self._session.members("look at", old, depth=0)
        self._session.make_folder(posixpath.dirname(new))
        self._take_name(old, new)
        logger.info("webdav_move page=%s path=%s to=%s", self._name, old, new)

    def remove(self, remote: str) -> None:
        """Delete a file; SourceError where there is none."""
        path, session = self._inside(remote), self._session
        # a folder would go with all that is in it (RFC 4918 section 9.6.1)
        if any(member.folder for member in session.members("remove", path, depth=0)):
            raise DeliveryError(f"{session.where}: {path} is a folder, and only files are removed.")
        session.request("remove", path, "DELETE")
        logger.info("webdav_remove page=%s path=%s", self._name, path)

    def probe(self, tell: Tell = untold, *, write: bool = True) -> str:
        """Log in and look at the page's folder; with ``write``, put a small file there and remove it.

        It is no part of a ``with`` statement: it connects by itself. Returns what whoever looks should know, or "".
        """
        with contextlib.closing(self._session) as session:
            session.open()
            remark = look(session, self._inside("."), tell, put_only=not self._rename)
            if write:
                tell("writable")
                aside = temporary_name(self._inside(probe_name(self._name)))
                self._write(BytesIO(PROBE_CONTENT), len(PROBE_CONTENT), aside)
                try:
                    session.request("remove", aside, "DELETE")
                except DeliveryError:
                    stays = f"{aside} stays: the server does not let it be removed"
                    remark = f"{remark}; {stays}" if remark else stays
        return remark

    def _inside(self, remote: str) -> str:
        path = path_inside(self._path, remote, page=self._name)
        if re.search(r"[\x00-\x1f]", path):
            raise ConfigError(f"{self._session.where}: {path!r} holds a character that no address has.")
        return path

    def _place(self, source: BinaryIO, size: int, remote: str) -> Placed:
        path = self._inside(remote)
        atomic = False
        if self._rename:
            aside = temporary_name(path)
            self._write(source, size, aside)
            try:
                atomic = self._take_name(aside, path)
            except BaseException:
                self._discard(aside)
                raise
        else:
            self._write(source, size, path)
        logger.info("webdav_put page=%s path=%s bytes=%d atomic=%s", self._name, path, size, atomic)
        return Placed(path=path, bytes=size, atomic=atomic)

    def _write(self, source: BinaryIO, size: int, path: str) -> None:
        """Sends a file; there is none when it fails."""
        try:
            self._session.request(
                "write",
                path,
                "PUT",
                content=_blocks(source),
                headers={"Content-Length": str(size), "Content-Type": "application/octet-stream"},
            )
            self._compare(
                path, size, self._session.request("look at", path, "HEAD", accept=(403, 404, 405, 501))
            )
        except BaseException:
            self._discard(path)
            raise

    def _take_name(self, old: str, new: str) -> bool:
        """Give a file its final name; False where an older one was there: the server deletes that first (section 9.9.3)."""
        headers = {"Destination": self._session.address(new), "Overwrite": "T"}
        moved = self._session.request("rename", old, "MOVE", headers=headers)
        # some servers cut a name at a character that they take for the end of the address
        if not self._session.request("look at", new, "HEAD", accept=(404,)).is_success:
            raise DeliveryError(
                f"{self._session.where}: the server gave the file another name than {new}. Use a plainer name, and ask "
                "the partner to remove what is there."
            )
        return moved.status_code == httpx.codes.CREATED

    def _compare(self, path: str, size: int, response: httpx.Response) -> None:
        """TransientError where the server tells of another size; a remark in the log where it tells none."""
        told = response.headers.get("Content-Length", "") if response.is_success else ""
        if not told.isdecimal():
            logger.warning("webdav_unmeasured page=%s path=%s", self._name, path)
        else:
            compare_size(self._session.where, path, int(told), size)

    def _discard(self, path: str) -> None:
        """Remove what a failed upload left: partners pick up what lies there."""
        try:
            self._session.request("remove", path, "DELETE", accept=(404,))
        except DataFlowError as error:
            where = self._session.where
            logger.warning("webdav_leftover where=%r path=%s error=%s", where, path, type(error).__name__)


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block
