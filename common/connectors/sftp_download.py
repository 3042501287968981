"""How a file is read over SFTP: in windows of requests that are under way together."""

import shutil
from typing import BinaryIO

from common.connectors.file_store import compare_size
from common.connectors.sftp_session import SftpSession

__all__ = ["download"]

_REQUEST = 32_768  # bytes that every server gives at once
_WINDOW = 128 * _REQUEST


def download(session: SftpSession, path: str, target: BinaryIO) -> int:
    """Copies the server's file ``path`` to ``target``; returns its size in bytes when it was opened.

    paramiko's own bounded read-ahead waits in a thread that never ends once the connection is lost; a window
    here is asked for as a whole, so that its thread ends with it. Raises TransientError for a file that became
    shorter meanwhile. A server that shows no sizes is read from request to request, to the end.
    """
    with session.client.open(path, "rb") as file:
        status = session.status(path)
        if status is None or status.st_size is None:
            shutil.copyfileobj(file, target, _REQUEST)
            return target.tell()
        size, copied = status.st_size, 0
        for start in range(0, size, _WINDOW):
            end = min(start + _WINDOW, size)
            window = [(offset, min(_REQUEST, end - offset)) for offset in range(start, end, _REQUEST)]
            for block in file.readv(window):
                copied += target.write(block)
    compare_size(session.where, path, copied, size)
    return size
