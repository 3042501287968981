"""Requests to Microsoft Graph: logged in, tried again as long as Microsoft asks for it, with our errors."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from common.connectors.graph_errors import Action, check_status
from common.connectors.graph_login import GraphLogin
from common.connectors.http.errors import TryAgain, explain_fault, final
from common.connectors.http.retries import Retries
from common.connectors.http.steps import BEGINNINGS
from common.connectors.probing import Tell
from common.errors import ConfigError, SourceError

__all__ = ["GraphSession"]


class GraphSession:
    """The connections of one page; ``retried`` makes an attempt at something, and others as long as it may pass."""

    def __init__(self, *, where: str, url: str, login: GraphLogin, retries: Retries, timeout: float) -> None:
        self.where = where
        self.retried = retries
        self._url = url
        self._login = login
        self._timeout = timeout
        self._client: httpx.Client | None = None

    def open(self) -> None:
        """Makes the client; nothing is asked of the server yet."""
        self._client = httpx.Client(timeout=self._timeout)

    def close(self) -> None:
        """Ends the connections; harmless when there are none."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def ask(
        self,
        action: Action,
        path: str,
        method: str,
        address: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        optional: bool = False,
    ) -> dict[str, Any]:
        """One request to Graph, which may be made twice, and the object in its answer.

        It is empty where nothing is at the address, if that is ``optional``.
        """
        request = self._open_client.build_request(method, self._address(address), json=json, content=content)
        return self.retried(lambda: self.answer(action, path, request, optional=optional))

    def log_in(self) -> None:
        """Asks for a token as the first request would; once, for somebody waits for the answer."""
        client = self._open_client
        request = client.build_request("POST", self._login.url, data=self._login.form)
        try:
            self._login.keep(client.send(request))
        except httpx.HTTPError as error:
            raise final(explain_fault(self.where, error, repeatable=True)) from None
        except TryAgain as fault:
            raise final(fault) from None

    def answer(
        self,
        action: Action,
        path: str,
        request: httpx.Request,
        *,
        bare: bool = False,
        optional: bool = False,
    ) -> dict[str, Any]:
        """One attempt; a ``bare`` one goes to an address that needs no token, and must not be shown one."""
        try:
            response = self._open_client.send(request, auth=None if bare else self._login)
        except httpx.HTTPError as error:
            # its request, and with it the token, must not follow ours
            raise explain_fault(f"{self.where}, to {action} {path}", error, repeatable=True) from None
        if optional and response.status_code == httpx.codes.NOT_FOUND:
            return {}
        check_status(self.where, action, path, response)
        try:
            found = response.json() if response.content else {}
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise SourceError(f"{self.where}: the answer about {path} is no JSON object. Ask the partner.")
        return found

    def bare_request(
        self,
        method: str,
        url: str,
        *,
        content: Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Request:
        """A request to one of the addresses that Graph has handed out."""
        return self._open_client.build_request(method, url, content=content, headers=headers)

    @contextmanager
    def download(self, path: str, url: str) -> Iterator[Iterator[bytes]]:
        """The content behind an address that needs no token, in blocks."""
        try:
            with self._open_client.stream("GET", url, follow_redirects=True) as response:
                check_status(self.where, "read", path, response)
                yield response.iter_bytes(1024 * 1024)
        except httpx.HTTPError as error:
            raise final(explain_fault(f"{self.where}, to read {path}", error, repeatable=True)) from None
        except TryAgain as fault:
            raise final(fault) from None

    def pages(self, action: Action, path: str, address: str) -> Iterator[dict[str, Any]]:
        """Every item of a list that comes in pages, joined by ``@odata.nextLink``."""
        url: str | None = address
        while url is not None:
            page = self.ask(action, path, "GET", url)
            yield from page.get("value", ())
            url = page.get("@odata.nextLink")
            if url is not None and not url.startswith(f"{self._url}/"):
                # the token is for this server only
                raise SourceError(
                    f"{self.where}: the list of {path} goes on at another server. Ask the partner."
                )

    def follow(self, tell: Tell) -> None:
        """Tells of the steps of the next request that makes a connection, until its headers are sent."""

        def hear(event: str, _: Mapping[str, Any]) -> None:
            if step := BEGINNINGS.get(event):
                tell(step)
                if step == "login":
                    self._open_client.event_hooks = {}

        def watch(request: httpx.Request) -> None:
            request.extensions["trace"] = hear

        self._open_client.event_hooks = {"request": [watch]}

    @property
    def _open_client(self) -> httpx.Client:
        if self._client is None:
            raise ConfigError(f"{self.where}: it is not open; use GraphDrive in a with statement.")
        return self._client

    def _address(self, address: str) -> str:
        return address if address.startswith(f"{self._url}/") else f"{self._url}{address}"
