"""What the answers of a Windows share mean to whom (the codes are those of [MS-ERREF] section 2.3)."""

import posixpath
from typing import Literal, TypeAlias

from smbprotocol.exceptions import (
    SMBAuthenticationError,
    SMBOSError,
    SMBResponseException,
)
from smbprotocol.header import NtStatus

from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError, TransientError

__all__ = ["Action", "explain_login", "explain_refusal", "refused_with"]

Action: TypeAlias = Literal["write", "read", "list", "look at", "rename", "move", "remove"]

_QUOTA_EXCEEDED = 0xC0000044  # smbprotocol has no name for it
_FULL = (NtStatus.STATUS_DISK_FULL, _QUOTA_EXCEEDED)
_MISSING = (
    NtStatus.STATUS_OBJECT_NAME_NOT_FOUND,
    NtStatus.STATUS_OBJECT_PATH_NOT_FOUND,
    NtStatus.STATUS_NO_SUCH_FILE,
    NtStatus.STATUS_NOT_A_DIRECTORY,
)
# The second is how Samba answers when the name is then looked for among links to other servers.
_NO_SHARE = (NtStatus.STATUS_BAD_NETWORK_NAME, NtStatus.STATUS_NOT_FOUND)
_IN_USE = (NtStatus.STATUS_SHARING_VIOLATION, NtStatus.STATUS_DELETE_PENDING)
# The session is over, or the server is short of something for now: the same may work on a new connection.
_PASSING = (
    NtStatus.STATUS_NETWORK_NAME_DELETED,
    NtStatus.STATUS_USER_SESSION_DELETED,
    NtStatus.STATUS_INSUFFICIENT_RESOURCES,
    NtStatus.STATUS_INSUFF_SERVER_RESOURCES,
    NtStatus.STATUS_IO_TIMEOUT,
    NtStatus.STATUS_REQUEST_NOT_ACCEPTED,
    NtStatus.STATUS_SERVER_UNAVAILABLE,
)


def refused_with(error: BaseException) -> int | None:
    """The status that the server answered; None where the connection failed, or ended the session."""
    status: int | None = None
    if isinstance(error, SMBOSError):
        status = error.ntstatus
    elif isinstance(error, SMBResponseException):
        status = error.status
    return None if status in _PASSING else status


def explain_login(where: str, error: Exception) -> DataFlowError:
    """The error for a session that did not come about, once the server had answered."""
    status, text = refused_with(error), str(error)
    verdict: type[DataFlowError] = ConfigError
    match error:
        case _ if status == NtStatus.STATUS_PASSWORD_EXPIRED:
            advice = "the password has expired. Have it renewed, and put it on the page"
        case _ if status == NtStatus.STATUS_LOGON_FAILURE:
            advice = "the server refused the login. Renew the password on the page, or check user and domain"
        case _ if status is not None:
            advice = (
                f"the server refused the login (status {status:#x}). Ask its owner whether the user is locked, or may "
                "not log in from here"
            )
        case SMBAuthenticationError():
            advice = (
                "no login that both sides know came about. Check user and domain, or ask the server's owner"
            )
        # smbprotocol has no class of its own for these two
        case _ if "encryption is required" in text:
            advice = (
                "the server cannot encrypt, as SMB 3 can. Ask its owner, or set encrypt to false on the page"
            )
        case _ if "authenticated as a guest" in text:
            advice = "the server knows no such user and takes it for a guest. Correct the login on the page"
        case _:
            verdict = TransientError
            advice = (
                f"the connection broke at the login ({type(error).__name__}). Wait, or check host and port"
            )
    return verdict(f"{where}: {advice}.")


def explain_refusal(where: str, share: str, action: Action, path: str, status: int) -> DataFlowError:
    """The error for what the server answered to an attempt to ``action`` the ``path`` in the share."""
    verdict: type[DataFlowError] = DeliveryError
    if action in ("read", "list", "look at"):
        verdict = SourceError
    match status:
        case _ if status in _NO_SHARE:
            verdict, advice = (
                ConfigError,
                f"there is no share {share}. Correct it on the page, or ask its owner",
            )
        case NtStatus.STATUS_OBJECT_NAME_INVALID:
            verdict, advice = ConfigError, f"{share} takes no file of the name {path}. Correct it"
        case NtStatus.STATUS_ACCESS_DENIED | NtStatus.STATUS_CANNOT_DELETE:
            advice = (
                f"permission to {action} {path} in {share} is denied. Ask its owner to grant it to this user"
            )
        case _ if status in _IN_USE:
            verdict, advice = TransientError, f"another program has {path} open. It is tried again"
        case _ if status in _MISSING and action == "write":
            folder = posixpath.dirname(path)
            advice = f"the folder {folder} does not exist in {share}. Ask its owner to make it, or correct the path"
        case _ if status in _MISSING:
            verdict, advice = (
                SourceError,
                f"{path} does not exist in {share}. Correct the path, or ask its owner",
            )
        case _ if status in _FULL:
            advice = (
                f"{share} has no room for {path}: a full disk, or a reached quota. Ask its owner to make room"
            )
        case _:
            advice = f"the server refused to {action} {path} in {share} (status {status:#x}). Ask its owner"
    return verdict(f"{where}: {advice}.")
