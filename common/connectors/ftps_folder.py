"""Folders of an FTP server: what is in one, whether there is one, and making one."""

import ftplib
import posixpath
from datetime import UTC, datetime

from common.connectors.file_store import RemoteFile
from common.connectors.ftps_session import FtpsSession

__all__ = ["files_in", "is_folder", "make_folder"]


def files_in(session: FtpsSession, path: str) -> tuple[RemoteFile, ...]:
    """The files by name, by MLSD (RFC 3659 section 7); of a server without it by names and sizes, without times."""
    try:
        entries = list(session.client.mlsd(path, ["type", "size", "modify"]))
    except ftplib.error_perm:  # whether it is the command or the folder, the next one tells
        return _names(session, path)
    files = [
        RemoteFile(posixpath.basename(name), int(facts.get("size", 0)), _moment(facts.get("modify")))
        for name, facts in entries
        if facts.get("type", "").lower() == "file"
    ]
    return tuple(sorted(files, key=lambda file: file.name))


def is_folder(session: FtpsSession, path: str) -> bool:
    """Whether there is a folder of that name that may be entered."""
    try:
        session.client.cwd(path)
    except ftplib.error_perm:
        return False
    return True


def make_folder(session: FtpsSession, path: str) -> None:
    """Make a folder and those above it, where they are missing."""
    if path != "/" and not is_folder(session, path):
        make_folder(session, posixpath.dirname(path))
        session.client.mkd(path)


def _names(session: FtpsSession, path: str) -> tuple[RemoteFile, ...]:
    session.client.cwd(path)
    names = sorted(posixpath.basename(name) for name in session.client.nlst())
    sizes = ((name, session.size(posixpath.join(path, name))) for name in names)
    return tuple(RemoteFile(name, size, None) for name, size in sizes if size is not None)


def _moment(text: str | None) -> datetime | None:
    """``20260901061500.123``, always in UTC (RFC 3659 section 2.3)."""
    return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if text else None
