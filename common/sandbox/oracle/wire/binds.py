"""Bind values: how a client describes and sends them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from common.sandbox.oracle.types import Kind
from common.sandbox.oracle.wire.encoding import Reader
from common.sandbox.oracle.wire.messages import Message
from common.sandbox.oracle.wire.packets import Disconnected
from common.sandbox.oracle.wire.values import decode_float, decode_interval, decode_moment, decode_number

__all__ = ["Bind", "Locator", "read_binds", "read_row"]

_ARRAY_FLAG = 0x40
_LONGEST_IN_ORDER = 4000
_NULL_BOOLEAN = 253


@dataclass(frozen=True, slots=True)
class Bind:
    """What the client says about a bind (or about a column that it wants in another form)."""

    kind: Kind
    size: int
    national: bool
    is_array: bool


class Locator(bytes):
    """A LOB that is bound: its content is at the server already."""


def read_binds(reader: Reader, count: int) -> list[Bind]:
    """The description of ``count`` binds."""
    return [_read_bind(reader) for _ in range(count)]


def _read_bind(reader: Reader) -> Bind:
    number, flags = reader.byte(), reader.byte()
    reader.skip("bb")
    size = reader.integer()
    reader.skip("iicii")
    form = reader.byte()
    reader.skip("ii")
    try:
        kind = Kind(number)
    except ValueError:
        raise Disconnected from None  # its values cannot be read, so nothing after them can
    return Bind(kind, size, form == 2, bool(flags & _ARRAY_FLAG))


def read_row(reader: Reader, binds: list[Bind], skipped: tuple[int, ...], *, block: bool) -> list[Any]:
    """The values of one execution.

    Args:
        skipped: numbers (from 1) of binds that the client only wants back and does not send.
        block: a PL/SQL block, where long values stay in their place; in SQL they come last.
    """
    if reader.byte() != Message.ROW:
        raise Disconnected
    values: list[Any] = [None] * len(binds)
    sent = [index for index in range(len(binds)) if index + 1 not in skipped]
    late = [index for index in sent if not block and binds[index].size > _LONGEST_IN_ORDER]
    for index in [index for index in sent if index not in late] + late:
        bind = binds[index]
        if bind.is_array:
            values[index] = [_read_value(reader, bind) for _ in range(reader.integer())]
        else:
            values[index] = _read_value(reader, bind)
    return values


def _read_value(reader: Reader, bind: Bind) -> Any:
    match bind.kind:
        case Kind.CLOB | Kind.BLOB:
            return Locator(reader.counted()) or None
        case Kind.BOOLEAN:
            length = reader.byte()
            if length == _NULL_BOOLEAN:
                reader.byte()
                return None
            return reader.raw(length) == b"\1\1" if length else None
        case Kind.CURSOR:
            reader.byte()
            if reader.byte():
                reader.integer()
            return None
    data = reader.byte_string()
    return None if data is None else _decode(data, bind)


_DECODERS: dict[Kind, Callable[[bytes], Any]] = {
    Kind.NUMBER: decode_number,
    Kind.BINARY_INTEGER: decode_number,
    Kind.DATE: decode_moment,
    Kind.TIMESTAMP: decode_moment,
    Kind.TIMESTAMP_TZ: decode_moment,
    Kind.TIMESTAMP_LTZ: decode_moment,
    Kind.BINARY_DOUBLE: partial(decode_float, layout=">d"),
    Kind.BINARY_FLOAT: partial(decode_float, layout=">f"),
    Kind.INTERVAL_DS: decode_interval,
    Kind.RAW: bytes,
    Kind.LONG_RAW: bytes,
}


def _decode(data: bytes, bind: Bind) -> Any:
    if decoder := _DECODERS.get(bind.kind):
        return decoder(data)
    return data.decode("utf-16-be" if bind.national else "utf-8")
