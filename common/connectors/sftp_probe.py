"""A look at a partner's folder by SFTP: it can be read, it takes a small file, and nothing stays there."""

import contextlib
import posixpath
import stat

from common.connectors.file_store import PROBE_CONTENT, UNFINISHED, probe_name
from common.connectors.sftp_session import SftpSession
from common.connectors.sftp_upload import discard
from common.errors import ConfigError, DeliveryError, SourceError

__all__ = ["look", "try_writing"]


def look(session: SftpSession, folder: str) -> str:
    """Raises where the folder is not there or is none; tells of one that takes files and shows none."""
    with session.explained("look at", folder):
        status = session.status(folder)
    mode = status.st_mode if status else None
    if mode is not None and not stat.S_ISDIR(mode):
        raise ConfigError(f"{session.where}: {folder} is not a folder. Correct the page's path.")
    try:
        with session.explained("list", folder):
            session.client.listdir(folder)
    except SourceError:
        return f"{folder} may not be listed: files can be left there, not fetched"
    return ""


def try_writing(session: SftpSession, folder: str, name: str) -> str:
    """Leave a file named after the page for a moment, under the ending that every upload has while it is under way.

    It is not renamed, and it may be gone before it is removed. Tells of one that has to stay.
    """
    path = posixpath.join(folder, f"{probe_name(name)}{UNFINISHED}")
    with session.explained("write", path):
        file = session.client.open(path, "wb")
    try:
        with session.explained("write", path), file:
            file.write(PROBE_CONTENT)
        session.check_size(path, len(PROBE_CONTENT))
    except BaseException:
        discard(session, path)
        raise
    try:
        with session.explained("remove", path), contextlib.suppress(FileNotFoundError):
            session.client.remove(path)
    except DeliveryError:
        return f"{path} stays: the server does not let it be removed"
    return ""
