"""What the answers of a WebDAV server mean to whom (RFC 4918 section 11, RFC 9110 section 15)."""

import posixpath
from http import HTTPStatus
from typing import Literal, TypeAlias

from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError, TransientError

__all__ = ["Action", "explain_status"]

Action: TypeAlias = Literal["write", "read", "list", "look at", "rename", "move", "remove"]

_FULL = (HTTPStatus.INSUFFICIENT_STORAGE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.LOCKED, HTTPStatus.TOO_MANY_REQUESTS)
_UNKNOWN = (HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED)


def explain_status(where: str, action: Action, path: str, status: int) -> DataFlowError:
    """The error for a ``status`` that is no success, at an attempt to ``action`` the ``path``."""
    verdict: type[DataFlowError] = SourceError if action in ("read", "list", "look at") else DeliveryError
    match status:
        case HTTPStatus.UNAUTHORIZED:
            verdict, advice = (
                ConfigError,
                "the server refused the login. Renew it on the page, or ask the partner",
            )
        case HTTPStatus.FORBIDDEN:
            advice = f"permission to {action} {path} is denied. Ask the partner to grant it to this user"
        case HTTPStatus.CONFLICT | HTTPStatus.NOT_FOUND if action in ("write", "move", "rename"):
            folder = posixpath.dirname(path)
            advice = f"the folder {folder} does not exist. Ask the partner to create it, or correct the path"
        case HTTPStatus.NOT_FOUND:
            verdict, advice = SourceError, f"{path} does not exist. Correct the path, or ask the partner"
        case _ if status in _FULL:
            advice = f"the server has no room for {path}. Ask the partner to make room"
        case _ if status in _UNKNOWN and action == "rename":
            advice = f"the server cannot rename a file to {path}. If it takes PUT alone, set rename to false on the page"
        case _ if status in _UNKNOWN:
            advice = f"the server does not know how to {action} {path}. It may be no WebDAV: ask the partner"
        case _ if status in _PASSING or status >= 500:
            verdict = TransientError
            advice = f"the server could not {action} {path} for now. Wait; if it lasts, ask the partner"
        case _ if 300 <= status < 400:
            verdict, advice = ConfigError, "the server has moved. Put its new address on the page"
        case _:
            advice = f"the server refused to {action} {path}. Ask the partner"
    return verdict(f"{where}: {advice} (status {status}).")
