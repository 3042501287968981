"""A look at a folder of a Windows share."""

import stat

import smbclient

from common.connectors.smb_session import SmbSession
from common.errors import ConfigError, SourceError

__all__ = ["look"]


def look(session: SmbSession, path: str) -> str:
    """Raises where the folder is not there or is none; tells of one that takes files and shows none."""
    with session.explained("look at", path):
        mode = smbclient.stat(session.unc(path), **session.options).st_mode
    if not stat.S_ISDIR(mode):
        raise ConfigError(f"{session.where}: {path} is not a folder. Correct the page's path.")
    try:
        with session.explained("list", path):
            smbclient.listdir(session.unc(path), **session.options)
    except SourceError:
        return f"{path} may not be listed: files can be left there, not fetched"
    return ""
