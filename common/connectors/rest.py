"""REST: JSON over HTTP, tried again where trying again helps.

A URL may name a person and an answer may quote one: errors and logs show the path's template, the
status, the server's request id and the name of its problem, never a filled-in path and never another part of a body.
"""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from decimal import Decimal
from functools import partial
from json import loads
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from common.connectors.http.request import encode, fill
from common.connectors.http.session import Session
from common.connectors.probing import Tell, untold
from common.connectors.rest_call import Call, Outcome, Upload
from common.connectors.rest_paging import LinkHeader, Paging, found
from common.errors import DataFlowError, SourceError

__all__ = ["Rest"]


class Rest:
    """One HTTP interface, for use in a ``with`` statement.

    ``session`` has the address, the credentials and the patience. ``concurrency`` requests run at once in
    ``send_all``. ``check_path`` is what a probe asks for.

    Raises ConfigError for a wrong page or refused credentials, DeliveryError for a request that the
    receiver refuses, TransientError when a fault did not pass within the attempts.
    """

    def __init__(self, session: Session, *, concurrency: int = 4, check_path: str = "") -> None:
        self._session = session
        self._concurrency = concurrency
        self._check_path = check_path

    def __enter__(self) -> Self:
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.__exit__(kind, error, trace)

    def probe(self, tell: Tell = untold) -> str:
        """Ask for the check path once with the credentials and once without; ends the connection.

        The credentials work where the answer is another without them. Returns what whoever looks should know, or "".
        """
        build = partial(self._session.build, "GET", self._session.url + self._check_path)
        remark = self._session.probe(self.where("GET", self._check_path), build, tell)
        return f"{remark}. Name a path that needs them as check_path on the page" if remark else ""

    def where(self, method: str, path: str) -> str:
        """How messages name a request."""
        return self._session.where(method, path)

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
        where = self.where(method, path)
        request = partial(
            self._session.build,
            method,
            self._session.url + fill(where, path, values or {}),
            params=params,
            content=encode(where, json),
            headers={} if json is None else {"Content-Type": "application/json"},
        )
        sent = {"values": values, "json": json, "params": params}
        return self._session.send(where, request, sent, repeatable=method != "POST")

    def upload(
        self, upload: Upload, file: Path, values: Mapping[str, object] | None = None
    ) -> httpx.Response:
        """Sends ``file`` as ``upload`` describes it, read while it is sent, and returns the successful answer."""
        where = self.where(upload.method, upload.path)
        url = self._session.url + fill(where, upload.path, values or {})
        with file.open("rb") as body:

            def build() -> httpx.Request:
                body.seek(0)
                parts = upload.parts(body, file.name)
                return self._session.build(upload.method, url, params=upload.params or None, **parts)

            return self._session.send(where, build, None, repeatable=upload.method != "POST")

    def pages(
        self,
        path: str,
        *,
        values: Mapping[str, object] | None = None,
        params: Mapping[str, str | int] | None = None,
        items: str | None = None,
        paging: Paging = LinkHeader(),  # noqa: B008 - it holds no state
    ) -> Iterator[dict[str, Any]]:
        """Every item of a list that comes in pages, which ``paging`` knows how to follow.

        A page is a JSON list, or an object that holds the list under ``items``, such as ``data.users``. One page is
        in memory at a time; a number with a fraction is a Decimal, as exact as it was sent. Raises SourceError when
        the answer is neither, or when the pages lead to another server or in a circle.
        """
        where = self.where("GET", path)
        address = self._session.url + fill(where, path, values or {})
        url = first = self._session.build("GET", address, params=params).url
        seen, last = {first}, b""
        while True:
            request = partial(self._session.build, "GET", url)
            response = self._session.send(
                where, request, {"values": values, "params": params}, repeatable=True
            )
            body, page = _page(where, response, items)
            digest = hashlib.sha256(response.content).digest()
            if page and digest == last:
                raise SourceError(f"{where}: page {len(seen)} is the same as the one before. Ask the owner.")
            yield from page
            following = paging.following(url, response, body, len(page))
            if following is None:
                return
            if following in seen:
                raise SourceError(
                    f"{where}: page {len(seen)} names a page already read as its next. Ask the owner."
                )
            if (following.scheme, following.netloc) != (first.scheme, first.netloc):
                # The credentials are for this server only.
                raise SourceError(f"{where}: page {len(seen)} leads to another server. Ask the owner.")
            seen.add(following)
            url, last = following, digest

    def send_all(self, calls: Iterable[Call]) -> Iterator[Outcome]:
        """Make many requests, a few at once; yield what became of each, in the order of the calls.

        Calls are taken as outcomes are asked for, so neither all calls nor all outcomes are held. A
        caller that stops early leaves at most ``2 * concurrency`` calls sent and not told.
        """
        under_way: deque[tuple[Call, Future[httpx.Response]]] = deque()
        with ThreadPoolExecutor(self._concurrency, thread_name_prefix=self._session.name) as pool:
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


def _page(where: str, response: httpx.Response, key: str | None) -> tuple[Any, list[dict[str, Any]]]:
    try:
        body = loads(response.content, parse_float=Decimal)
    except ValueError:
        body = None
    page = found(body, key)
    if not isinstance(page, list):
        raise SourceError(
            f"{where}: the answer is not a JSON list{f' under {key!r}' if key else ''}. Ask the owner."
        )
    if not all(isinstance(item, dict) for item in page):
        raise SourceError(f"{where}: the list holds items that are no JSON objects. Ask the owner.")
    return body, page


def _outcome(call: Call, future: Future[httpx.Response]) -> Outcome:
    try:
        return Outcome(call, response=future.result())
    except DataFlowError as error:
        return Outcome(call, error=error)
