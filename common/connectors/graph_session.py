"""Requests to Microsoft Graph: logged in, tried again as long as Microsoft asks for it, with our errors."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import tenacity

from common.connectors.graph_errors import Action, Passing, check_status, explain_fault
from common.connectors.graph_login import GraphLogin
from common.connectors.probing import Step, Tell
from common.errors import ConfigError, SourceError, TransientError

__all__ = ["GraphSession"]

logger = logging.getLogger(__name__)
# httpx writes the address of every request at INFO, and those for content are passwords in themselves.
logging.getLogger("httpx").setLevel(logging.WARNING)

R = TypeVar("R")

_LONGEST_WAIT = 120.0  # seconds between two attempts; a server that asks for more gets its own run later
# What httpx tells of a request under way, as the step that begins with it.
_BEGINNINGS: Mapping[str, Step] = {
    "connection.connect_tcp.started": "answers",
    "connection.start_tls.started": "certificate",
    "http11.send_request_headers.started": "login",
}


class GraphSession:
    """The connections of one page. ``attempts`` are for each request; the first wait is ``backoff`` seconds."""

    def __init__(
        self, *, where: str, url: str, login: GraphLogin, attempts: int, backoff: float, timeout: float
    ) -> None:
        self.where = where
        self._url = url.rstrip("/")
        self._login = login
        self._timeout = timeout
        self._client: httpx.Client | None = None
        self._retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(attempts),
            wait=tenacity.wait_exception(_wait_asked_for)
            + tenacity.wait_random_exponential(multiplier=backoff, max=_LONGEST_WAIT),
            retry=tenacity.retry_if_exception(_may_pass),
            before_sleep=self._log_retry,
            reraise=True,
        )

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
            raise _final(explain_fault(self.where, error)) from None
        except Passing as fault:
            raise _final(fault) from None

    def retried(self, attempt: Callable[[], R]) -> R:
        """What ``attempt`` returns, which is tried again after faults that pass; TransientError when they do not."""
        try:
            return self._retrying(attempt)
        except Passing as last:
            asked = f" and asks to wait {last.wait:.0f} s" if last.wait > _LONGEST_WAIT else ""
            raise TransientError(f"{last}{asked}. Wait; if it lasts, ask the partner.") from None

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
            raise explain_fault(self.where, error) from None
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
            raise _final(explain_fault(self.where, error)) from None
        except Passing as fault:
            raise _final(fault) from None

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
            if step := _BEGINNINGS.get(event):
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

    def _log_retry(self, state: tenacity.RetryCallState) -> None:
        wait = state.next_action.sleep if state.next_action else 0.0
        logger.warning("graph_retry where=%r attempt=%d wait=%.1f", self.where, state.attempt_number, wait)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, Passing) and error.wait <= _LONGEST_WAIT


def _wait_asked_for(error: BaseException) -> float:
    return error.wait if isinstance(error, Passing) else 0.0


def _final(fault: Exception) -> Exception:
    return TransientError(f"{fault}. It is tried again.") if isinstance(fault, Passing) else fault
