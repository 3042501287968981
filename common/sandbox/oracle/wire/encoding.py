"""TTC primitives: integers and byte strings as they stand inside messages."""

import struct
from collections.abc import Iterable

from common.sandbox.oracle.wire.packets import Channel

__all__ = ["Reader", "byte_string", "counted", "integer", "integers"]

_LONGEST_DIRECT = 252
_CHUNKED = 254
_CHUNK = 32_767
_PREFIXES = tuple(bytes((length,)) for length in range(_LONGEST_DIRECT + 1))


class Reader:
    """Reads fields of a request; fetches the next packet when a field runs over the end of one."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._buffer = b""
        self._position = 0

    def discard(self) -> None:
        """Forgets what is left of a request that was broken off."""
        self._buffer, self._position = b"", 0

    def fill(self) -> None:
        """Reads one more packet; raises what ``Channel.read_data`` raises."""
        self._buffer = self._buffer[self._position :] + self._channel.read_data()
        self._position = 0

    def raw(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        while len(self._buffer) - self._position < count:
            self.fill()
        start, self._position = self._position, self._position + count
        return self._buffer[start : self._position]

    def byte(self) -> int:
        """One unsigned byte."""
        return self.raw(1)[0]

    def short(self) -> int:
        """Two bytes, big endian."""
        value: int = struct.unpack(">H", self.raw(2))[0]
        return value

    def integer(self) -> int:
        """An integer of any width: a length byte (its top bit is the sign), then big-endian bytes."""
        length = self.byte()
        value = int.from_bytes(self.raw(length & 0x7F), "big")
        return -value if length & 0x80 else value

    def byte_string(self) -> bytes | None:
        """Bytes after a length byte, or in chunks; None is NULL."""
        length = self.byte()
        if length in (0, 255):
            return None
        if length != _CHUNKED:
            return self.raw(length)
        chunks = bytearray()
        while size := self.integer():
            chunks += self.raw(size)
        return bytes(chunks)

    def counted(self) -> bytes:
        """Bytes that carry their length twice."""
        return (self.byte_string() or b"") if self.integer() else b""

    def terminated(self) -> bytes:
        """Bytes up to a zero."""
        text = bytearray()
        while value := self.byte():
            text.append(value)
        return bytes(text)

    def skip(self, layout: str) -> None:
        """Passes over fields: ``b`` a byte, ``i`` an integer, ``c`` counted bytes, ``s`` a byte string."""
        for field in layout:
            match field:
                case "b":
                    self.byte()
                case "i":
                    self.integer()
                case "c":
                    self.counted()
                case "s":
                    self.byte_string()


def integer(value: int) -> bytes:
    """An integer of the smallest width."""
    if not value:
        return b"\0"
    size = (abs(value).bit_length() + 7) // 8
    return bytes((size | (0x80 if value < 0 else 0),)) + abs(value).to_bytes(size, "big")


def integers(values: Iterable[int]) -> bytes:
    """Several integers, one after the other."""
    return b"".join(map(integer, values))


def byte_string(data: bytes) -> bytes:
    """Bytes with their length before them; empty is NULL."""
    if len(data) <= _LONGEST_DIRECT:
        return _PREFIXES[len(data)] + data
    chunks = (data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK))
    return b"\xfe" + b"".join(integer(len(chunk)) + chunk for chunk in chunks) + b"\0"


def counted(data: bytes | str) -> bytes:
    """Bytes (or UTF-8 text) that carry their length twice."""
    encoded = data.encode() if isinstance(data, str) else data
    return integer(len(encoded)) + byte_string(encoded) if encoded else b"\0"
