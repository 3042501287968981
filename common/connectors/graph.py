"""OneDrive and SharePoint by Microsoft Graph: the files of one drive.

Written from Microsoft's documentation (https://learn.microsoft.com/graph/api/resources/driveitem).
"""

import logging
import posixpath
from datetime import datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self
from urllib.parse import quote

import httpx

from common.connectors.file_store import (
    PROBE_CONTENT,
    UNFINISHED,
    Placed,
    RemoteFile,
    compare_size,
    path_inside,
    probe_name,
)
from common.connectors.graph_drive import Drive
from common.connectors.graph_login import GraphLogin
from common.connectors.graph_session import GraphSession
from common.connectors.graph_upload import upload
from common.connectors.http.request import base_url
from common.connectors.http.retries import Retries
from common.connectors.http.steps import resolve_host
from common.connectors.local_file import receiving, sending
from common.connectors.probing import Tell, untold
from common.errors import ConfigError, DeliveryError

__all__ = ["GraphDrive"]

logger = logging.getLogger(__name__)


class GraphDrive:
    """One drive, for use in a ``with`` statement.

    ``name`` is the configuration page's, for messages. ``tenant``, ``client_id`` and ``client_secret`` are those of an
    app registration that has been let in to the drive. The drive is named by its id, or as the document library of a
    ``site`` such as ``campus.sharepoint.com:/sites/registrar``. ``path`` is the folder that every other path is
    relative to. A request is tried ``attempts`` times, ``backoff`` and ``timeout`` are in seconds. ``url`` and
    ``login_url`` are other ones in national clouds.

    A file appears whole or not at all, with no temporary name; one that is replaced stays as an older version.
    """

    def __init__(
        self,
        *,
        name: str,
        tenant: str,
        client_id: str,
        client_secret: str,
        drive: str = "",
        site: str = "",
        path: str = "/",
        url: str = "https://graph.microsoft.com",
        login_url: str = "https://login.microsoftonline.com",
        attempts: int = 4,
        backoff: float = 0.5,
        timeout: float = 60,
    ) -> None:
        if bool(drive) == bool(site):
            raise ConfigError(f"Page {name}: name the drive or the site; one of them, not both.")
        self._name = name
        self._path = path
        url, login_url = (base_url(name, address).rstrip("/") for address in (url, login_url))
        self._addresses = (login_url, url)
        where = f"Page {name} (app {client_id} at {httpx.URL(url).host})"
        self._session = GraphSession(
            where=where,
            url=f"{url}/v1.0",
            login=GraphLogin(
                where=where,
                url=f"{login_url}/{quote(tenant, safe='')}/oauth2/v2.0/token",
                client_id=client_id,
                client_secret=client_secret,
                scope=f"{url}/.default",
            ),
            retries=Retries(name, attempts=attempts, backoff=backoff),
            timeout=timeout,
        )
        self._drive = Drive(self._session, drive=drive, site=site)

    def __enter__(self) -> Self:
        self._session.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def put(self, local: Path, remote: str) -> Placed:
        """Send a local file; in chunks beyond 4 MB. The partner sees it complete, or sees nothing new."""
        with sending(local) as (source, size):
            return self._place(source, size, remote)

    def put_bytes(self, content: bytes, remote: str) -> Placed:
        """Send a small file from memory, such as a completion mark."""
        return self._place(BytesIO(content), len(content), remote)

    def get(self, remote: str, local: Path) -> int:
        """Fetch a file; ``local`` appears only when it is complete. Returns its size in bytes."""
        path = self._inside(remote)
        item = self._drive.file("read", path)
        expected, url = int(item["size"]), str(item.get("@microsoft.graph.downloadUrl", ""))
        with receiving(local) as target, self._session.download(path, url) as blocks:
            size = sum(target.write(block) for block in blocks)
            compare_size(self._session.where, path, size, expected)
        logger.info("graph_get page=%s path=%s bytes=%d", self._name, path, size)
        return size

    def list(self, folder: str = ".") -> tuple[RemoteFile, ...]:
        """The files in a folder, without folders, by name."""
        path = self._inside(folder)
        files = [_remote_file(item) for item in self._drive.children(path) if "file" in item]
        return tuple(sorted(files, key=lambda file: file.name))

    def exists(self, remote: str) -> bool:
        """Whether a file or folder of that name is there."""
        return self._drive.find("look at", self._inside(remote)) is not None

    def move(self, source: str, target: str) -> None:
        """Give a file another name or folder; one of that name goes to the recycle bin before. Folders are made."""
        old, new = self._inside(source), self._inside(target)
        self._drive.move(old, new)
        logger.info("graph_move page=%s path=%s to=%s", self._name, old, new)

    def remove(self, remote: str) -> None:
        """Put a file into the drive's recycle bin; SourceError where there is none."""
        path = self._inside(remote)
        self._drive.remove(path)
        logger.info("graph_remove page=%s path=%s", self._name, path)

    def probe(self, tell: Tell = untold, *, write: bool = True) -> str:
        """Log in, look at the page's folder; with ``write``, put a small file there and remove it.

        It is no part of a ``with`` statement: it connects by itself. Returns what whoever looks should know, or "".
        """
        with self:
            tell("resolves")
            for address in self._addresses:
                resolve_host(self._session.where, httpx.URL(address))
            self._session.follow(tell)
            self._session.log_in()
            tell("readable")
            self._drive.folder("list", self._inside("."))
            if write:
                tell("writable")
                mark = f"{probe_name(self._name)}{UNFINISHED}"
                self.put_bytes(PROBE_CONTENT, mark)
                try:
                    self.remove(mark)
                except (DeliveryError, ConfigError):
                    return f"{self._inside(mark)} stays: the app may not remove it"
        return ""

    def _inside(self, remote: str) -> str:
        return path_inside(posixpath.join("/", self._path), remote, page=self._name)

    def _place(self, source: BinaryIO, size: int, remote: str) -> Placed:
        path = self._inside(remote)
        upload(self._session, source, size, path, self._drive.new(path))
        logger.info("graph_put page=%s path=%s bytes=%d", self._name, path, size)
        return Placed(path=path, bytes=size, atomic=True)


def _remote_file(item: dict[str, Any]) -> RemoteFile:
    told = item.get("lastModifiedDateTime")
    return RemoteFile(
        name=str(item["name"]),
        size=int(item["size"]),
        modified=datetime.fromisoformat(told) if isinstance(told, str) else None,
    )
