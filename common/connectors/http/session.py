"""Requests to one HTTP interface: logged in, paced, and tried again where trying again helps."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx

from common.connectors.http.errors import explain_fault, explain_status
from common.connectors.http.oauth import ClientCredentials
from common.connectors.http.pace import Pace
from common.connectors.http.probe import probe
from common.connectors.http.request import base_url
from common.connectors.http.retries import Retries
from common.connectors.probing import Tell

__all__ = ["Session"]


class Session:
    """The connections to one interface, for use in a ``with`` statement; for any number of threads.

    ``name`` is the configuration page's, for messages. ``url`` is the address that every path is appended to.
    ``auth`` adds the credentials. ``timeout`` and ``backoff`` (the first wait before trying again, doubled each time
    and jittered) are in seconds. A request is tried ``attempts`` times. At most ``connections`` requests are under
    way at once, and at most ``calls_per_second`` begin in a second, if that is given.
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30,
        attempts: int = 4,
        connections: int = 4,
        calls_per_second: float | None = None,
        backoff: float = 0.5,
    ) -> None:
        self.name = name
        self.url = base_url(name, url).rstrip("/")
        self._auth = auth
        self._pace = Pace(calls_per_second)
        self._retries = Retries(name, attempts=attempts, backoff=backoff)
        self._client = httpx.Client(
            auth=auth, headers=headers, timeout=timeout, limits=httpx.Limits(max_connections=connections)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def where(self, method: str, path: str) -> str:
        """How messages name a request: by the template of its path, without what fills it and without a query."""
        return f"Page {self.name}: {method} {self.url}{path}"

    def build(self, method: str, url: str | httpx.URL, **parts: Any) -> httpx.Request:
        """A request of httpx's own arguments; nothing is sent yet."""
        return self._client.build_request(method, url, **parts)

    def send(
        self,
        where: str,
        build: Callable[[], httpx.Request],
        sent: Mapping[str, object] | None,
        *,
        repeatable: bool,
        look: Callable[[httpx.Response], None] = lambda _: None,
    ) -> httpx.Response:
        """The successful answer to the request that ``build`` makes, anew for every attempt.

        Tried again after 408, 429, 5xx and lost connections, as late as Retry-After asks; what is not
        ``repeatable`` only where the receiver certainly did nothing. ``look`` may refuse an answer, whatever its status,
        by raising TryAgain or an error of ours. ``sent`` is what the request carries, to keep it out of messages.
        """
        return self._retries(partial(self._attempt, where, build, sent, repeatable, look))

    def probe(
        self,
        where: str,
        build: Callable[..., httpx.Request],
        tell: Tell,
        **judges: Callable[[httpx.Response], Any],
    ) -> str:
        """Sends the request of ``build`` once with the credentials and once without; ends the connection."""
        with self._client as client:
            return probe(client, where, build, tell, **judges)

    def _attempt(
        self,
        where: str,
        build: Callable[[], httpx.Request],
        sent: Mapping[str, object] | None,
        repeatable: bool,
        look: Callable[[httpx.Response], None],
    ) -> httpx.Response:
        self._pace.wait()
        try:
            response = self._client.send(build())
            if response.status_code == HTTPStatus.UNAUTHORIZED and isinstance(self._auth, ClientCredentials):
                # a token may be withdrawn before its time; one that is refused when it is new stays refused
                self._auth.renew(response.request)
                response = self._client.send(build())
        except httpx.HTTPError as error:
            # httpx's errors carry the request, and some quote a header: neither may follow ours.
            raise explain_fault(where, error, repeatable=repeatable) from None
        look(response)
        explain_status(where, response, sent, repeatable=repeatable)
        return response
