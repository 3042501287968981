"""REST: JSON over HTTP, tried again where trying again helps.

A URL may name a person and an answer may quote one: errors and logs show the path's template, the
status and the server's request id, never a filled-in path and never a body.
"""

import logging
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Self

import httpx
import tenacity

from common.connectors.probing import Tell, untold
from common.connectors.rest_errors import TryAgain, explain_fault, explain_status
from common.connectors.rest_probe import probe
from common.connectors.rest_request import base_url, credentials, encode, fill
from common.errors import DataFlowError, SourceError, TransientError

__all__ = [
    "Call",
    "Outcome",
    "Rest",
]

logger = logging.getLogger(__name__)
# httpx writes the whole URL of every request at INFO, and a URL may name a person.
logging.getLogger("httpx").setLevel(logging.WARNING)

_LONGEST_WAIT = 120.0  # seconds between two attempts; a server that asks for more gets its own run later


@dataclass(frozen=True, slots=True)
class Call:
    """One request to make: ``values`` fill the ``{...}`` in ``path``. What may be personal is not in its repr."""

    method: str
    path: str
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one call: its response, or the error that stopped it."""

    call: Call
    response: httpx.Response | None = None
    error: DataFlowError | None = None


class Rest:
    """One HTTP interface, for use in a ``with`` statement.

    ``name`` is the configuration page's, for messages. ``url`` is the address that every path is
    relative to. ``timeout`` and ``backoff`` (the first wait before trying again, doubled each time and
    jittered) are in seconds. A request is tried ``attempts`` times, and ``concurrency`` of them run at
    once in ``send_all``. ``check_path`` is what a probe asks for.

    Raises ConfigError for a wrong page or refused credentials, DeliveryError for a request that the
    receiver refuses, TransientError when a fault did not pass within the attempts.
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        token: str | None = None,
        username: str | None = None,
        password: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30,
        attempts: int = 4,
        concurrency: int = 4,
        backoff: float = 0.5,
        check_path: str = "",
    ) -> None:
        self._name = name
        self._check_path = check_path
        self._url = base_url(name, url)
        self._concurrency = concurrency
        self._retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(attempts),
            wait=tenacity.wait_exception(_wait_asked_for)
            + tenacity.wait_random_exponential(multiplier=backoff, max=_LONGEST_WAIT),
            retry=tenacity.retry_if_exception(_may_pass),
            before_sleep=self._log_retry,
            reraise=True,
        )
        self._client = httpx.Client(
            auth=credentials(name, token, username, password),
            headers=headers,
            timeout=timeout,
            limits=httpx.Limits(max_connections=concurrency),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def probe(self, tell: Tell = untold) -> str:
        """Ask for the check path once with the credentials and once without; ends the connection.

        The credentials work where the answer is another without them. Returns what whoever looks should know, or "".
        """
        url = self._url + self._check_path
        with self._client as client:
            return probe(client, f"Page {self._name}: GET {url}", url, tell)

    def request(
        self,
        method: str,
        path: str,
        *,
        values: Mapping[str, object] | None = None,
        json: Any = None,
        params: Mapping[str, str | int] | None = None,
    ) -> httpx.Response:
        """Make one request and return its successful answer.

        ``path`` is a template such as ``/users/{student_id}``; ``values`` fill it, percent-encoded. Tried
        again after 408, 429, 5xx and lost connections, as late as Retry-After asks. A POST is tried again
        only where the receiver certainly did nothing: otherwise it might act twice.
        """
        where = f"Page {self._name}: {method} {self._url}{path}"
        request = self._client.build_request(
            method,
            self._url + fill(where, path, values or {}),
            params=params,
            content=encode(where, json),
            headers={} if json is None else {"Content-Type": "application/json"},
        )
        return self._send(where, request, {"values": values, "json": json, "params": params})

    def pages(
        self,
        path: str,
        *,
        values: Mapping[str, object] | None = None,
        params: Mapping[str, str | int] | None = None,
        items: str | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Every item of a list that comes in pages joined by ``Link: <...>; rel="next"`` (RFC 8288).

        A page is a JSON list, or an object that holds the list under the key ``items``. Raises
        SourceError when the answer is neither, or when the pages lead to another server or in a circle.
        """
        where = f"Page {self._name}: GET {self._url}{path}"
        response = self.request("GET", path, values=values, params=params)
        seen = {response.request.url}
        while True:
            yield from _items(where, response, items)
            link = response.links.get("next", {}).get("url")
            if link is None:
                return
            url = response.request.url.join(link)
            if url in seen:
                raise SourceError(
                    f"{where}: page {len(seen)} names a page already read as its next. Ask the owner."
                )
            if (url.scheme, url.netloc) != (response.request.url.scheme, response.request.url.netloc):
                # The credentials are for this server only.
                raise SourceError(f"{where}: page {len(seen)} leads to another server. Ask the owner.")
            seen.add(url)
            response = self._send(where, self._client.build_request("GET", url), {"values": values})

    def send_all(self, calls: Iterable[Call]) -> Iterator[Outcome]:
        """Make many requests, a few at once; yield what became of each, in the order of the calls.

        Calls are taken as outcomes are asked for, so neither all calls nor all outcomes are held. A
        caller that stops early leaves at most ``2 * concurrency`` calls sent and not told.
        """
        under_way: deque[tuple[Call, Future[httpx.Response]]] = deque()
        with ThreadPoolExecutor(self._concurrency, thread_name_prefix=self._name) as pool:
            try:
                for call in calls:
                    # in the caller's context: its log lines belong to the caller's run
                    future = pool.submit(
                        copy_context().run,
                        partial(self.request, call.method, call.path, values=call.values, json=call.json),
                    )
                    under_way.append((call, future))
                    if len(under_way) >= 2 * self._concurrency:
                        yield _outcome(*under_way.popleft())
                while under_way:
                    yield _outcome(*under_way.popleft())
            finally:
                for _, future in under_way:
                    future.cancel()

    def _send(self, where: str, request: httpx.Request, sent: Mapping[str, object]) -> httpx.Response:
        try:
            return self._retrying(self._attempt, where, request, sent)
        except TryAgain as last:
            asked = f" and asks to wait {last.wait:.0f} s" if last.wait > _LONGEST_WAIT else ""
            raise TransientError(f"{last}{asked}. Wait; if it lasts, ask the partner.") from None

    def _attempt(self, where: str, request: httpx.Request, sent: Mapping[str, object]) -> httpx.Response:
        try:
            response = self._client.send(request)
        except httpx.HTTPError as error:
            # httpx's errors carry the request, and some quote a header: neither may follow ours.
            raise explain_fault(where, error, request.method) from None
        explain_status(where, response, sent)
        return response

    def _log_retry(self, state: tenacity.RetryCallState) -> None:
        wait = state.next_action.sleep if state.next_action else 0.0
        logger.warning("rest_retry page=%s attempt=%d wait=%.1f", self._name, state.attempt_number, wait)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, TryAgain) and error.wait <= _LONGEST_WAIT


def _wait_asked_for(error: BaseException) -> float:
    return error.wait if isinstance(error, TryAgain) else 0.0


def _items(where: str, response: httpx.Response, key: str | None) -> list[dict[str, Any]]:
    try:
        body = response.json()
        found = body if key is None else body[key]
    except (ValueError, TypeError, KeyError):
        found = None
    if not isinstance(found, list):
        raise SourceError(
            f"{where}: the answer is not a JSON list{f' under {key!r}' if key else ''}. Ask the owner."
        )
    return found


def _outcome(call: Call, future: Future[httpx.Response]) -> Outcome:
    try:
        return Outcome(call, response=future.result())
    except DataFlowError as error:
        return Outcome(call, error=error)
