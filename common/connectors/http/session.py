"""Requests to one HTTP interface: logged in, paced, and tried again where trying again helps."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx
import tenacity

from common.connectors.http.errors import LONGEST_WAIT, TryAgain, explain_fault, explain_status, final
from common.connectors.http.oauth import ClientCredentials
from common.connectors.http.pace import Pace
from common.connectors.http.probe import probe
from common.connectors.http.request import base_url
from common.connectors.probing import Tell

__all__ = ["Session"]

logger = logging.getLogger(__name__)
# httpx writes the whole URL of every request at INFO, and a URL may name a person.
logging.getLogger("httpx").setLevel(logging.WARNING)


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
        self._retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(attempts),
            wait=tenacity.wait_exception(_wait_asked_for)
            + tenacity.wait_random_exponential(multiplier=backoff, max=LONGEST_WAIT),
            retry=tenacity.retry_if_exception(_may_pass),
            before_sleep=self._log_retry,
            reraise=True,
        )
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
        try:
            return self._retrying(self._attempt, where, build, sent, repeatable, look)
        except TryAgain as last:
            raise final(last) from None

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

    def _log_retry(self, state: tenacity.RetryCallState) -> None:
        wait = state.next_action.sleep if state.next_action else 0.0
        logger.warning("http_retry page=%s attempt=%d wait=%.1f", self.name, state.attempt_number, wait)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, TryAgain) and error.wait <= LONGEST_WAIT


def _wait_asked_for(error: BaseException) -> float:
    return error.wait if isinstance(error, TryAgain) else 0.0
