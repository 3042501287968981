"""What an HTTP answer, or the lack of one, means to whom; and how to say so without quoting anybody."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from common.connectors.http.problems import named_problem
from common.errors import ConfigError, DataFlowError, DeliveryError, TransientError

__all__ = [
    "LONGEST_WAIT",
    "TryAgain",
    "UnknownOutcomeError",
    "explain_fault",
    "explain_status",
    "final",
    "retry_after",
]

LONGEST_WAIT = 120.0  # seconds between two attempts; a server that asks for more gets its own run later

# RFC 9110 section 15: the server was too slow, too busy, or broken for now. Other 4xx stay as they are.
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
# These two say that nothing was done, so even a POST may be sent again.
_NOT_DONE = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_REQUEST_IDS = ("X-Request-Id", "Request-Id", "X-Request-Context-Id", "X-Transaction-Id", "X-Correlation-Id")
_UNCERTAIN = (
    "so it is not known whether the receiver took it. It is not repeated: look there before running again."
)


class TryAgain(Exception):  # noqa: N818 - a signal to the retry loop; it never leaves a connector
    """A fault that may pass, with the seconds that the server asked to wait for, if it did."""

    def __init__(self, text: str, wait: float = 0.0) -> None:
        super().__init__(text)
        self.wait = wait


class UnknownOutcomeError(DeliveryError):
    """It is not known whether the receiver did what it was asked for."""


def explain_status(
    where: str, response: httpx.Response, sent: Mapping[str, object] | None, *, repeatable: bool
) -> None:
    """Return for a success; otherwise raise the error whose class says what to do.

    ``where`` names the page, the method and the path's template. ``sent`` holds what the request carried, None
    where that is not at hand: no part of the answer that repeats one of its values is shown. ``repeatable``: whether
    the request may be sent again although it may have worked.
    """
    status = response.status_code
    if response.is_success:
        return
    told = f"{where} answered {status}{_details(response, sent)}"
    if status in _PASSING or response.is_server_error:
        if not repeatable and status not in _NOT_DONE:
            raise UnknownOutcomeError(f"{told}, {_UNCERTAIN}")
        raise TryAgain(told, retry_after(response))
    if response.is_redirect:
        raise ConfigError(f"{told}: the interface has moved. Put its new address on the page.")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise ConfigError(
            f"{told}: the credentials on the page are refused, or may not do this. Renew them, or ask the partner."
        )
    raise DeliveryError(
        f"{told}: the receiver refuses the request. Ask it with the request id, if there is one."
    )


def explain_fault(where: str, error: httpx.HTTPError, *, repeatable: bool) -> DataFlowError | TryAgain:
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
    if not repeatable and not isinstance(error, _NEVER_SENT):
        return UnknownOutcomeError(
            f"{where}: the connection broke before the answer came ({kind}), {_UNCERTAIN}"
        )
    return TryAgain(f"{where}: no whole answer ({kind})")


def final(fault: Exception) -> Exception:
    """The fault as whoever asked for the request gets it, when it is not tried again."""
    if not isinstance(fault, TryAgain):
        return fault
    asked = f" and asks to wait {fault.wait:.0f} s" if fault.wait > LONGEST_WAIT else ""
    return TransientError(f"{fault}{asked}. Wait; if it lasts, ask the partner.")


def retry_after(response: httpx.Response) -> float:
    """The seconds in Retry-After, which is a number or a date (RFC 9110 section 10.2.3); 0 without one."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        due = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (due.replace(tzinfo=due.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _details(response: httpx.Response, sent: Mapping[str, object] | None) -> str:
    """The server's request id and the name of the problem, as far as both look like what they should be."""
    request_id = next((response.headers[name] for name in _REQUEST_IDS if name in response.headers), "")
    parts = [f"request id {request_id}"] if re.fullmatch(r"[\w.:/+=-]{1,128}", request_id, re.ASCII) else []
    if problem := named_problem(response, sent):
        parts.insert(0, f"'{problem}'")
    return f" ({', '.join(parts)})" if parts else ""
