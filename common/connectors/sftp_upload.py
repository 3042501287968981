"""One upload by SFTP: written aside, compared, renamed, and undone when anything fails."""

import logging
from typing import BinaryIO

import paramiko

from common.connectors.file_store import Placed, compare_size, temporary_name
from common.connectors.sftp_rename import take_name
from common.connectors.sftp_resume import Resumption
from common.connectors.sftp_session import SftpSession
from common.errors import DataFlowError, TransientError

__all__ = ["discard", "upload"]

logger = logging.getLogger(__name__)

_REQUEST = 32 * 1024  # the largest request every server must take (draft-ietf-secsh-filexfer-02, section 3)
_BLOCK = 1024 * 1024  # read at once; paramiko cuts it into requests


def upload(
    session: SftpSession,
    source: BinaryIO,
    *,
    size: int,
    path: str,
    rename: bool,
    moved_on_arrival: bool,
    resume: bool,
) -> Placed:
    """Send ``size`` bytes of ``source`` to ``path``.

    With ``rename`` a file that was there before stays until the new one is complete. Without it the
    partner may see a half-written file, and a failed upload leaves none. With ``resume`` a large upload that
    broke off leaves its temporary file, which the next attempt to send the same content continues.
    """
    resumption = Resumption.of(source, size, path) if resume and rename else None
    if resumption:
        target = resumption.target
        file = resumption.open(session, source)
    else:
        target = temporary_name(path) if rename else path
        with session.explained("write", target):
            file = session.client.open(target, "wb")
    try:
        # A partner that takes files away at once leaves only the open file to look at.
        _send(session, source, file, target, size, compare_open=moved_on_arrival and not rename)
        verified = session.check_size(target, size) if rename else True
        atomic = rename and take_name(session, target, path)
        if not moved_on_arrival:
            verified = session.check_size(path, size) and verified
    except BaseException as error:
        if resumption and isinstance(error, TransientError):
            logger.warning("sftp_unfinished where=%r path=%s", session.where, target)
        else:
            discard(session, target)
        raise
    if resumption:
        resumption.tidy(session)
    if not verified:
        logger.warning("sftp_unverified where=%r path=%s: the server shows no sizes", session.where, path)
    return Placed(path, size, atomic, verified)


def _send(
    session: SftpSession,
    source: BinaryIO,
    file: paramiko.SFTPFile,
    path: str,
    size: int,
    *,
    compare_open: bool,
) -> None:
    with session.explained("write", path), file:
        # Without pipelining every request would wait for its reply.
        file.set_pipelined(True)
        left = size - source.tell() - _REQUEST
        while left > 0 and (block := source.read(min(_BLOCK, left))):
            file.write(block)
            left -= len(block)
        # The last request waits for all replies: paramiko's close() drops the errors among them.
        file.set_pipelined(False)
        file.write(source.read(_REQUEST))
        if compare_open:
            compare_size(session.where, path, file.stat().st_size, size)


def discard(session: SftpSession, path: str) -> None:
    """Remove what a failed upload left, over a new connection if need be: partners pick up what lies there."""
    try:
        if not session.alive:
            session.open()
        session.client.remove(path)
    except FileNotFoundError:
        pass
    except (DataFlowError, paramiko.SSHException, OSError, EOFError) as error:
        logger.warning("sftp_leftover where=%r path=%s error=%s", session.where, path, type(error).__name__)
