"""What a refusal or a silence of S3 means to whom. No message holds a key, a secret or a part of an object."""

import re
from typing import Literal, TypeAlias

from botocore.exceptions import (
    ClientError,
    FlexibleChecksumError,
    ParamValidationError,
    SSLError,
)

from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError, TransientError

__all__ = ["LOGIN_CODES", "Action", "code_of", "explain"]

Action: TypeAlias = Literal["write", "read", "list", "look at", "move", "remove"]

LOGIN_CODES = frozenset(
    {
        "AccountProblem",
        "AuthorizationHeaderMalformed",
        "ExpiredToken",
        "InvalidAccessKeyId",
        "InvalidToken",
        "NotSignedUp",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)
"""Error codes with which S3 refuses the login itself (Amazon S3 API Reference, "Error responses")."""

_PLACE_CODES = frozenset({"IllegalLocationConstraintException", "NoSuchBucket", "PermanentRedirect", "301"})
# S3 tells these as client errors, and they pass all the same.
_PASSING_CODES = frozenset(
    {"BadDigest", "ConditionalRequestConflict", "IncompleteBody", "OperationAborted", "RequestTimeout"}
)
_TOO_MANY_REQUESTS = 429


def code_of(error: ClientError) -> str:
    """The error's code; for an answer without a body, such as one to HEAD, its status as text."""
    return str(error.response.get("Error", {}).get("Code", ""))


def explain(where: str, action: Action, path: str, error: Exception) -> DataFlowError:
    """The error of ours for one of boto's, at the attempt to ``action`` ``path``."""
    match error:
        case ClientError():
            return _refusal(where, action, path, error)
        case SSLError() if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return ConfigError(
                f"{where}: the server's certificate is not trusted. Ask the partner, or correct the endpoint."
            )
        case ParamValidationError():
            return ConfigError(f"{where}: the bucket or {path} is no valid name. Correct the page.")
        case FlexibleChecksumError():
            return TransientError(f"{where}: {path} arrived damaged. It is tried again.")
    return TransientError(
        f"{where}: no connection, a broken one, or nothing in time, at the attempt to {action} {path} "
        f"({type(error).__name__}). Wait; if it lasts, check the page's endpoint and region."
    )


def _refusal(where: str, action: Action, path: str, error: ClientError) -> DataFlowError:
    code, answer = code_of(error), error.response.get("ResponseMetadata", {})
    status = int(answer.get("HTTPStatusCode", 0))
    told = _named(code, str(answer.get("RequestId", "")))
    refusal = SourceError if action in ("read", "list", "remove") else DeliveryError
    if code in LOGIN_CODES:
        return ConfigError(
            f"{where} refuses the login{told}. Check the page's access key, its secret and its region, or ask the "
            "partner for new ones."
        )
    if code in _PLACE_CODES:
        return ConfigError(
            f"{where}: there is no such bucket here{told}. Correct the page's bucket, region or endpoint."
        )
    if code in _PASSING_CODES or status >= 500 or status == _TOO_MANY_REQUESTS:
        return TransientError(
            f"{where} could not {action} {path} now{told}. Wait; if it lasts, ask the partner."
        )
    if code in ("NoSuchKey", "404"):
        return refusal(f"{where}: {path} does not exist{told}. Correct the path, or ask the partner.")
    if status == 403:
        # S3 answers 403 for an object that is missing too, to those who may not list.
        return refusal(
            f"{where} denies permission to {action} {path}{told}. Ask the partner to grant it to the page's key."
        )
    return refusal(f"{where} refused to {action} {path}{told}. Ask the partner.")


def _named(code: str, request_id: str) -> str:
    """The code and the request's id, as far as both look like what they should be."""
    parts = [code] if re.fullmatch(r"[A-Za-z0-9]{1,60}", code) else []
    if re.fullmatch(r"[\w+/=-]{1,80}", request_id, re.ASCII):
        parts.append(f"request id {request_id}")
    return f" ({', '.join(parts)})" if parts else ""
