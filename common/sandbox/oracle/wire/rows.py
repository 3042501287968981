"""Rows of a result as they travel: Arrow batches in, encoded rows out.

A column is encoded at once, each different value in it one time, and the rows are put together afterwards:
that is many times faster than going through the values row by row.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import repeat
from operator import methodcaller
from typing import Any

import pyarrow as pa

from common.sandbox.oracle.types import Family, Kind, OracleType
from common.sandbox.oracle.wire.encoding import byte_string
from common.sandbox.oracle.wire.messages import Message
from common.sandbox.oracle.wire.values import (
    encode_date,
    encode_float,
    encode_interval,
    encode_number,
    encode_timestamp,
    encode_zoned,
)

__all__ = ["ColumnEncoder", "encode_value", "encoded_rows", "plain_encoder"]

_NULL = b"\0"
_ROW = bytes((Message.ROW,))
_LONG_INDICATORS = bytes(2)
_DAY = 86_400_000_000

# Encodes all values of one column.
ColumnEncoder = Callable[[pa.Array], Sequence[bytes]]


def encoded_rows(batches: Iterator[pa.RecordBatch], encoders: Sequence[ColumnEncoder]) -> Iterator[bytes]:
    """The rows of a result, one ROW message each."""
    for batch in batches:
        columns = [encode(column) for encode, column in zip(encoders, batch.columns, strict=True)]
        yield from map(b"".join, zip(repeat(_ROW, batch.num_rows), *columns, strict=True))


def plain_encoder(kind: OracleType, wanted: Kind | None = None) -> ColumnEncoder:
    """The encoder of a column; a CLOB or BLOB that the client ``wanted`` as LONG goes in full."""
    if kind.family is Family.NULL:
        return lambda column: [b""] * len(column)  # "null by describe": no byte of it is sent
    encode = _encoder(kind)
    tail = _LONG_INDICATORS if wanted in (Kind.LONG, Kind.LONG_RAW) else b""

    def encoder(column: pa.Array) -> list[bytes]:
        distinct = _as_encoded(column, kind).dictionary_encode(null_encoding="encode")
        values = [
            _NULL + tail if value is None else byte_string(encode(value)) + tail
            for value in distinct.dictionary.to_pylist()
        ]
        return [values[index] for index in distinct.indices.to_pylist()]

    return encoder


def encode_value(value: Any, kind: OracleType) -> bytes:
    """One value on its own, as DuckDB gives it to Python."""
    return plain_encoder(kind)(pa.array([value]))[0]


def _as_encoded(column: pa.Array, kind: OracleType) -> pa.Array:
    """The values in the form that the encoders take: numbers as text, moments as microseconds."""
    match kind.family:
        case Family.NUMBER:
            return column.cast(pa.string())
        case Family.DATETIME:
            return column.cast(pa.timestamp("us")).cast(pa.int64())
        case Family.INTERVAL:
            return pa.array([None if value is None else _microseconds(value) for value in column.to_pylist()])
        case _:
            return column


_ENCODERS: dict[Kind, Callable[[Any], bytes]] = {
    Kind.NUMBER: encode_number,
    Kind.DATE: encode_date,
    Kind.TIMESTAMP: encode_timestamp,
    Kind.TIMESTAMP_LTZ: encode_timestamp,
    Kind.TIMESTAMP_TZ: encode_zoned,
    Kind.INTERVAL_DS: encode_interval,
    Kind.BINARY_DOUBLE: partial(encode_float, layout=">d"),
    Kind.BINARY_FLOAT: partial(encode_float, layout=">f"),
    Kind.RAW: bytes,
    Kind.BLOB: bytes,
    Kind.CLOB: str.encode,
}


def _encoder(kind: OracleType) -> Callable[[Any], bytes]:
    if kind.family is Family.TEXT:
        return methodcaller("encode", "utf-16-be" if kind.national else "utf-8")
    return _ENCODERS[kind.kind]


def _microseconds(value: Any) -> int:
    """Arrow's interval of months, days and nanoseconds; there are no months here."""
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    return int(value.days) * _DAY + int(value.nanoseconds) // 1000
