"""What an answer of Microsoft Graph, or the lack of one, means to whom.

Neither an address nor a text of Microsoft's is shown: addresses for content are passwords in themselves, and texts
quote what was sent. The code, the request's id and our own path say enough.
"""

import re
from http import HTTPStatus
from typing import Any, Literal, TypeAlias

import httpx

from common.connectors.http.errors import TryAgain, retry_after
from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError

__all__ = ["Action", "check_login", "check_status"]

Action: TypeAlias = Literal["write", "read", "list", "look at", "move", "remove", "find the drive of"]

# Microsoft's throttling and its passing faults, a lock that somebody's editor holds, and a range that the upload
# session does not wait for, which is to be asked for anew.
_PASSING = frozenset({408, 416, 423, 429, 500, 502, 503, 504, 509})


def check_status(where: str, action: Action, path: str, response: httpx.Response) -> None:
    """Returns for a success; raises what the answer means at the attempt to ``action`` ``path``."""
    status = response.status_code
    if response.is_success:
        return
    told = _named(response)
    if status in _PASSING:
        raise TryAgain(f"{where} could not {action} {path} now{told}", retry_after(response))
    raise _refusal(where, action, path, status, told)


def _refusal(where: str, action: Action, path: str, status: int, told: str) -> DataFlowError:
    refusal = SourceError if action in ("read", "list", "remove") else DeliveryError
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return ConfigError(
                f"{where} refuses the token{told}. Ask whether the app may still use Microsoft Graph."
            )
        case _ if action == "find the drive of":
            return ConfigError(
                f"{where} knows no drive of {path}, or does not show it{told}. Correct the page's drive or site, or "
                "ask for the app to be let in."
            )
        case HTTPStatus.FORBIDDEN:
            advice = f"denies permission to {action} {path}{told}. Ask for the app's rights to this drive"
        case HTTPStatus.NOT_FOUND:
            advice = f"does not have {path}: it does not exist{told}. Correct the path, or ask the partner"
        case HTTPStatus.INSUFFICIENT_STORAGE:
            advice = f"has no room for {path}{told}. Ask the drive's owner to make some"
        case _:
            advice = f"refused to {action} {path}{told}. Ask with the request id, if there is one"
    return refusal(f"{where} {advice}.")


def check_login(where: str, response: httpx.Response) -> None:
    """Returns for an answer with a token; raises what another one means (RFC 6749 section 5.2)."""
    if response.is_success:
        return
    told = _named(response)
    if response.status_code in _PASSING:
        raise TryAgain(f"{where}: Microsoft's login could not answer now{told}", retry_after(response))
    raise ConfigError(
        f"{where}: Microsoft refuses the login{told}. Check the page's tenant, client id and secret; a secret expires."
    )


def _named(response: httpx.Response) -> str:
    """Status, code and request id, as far as they look like what they should be."""
    parts = [str(response.status_code)]
    if code := _code(response):
        parts.append(code)
    request_id = response.headers.get("request-id") or response.headers.get("x-ms-request-id") or ""
    if re.fullmatch(r"[\w-]{1,80}", request_id, re.ASCII):
        parts.append(f"request id {request_id}")
    return f" ({', '.join(parts)})"


def _code(response: httpx.Response) -> str:
    """Graph's ``error.code``; of the login, the number at the beginning of its text, such as AADSTS7000215."""
    try:
        error: Any = response.json()
    except (ValueError, httpx.ResponseNotRead):
        return ""
    found = error.get("error") if isinstance(error, dict) else None
    if isinstance(found, dict):
        text = found.get("code")
    else:
        described = re.match(r"AADSTS\d+", str(error.get("error_description", ""))) if found else None
        text = described[0] if described else found
    return text if isinstance(text, str) and re.fullmatch(r"\w{1,60}", text, re.ASCII) else ""
