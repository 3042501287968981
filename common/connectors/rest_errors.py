"""What an HTTP answer, or the lack of one, means to whom; and how to say so without quoting anybody."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

from common.errors import ConfigError, DataFlowError, DeliveryError

__all__ = [
    "TryAgain",
    "explain_fault",
    "explain_status",
]

# RFC 9110 section 15: the server was too slow, too busy, or broken for now. Other 4xx stay as they are.
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
# These two say that nothing was done, so even a POST may be sent again.
_NOT_DONE = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_UNCERTAIN = "so it is not known whether the receiver took it. A POST is not repeated: look there before running again."


class TryAgain(Exception):  # noqa: N818 - a signal between this module and the retry loop; it never leaves
    """A fault that may pass, with the seconds that the server asked to wait for, if it did."""

    def __init__(self, text: str, wait: float = 0.0) -> None:
        super().__init__(text)
        self.wait = wait


def explain_status(where: str, response: httpx.Response, sent: Mapping[str, object]) -> None:
    """Return for a success; otherwise raise the error whose class says what to do.

    ``where`` names the page, the method and the path's template. ``sent`` holds what the request
    carried: no part of the answer that repeats one of its values is shown.
    """
    status = response.status_code
    if response.is_success:
        return
    told = f"{where} answered {status}{_details(response, sent)}"
    method = response.request.method
    if status in _PASSING or response.is_server_error:
        if method == "POST" and status not in _NOT_DONE:
            raise DeliveryError(f"{told}, {_UNCERTAIN}")
        raise TryAgain(told, _retry_after(response))
    if response.is_redirect:
        raise ConfigError(f"{told}: the interface has moved. Put its new address on the page.")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise ConfigError(
            f"{told}: the credentials on the page are refused, or may not do this. Renew them, or ask the partner."
        )
    raise DeliveryError(
        f"{told}: the receiver refuses the request. Ask it with the request id, if there is one."
    )


def explain_fault(where: str, error: httpx.HTTPError, method: str) -> DataFlowError | TryAgain:
    """The error for a request that got no whole answer."""
    kind = type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return ConfigError(
            f"{where}: the server's certificate is not trusted. Ask the partner, or correct the page."
        )
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return ConfigError(
            f"{where}: the request cannot be written ({kind}). Check the page's url and headers."
        )
    if isinstance(error, httpx.DecodingError | httpx.TooManyRedirects):
        return DeliveryError(f"{where}: the answer cannot be read ({kind}). Ask the partner.")
    if method == "POST" and not isinstance(error, _NEVER_SENT):
        return DeliveryError(f"{where}: the connection broke before the answer came ({kind}), {_UNCERTAIN}")
    return TryAgain(f"{where}: no answer ({kind})")


def _retry_after(response: httpx.Response) -> float:
    """The Retry-After header in seconds: a number or a date (RFC 9110 section 10.2.3); 0 without one."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        due = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (due.replace(tzinfo=due.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _details(response: httpx.Response, sent: Mapping[str, object]) -> str:
    """The server's request id and the name of the problem, as far as both look like what they should be."""
    request_id = response.headers.get("X-Request-Id") or response.headers.get("Request-Id") or ""
    parts = [f"request id {request_id}"] if re.fullmatch(r"[\w.:/+=-]{1,128}", request_id, re.ASCII) else []
    if name := _problem(response):
        values = {str(value).casefold() for value in _leaves(sent)}
        if not any(value in name.casefold() for value in values if value):
            parts.insert(0, f"'{name}'")
    return f" ({', '.join(parts)})" if parts else ""


def _problem(response: httpx.Response) -> str:
    """The short name in a problem body: ``title`` (RFC 9457), or the ``error`` or ``code`` that others send."""
    try:
        body = response.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    for name in (body.get("title"), body.get("error"), body.get("code")):
        # A sentence about one record would be longer, or would hold an address, a number or a quote.
        if isinstance(name, str) and re.fullmatch(r"[A-Za-z][A-Za-z _.:-]{0,59}", name):
            return name
    return ""


def _leaves(value: Any) -> Iterator[object]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif value is not None:
        yield value
