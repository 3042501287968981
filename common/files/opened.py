"""Inbound text files as UTF-8, decoded while they are read; what is no text of the encoding is told by its line."""

import codecs
import io
from pathlib import Path

from common.errors import SourceError

__all__ = ["Decoded"]

PIECE = 1 << 20  # bytes read at a time


class Decoded(io.RawIOBase):
    """A file in ``encoding`` to be read as UTF-8, without a byte order mark.

    quotes: how many quotation marks it had so far. Raises SourceError for bytes that the encoding does not have.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        try:
            self._decoder = codecs.getincrementaldecoder(encoding)()
        except LookupError:
            raise ValueError(f"{encoding!r} is no encoding that Python knows") from None
        self._name, self._encoding = path.name, encoding
        self._lines = 0
        self._first = True
        self._ready = b""
        self.quotes = 0
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise SourceError(f"{path.name} cannot be read: {error.strerror}. Fetch it anew.") from None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes, and none only at the end: a character may need more of them than it had."""
        pieces = [self._ready]
        have = len(self._ready)
        while size < 0 or have < size:
            piece = self._file.read(PIECE)
            text = self._decoded(piece)
            pieces.append(text)
            have += len(text)
            if not piece:
                break
        data = b"".join(pieces)
        cut = have if size < 0 else size
        self._ready = data[cut:]
        return data[:cut]

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()

    def _decoded(self, piece: bytes) -> bytes:
        try:
            text = self._decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            line = 1 + self._lines + error.object[: error.start].count(b"\n")
            raise SourceError(
                f"{self._name} is not in the encoding {self._encoding}: line {line:,} is the first that shows it. "
                "Ask its sender which encoding it has, and say so in the flow."
            ) from None
        if self._first and text:
            self._first, text = False, text.removeprefix("\ufeff")
        self._lines += text.count("\n")
        self.quotes += text.count('"')
        return text.encode()
