"""One upload by Microsoft Graph: a small file in one request, a larger one in an upload session.

https://learn.microsoft.com/graph/api/driveitem-createuploadsession: the file appears with its last byte, chunks are
multiples of 320 KiB, and the session's address is a password in itself, which nobody is told.
"""

import logging
from collections.abc import Iterator
from typing import Any, BinaryIO

from common.connectors.graph_session import GraphSession
from common.connectors.http.errors import TryAgain
from common.errors import ConfigError, DataFlowError, TransientError

__all__ = ["CHUNK", "SMALL", "upload"]

logger = logging.getLogger(__name__)

CHUNK = 32 * 320 * 1024
"""Bytes in one request of an upload session."""
SMALL = 4 * 1000 * 1000
"""The largest file, in bytes, that goes in one request without a session."""

_BLOCK = 128 * 1024  # bytes read at once


def upload(session: GraphSession, source: BinaryIO, size: int, path: str, address: str) -> None:
    """Sends ``size`` bytes of ``source`` to the file at ``address``; it replaces one that is there."""
    if size <= SMALL:
        item = session.ask(
            "write",
            path,
            "PUT",
            f"{address}/content?@microsoft.graph.conflictBehavior=replace",
            content=b"".join(_blocks(source, 0, size, path)),
        )
    else:
        begun = session.ask(
            "write",
            path,
            "POST",
            f"{address}/createUploadSession",
            json={"item": {"@microsoft.graph.conflictBehavior": "replace"}},
        )
        item = _Upload(session, path, str(begun.get("uploadUrl", ""))).send(source, size)
    # SharePoint may write properties into an Office document, which makes it longer
    if (found := int(item.get("size", -1))) < size:
        raise TransientError(
            f"{session.where}: {path} should have {size} bytes and has {found}. It is tried again."
        )


class _Upload:
    """An upload session that goes on where the server says that it stopped."""

    def __init__(self, session: GraphSession, path: str, url: str) -> None:
        self._session, self._path, self._url = session, path, url
        self._at = 0
        self._doubtful = False

    def send(self, source: BinaryIO, size: int) -> dict[str, Any]:
        item: dict[str, Any] | None = None
        try:
            while item is None:
                item = self._session.retried(lambda: self._send_chunk(source, size))
        except BaseException:
            self._cancel()
            raise
        return item

    def _send_chunk(self, source: BinaryIO, size: int) -> dict[str, Any] | None:
        """The file's item after the last chunk. After a failure the server is asked first what it has."""
        if self._doubtful:
            self._at = self._expected(self._ask("GET"))
        self._doubtful = True
        length = min(CHUNK, size - self._at)
        sent = {
            "Content-Length": str(length),
            "Content-Range": f"bytes {self._at}-{self._at + length - 1}/{size}",
        }
        answer = self._ask("PUT", _blocks(source, self._at, length, self._path), sent)
        if "nextExpectedRanges" not in answer:
            return answer
        self._at = self._expected(answer)
        self._doubtful = False
        return None

    def _expected(self, answer: dict[str, Any]) -> int:
        try:
            return int(str(answer["nextExpectedRanges"][0]).partition("-")[0])
        except (KeyError, IndexError, TypeError, ValueError):
            raise TryAgain(
                f"{self._session.where}: the upload of {self._path} does not say where to go on"
            ) from None

    def _ask(
        self, method: str, content: Iterator[bytes] | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        request = self._session.bare_request(method, self._url, content=content, headers=headers)
        answer = self._session.answer("write", self._path, request, bare=True, optional=True)
        if not answer and method != "DELETE":
            # it expired; or it ended with the last chunk, and the answer to that was lost
            raise TransientError(
                f"{self._session.where}: the upload session of {self._path} has ended. It is tried again."
            )
        return answer

    def _cancel(self) -> None:
        """What was sent is seen by nobody; without this it takes up room until the session expires."""
        try:
            self._ask("DELETE")
        except (DataFlowError, TryAgain) as error:
            logger.warning(
                "graph_leftover where=%r path=%s error=%s",
                self._session.where,
                self._path,
                type(error).__name__,
            )


def _blocks(source: BinaryIO, at: int, length: int, path: str) -> Iterator[bytes]:
    """``length`` bytes from ``at`` on, a few at once: httpx copies what it has not sent yet again and again."""
    source.seek(at)
    while length:
        block = source.read(min(_BLOCK, length))
        if not block:
            raise ConfigError(f"The file for {path} became shorter while it was sent: nothing was delivered.")
        length -= len(block)
        yield block
