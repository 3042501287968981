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
            client.rename(aside, final)
            raise
        with contextlib.suppress(OSError):
            client.remove(aside)
    return False


def make_folder(session: SftpSession, folder: str) -> None:
    """Make a folder and those above it, where they are missing."""
    client = session.client
    missing = []
    with session.explained("look at", folder):
        while folder not in ("", "/", "."):
            try:
                client.stat(folder)
            except FileNotFoundError:
                missing.append(folder)
                folder = posixpath.dirname(folder)
            else:
                break
    for path in reversed(missing):
        with session.explained("write", path):
            try:
                client.mkdir(path)
            except OSError:
                client.stat(path)  # made by somebody else meanwhile
