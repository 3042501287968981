"""Requests to one WebDAV server, each with limits and an answer that is explained."""

import contextlib
import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from common.connectors.http.errors import explain_fault, final
from common.connectors.http.request import base_url
from common.connectors.webdav_errors import Action, explain_status
from common.connectors.webdav_folder import PROPERTIES, Member, parse_members
from common.errors import ConfigError, SourceError

__all__ = ["WebDavSession"]


class WebDavSession:
    """The connections to one server; ``url`` is the address that every path is appended to."""

    def __init__(
        self,
        *,
        name: str,
        url: str,
        username: str,
        password: str,
        connect_timeout: float,
        read_timeout: float,
    ) -> None:
        self.url = httpx.URL(base_url(name, url))
        self.where = f"Page {name} ({username}@{self.url.host})"
        self._root = str(self.url).rstrip("/")
        self._auth = httpx.BasicAuth(username, password)
        self._timeout = httpx.Timeout(read_timeout, connect=connect_timeout)
        self._client: httpx.Client | None = None

    def open(self) -> None:
        """Make ready; the first request connects."""
        self.close()
        # what is compressed on its way has another size than the file
        self._client = httpx.Client(
            auth=self._auth, timeout=self._timeout, headers={"Accept-Encoding": "identity"}
        )

    def close(self) -> None:
        """End the connections; harmless when there are none."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def address(self, path: str) -> str:
        """The whole address of a path, percent-encoded."""
        return self._root + quote(path)

    @contextlib.contextmanager
    def stream(
        self, action: Action, path: str, method: str, *, accept: tuple[int, ...] = (), **options: Any
    ) -> Iterator[httpx.Response]:
        """A request whose answer is not read yet; raises for one that is neither a success nor accepted."""
        if self._client is None:
            raise ConfigError(f"{self.where}: no session is open; use WebDav in a with statement.")
        try:
            with self._client.stream(method, self.address(path), **options) as response:
                if not response.is_success and response.status_code not in accept:
                    raise explain_status(self.where, action, path, response.status_code)
                yield response
        except httpx.HTTPError as error:
            # httpx's errors carry the request, which carries the login
            raise final(explain_fault(f"{self.where}, to {action} {path}", error, repeatable=True)) from None

    def request(
        self, action: Action, path: str, method: str, *, accept: tuple[int, ...] = (), **options: Any
    ) -> httpx.Response:
        """A request with its whole answer."""
        with self.stream(action, path, method, accept=accept, **options) as response:
            response.read()
        return response

    def members(
        self,
        action: Action,
        path: str,
        *,
        depth: int,
        follow: Callable[[str, Mapping[str, Any]], None] | None = None,
    ) -> tuple[Member, ...]:
        """What is at a path, and with ``depth`` 1 in it; ``follow`` hears of httpx's steps."""
        response = self.request(
            action,
            path,
            "PROPFIND",
            content=PROPERTIES,
            headers={"Depth": str(depth), "Content-Type": "application/xml"},
            extensions={"trace": follow} if follow else None,
        )
        try:
            return parse_members(response.content)
        except ValueError:
            raise SourceError(
                f"{self.where}: the answer about {path} is no list of files. It may be no WebDAV: ask the partner."
            ) from None

    def make_folder(self, path: str) -> None:
        """Make a folder and those above it, where they are missing (RFC 4918 section 9.3)."""
        if path != "/":
            # 405: it is there; 409: the one above is not
            made = self.request("move", path, "MKCOL", accept=(405, 409))
            if made.status_code == httpx.codes.CONFLICT:
                self.make_folder(posixpath.dirname(path))
                self.request("move", path, "MKCOL", accept=(405,))
