"""What the replies of an FTP server mean to whom (RFC 959 section 4.2, RFC 4217); only their codes are shown."""

import ftplib
import posixpath
import re
import ssl
from typing import Literal, TypeAlias

from common.connectors.probing import unreachable
from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError, TransientError

__all__ = ["Action", "code_of", "explain_opening", "explain_refusal", "tells_of_no_room"]

Action: TypeAlias = Literal["write", "read", "list", "look at", "rename", "move", "remove"]

_FULL = (452, 552)
_NO_ROOM = re.compile(r"no space|disk full|quota", re.IGNORECASE)
_PASSING = range(400, 500)


def code_of(error: BaseException) -> int | None:
    """The code of the server's refusal; None where the connection failed, or the server ends it (421)."""
    if not isinstance(error, ftplib.error_temp | ftplib.error_perm):
        return None
    code = int(str(error)[:3])
    return None if code == 421 else code


def explain_opening(where: str, step: str, error: Exception, timeout: float) -> DataFlowError:
    """The error for a session that did not come about: at ``answers``, ``certificate`` or ``login``."""
    code = code_of(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return ConfigError(
            f"{where}: the server's certificate is not trusted. Ask the partner; if it is theirs, put its fingerprint "
            "on the page."
        )
    if code is not None and code not in _PASSING and step == "certificate":
        return ConfigError(
            f"{where}: the server offers no TLS (code {code}), and nothing is sent in clear. Ask the partner for "
            "FTPS or SFTP."
        )
    if code is not None and code not in _PASSING:
        return ConfigError(
            f"{where}: the server refused the login (code {code}). Renew the password on the page, or ask the partner."
        )
    if isinstance(error, ssl.SSLError):
        return ConfigError(
            f"{where}: no TLS session came about. Check port and tls on the page: explicit goes with 21, implicit with "
            "990."
        )
    if step == "answers" and isinstance(error, OSError):
        return unreachable(where, error, timeout)
    trouble = f"code {code}" if code else type(error).__name__
    return TransientError(f"{where}: the connection broke at the step '{step}' ({trouble}). Wait.")


def tells_of_no_room(error: Exception) -> bool:
    """Whether a refusal is for want of room: by its code, or by its text where the code is that of any local error."""
    return code_of(error) in _FULL or bool(_NO_ROOM.search(str(error)))


def explain_refusal(where: str, action: Action, path: str, code: int, *, full: bool) -> DataFlowError:
    """The error for what the server replied to an attempt to ``action`` the ``path``."""
    reading = action in ("read", "list", "look at")
    verdict: type[DataFlowError] = SourceError if reading else DeliveryError
    match code:
        case _ if full:
            advice = f"the server has no room for {path} (code {code}). Ask the partner to make room"
        case 451 if action == "write":  # of a full disk, too, some servers say no more than "local error"
            verdict = TransientError
            advice = (
                f"the server had trouble of its own with {path} (code 451); a full disk looks like this. Wait, or ask "
                "the partner to make room"
            )
        case _ if code in _PASSING and code != 450:
            verdict, advice = (
                TransientError,
                f"the server puts off the attempt to {action} {path} (code {code}). Wait",
            )
        case 550 | 553 | 450 if action == "write":
            folder = posixpath.dirname(path)
            advice = (
                f"permission to write {path} is denied, or the folder {folder} does not exist (code {code}). Ask the "
                "partner, or correct the path"
            )
        case 550 | 450:
            advice = f"{path} does not exist, or permission to {action} it is denied (code {code}). Ask the partner"
        case _:
            advice = f"the server refused to {action} {path} (code {code}). Ask the partner"
    return verdict(f"{where}: {advice}.")
