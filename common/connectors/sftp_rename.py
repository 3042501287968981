"""Other names for files on an SFTP server: over an older file, and in folders that are not there yet."""

import contextlib
import posixpath

from common.connectors.sftp_session import SftpSession

__all__ = ["make_folder", "take_name"]


def take_name(session: SftpSession, temporary: str, final: str) -> bool:
    """Give a file its final name, in the place of an older one; False when the older file had to step aside for it."""
    client = session.client
    with session.explained("rename", final):
        # OpenSSH's extension replaces a file in one step. SFTP's own rename need not (section 6.5), but many
        # servers without the extension let it.
        for rename in (client.posix_rename, client.rename):
            try:
                rename(temporary, final)
            except OSError as error:
                if not session.is_refusal(error):
                    raise
            else:
                return True
        aside = f"{final}.old"
        with contextlib.suppress(OSError):
            client.remove(aside)
        client.rename(final, aside)
        try:
            client.rename(temporary, final)
        except OSError:
            _step_back(session, aside, final)
            raise
        with contextlib.suppress(OSError):
            client.remove(aside)
    return False


def _step_back(session: SftpSession, aside: str, final: str) -> None:
    """Give the older file its name back, unless another run's has taken it meanwhile."""
    try:
        taken = session.status(final) is not None
    except FileNotFoundError:
        taken = False
    if taken:
        session.client.remove(aside)
    else:
        session.client.rename(aside, final)


def make_folder(session: SftpSession, folder: str) -> None:
    """Make a folder and those above it, where they are missing, or where the server does not tell."""
    missing = []
    with session.explained("look at", folder):
        while folder not in ("", "/", "."):
            with contextlib.suppress(FileNotFoundError):
                if session.status(folder):
                    break
            missing.append(folder)
            folder = posixpath.dirname(folder)
    for path in reversed(missing):
        with session.explained("write", path):
            try:
                session.client.mkdir(path)
            except OSError as refusal:
                if not session.is_refusal(refusal):
                    raise
                try:
                    session.status(path)  # it may be there after all, or by now
                except FileNotFoundError:
                    raise refusal from None
