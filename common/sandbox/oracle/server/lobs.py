"""LOBs of a session: locators, and the operations on them."""

import struct
from collections.abc import Callable
from enum import IntEnum
from itertools import count
from typing import Any

import pyarrow as pa

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.types import Kind, OracleType
from common.sandbox.oracle.wire.encoding import Reader, byte_string, integer
from common.sandbox.oracle.wire.messages import Message

__all__ = ["Lobs"]

_LOCATOR_BYTES = 40
_CHUNK = 8132
_BLOB_FLAG, _CLOB_FLAG, _TEMPORARY_FLAG = 1, 2, 1
_FLAGS_AT = 4


class _Operation(IntEnum):
    LENGTH = 0x1
    READ = 0x2
    TRIM = 0x20
    WRITE = 0x40
    CREATE_TEMPORARY = 0x110
    CHUNK_SIZE = 0x4000
    IS_OPEN = 0x11000


class Lobs:
    """The contents behind a session's locators: bytes of a BLOB, text of a CLOB."""

    def __init__(self) -> None:
        self._contents: dict[bytes, bytes | str] = {}
        self._numbers = count(1)

    def content(self, locator: bytes) -> bytes | str:
        """What a bound locator stands for."""
        if locator not in self._contents:
            raise OracleError(22275, "invalid LOB locator specified")
        return self._contents[locator]

    def encoder(self, kind: OracleType) -> Callable[[pa.Array], list[bytes]]:
        """The encoder of a result column: a locator for each value."""

        def encode(value: Any) -> bytes:
            if value is None:
                return integer(0)
            locator = self._create(value, temporary=False)
            return integer(len(locator)) + integer(len(value)) + integer(_CHUNK) + byte_string(locator)

        if kind.national:
            raise refused("send NCLOB locators: fetch it as text")
        return lambda column: [encode(value) for value in column.to_pylist()]

    def free(self, reader: Reader) -> None:
        """Reads the request that frees temporary LOBs."""
        reader.skip("b")
        total = reader.integer()
        reader.skip("biiibbbibiiib" + "bi" * 3)
        locators = reader.raw(total)
        for start in range(0, total, _LOCATOR_BYTES):
            self._contents.pop(locators[start : start + _LOCATOR_BYTES], None)

    def operate(self, reader: Reader) -> bytes:
        """Reads a request for an operation and does it; the answer lacks its status."""
        has_locator, size = reader.byte(), reader.integer()
        reader.skip("biii")
        reader.skip("bbb")
        operation = reader.integer()
        reader.raw(2)
        offset, kind = reader.integer(), reader.integer()
        has_amount = reader.byte()
        reader.raw(6)
        locator = reader.raw(size) if has_locator else b""
        if operation == _Operation.CREATE_TEMPORARY:
            reader.integer()
            empty: bytes | str = b"" if kind == Kind.BLOB else ""
            return bytes((Message.PARAMETER,)) + self._create(empty, temporary=True) + integer(0) + b"\0"
        data = b""
        if operation == _Operation.WRITE:
            reader.skip("b")
            data = reader.byte_string() or b""
        amount = reader.integer() if has_amount else 0
        prefix = b""
        if operation == _Operation.READ:
            prefix, amount = self._read(locator, offset - 1, amount)
        else:
            amount = self._measure_or_change(operation, locator, offset - 1, amount, data)
        answer = prefix + bytes((Message.PARAMETER,)) + locator
        answer += integer(amount) if has_amount else b""
        return answer + b"\0" if operation == _Operation.IS_OPEN else answer

    def _create(self, content: bytes | str, *, temporary: bool) -> bytes:
        flags = (
            _BLOB_FLAG if isinstance(content, bytes) else _CLOB_FLAG,
            8,
            0,
            _TEMPORARY_FLAG if temporary else 0,
        )
        locator = struct.pack(">HH4B24xQ", _LOCATOR_BYTES - 2, _FLAGS_AT, *flags, next(self._numbers))
        self._contents[locator] = content
        return locator

    def _read(self, locator: bytes, start: int, amount: int) -> tuple[bytes, int]:
        part = self.content(locator)[start : start + amount]
        data = part if isinstance(part, bytes) else part.encode()
        return bytes((Message.LOB_DATA,)) + byte_string(data), len(part)

    def _measure_or_change(self, operation: int, locator: bytes, start: int, amount: int, data: bytes) -> int:
        content = self.content(locator)
        match operation:
            case _Operation.LENGTH:
                return len(content)
            case _Operation.CHUNK_SIZE:
                return _CHUNK
            case _Operation.IS_OPEN:
                return amount
            case _Operation.TRIM:
                self._contents[locator] = content[:amount]
            case _Operation.WRITE if isinstance(content, bytes):
                self._contents[locator] = content[:start] + data + content[start + len(data) :]
            case _Operation.WRITE if isinstance(content, str):
                text = data.decode()
                self._contents[locator] = content[:start] + text + content[start + len(text) :]
            case _:
                raise refused("run this operation on a LOB")
        return amount
