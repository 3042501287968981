"""Open cursors: statements that a client may run again and rows that it has still to fetch."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.scope import Field
from common.sandbox.oracle.sql.statement import Statement
from common.sandbox.oracle.types import (
    CLOB,
    DATE,
    INTERVAL,
    NULL,
    NUMBER,
    TEXT,
    TIMESTAMP,
    TIMESTAMP_TZ,
    Family,
    Kind,
    OracleType,
    number,
)
from common.sandbox.oracle.wire.binds import Bind

__all__ = ["Cursor", "bind_table", "bind_types"]

_SMALL = number(18, 0)
_TEXT_KINDS = (Kind.VARCHAR2, Kind.CHAR, Kind.LONG)
_FIXED = {
    Kind.BINARY_DOUBLE: OracleType(Kind.BINARY_DOUBLE),
    Kind.BINARY_FLOAT: OracleType(Kind.BINARY_FLOAT),
    Kind.CLOB: CLOB,
    Kind.BLOB: OracleType(Kind.BLOB),
    Kind.INTERVAL_DS: INTERVAL,
    Kind.DATE: DATE,
    Kind.TIMESTAMP: TIMESTAMP,
    Kind.TIMESTAMP_TZ: TIMESTAMP_TZ,
    Kind.TIMESTAMP_LTZ: TIMESTAMP,
}


@dataclass(slots=True)
class Cursor:
    """One cursor of a session.

    Attributes:
        described: the columns that the client has been told.
        defines: how the client wants its columns, if it said so.
        written: numbers of the binds that a block only writes; the client does not send them again.
        rows: encoded rows that are still to be fetched, made when the first are asked for.
        fetched: the number of rows sent.
    """

    number: int
    statement: Statement
    binds: list[Bind] = field(default_factory=list)
    described: tuple[Field, ...] | None = None
    defines: list[Bind] | None = None
    written: tuple[int, ...] = ()
    batches: Generator[pa.RecordBatch, None, None] | None = None
    rows: Iterator[bytes] | None = None
    fetched: int = 0

    def release(self) -> None:
        """Gives back the rows that were not fetched."""
        if self.batches is not None:
            self.batches.close()
        self.batches = self.rows = None

    @property
    def has_lobs(self) -> bool:
        """Whether the client will say how it wants LOB columns before it fetches."""
        return any(column.type.kind in (Kind.CLOB, Kind.BLOB) for column in self.described or ())


def bind_types(binds: Sequence[Bind], rows: Sequence[Sequence[Any]]) -> list[OracleType]:
    """The types of binds, as their values in all rows show them.

    Raises:
        OracleError: ORA-03001 for a value that the stand-in cannot hold exactly.
    """
    return [
        _type_of(bind, [row[index] for row in rows if row[index] is not None])
        for index, bind in enumerate(binds)
    ]


def _type_of(bind: Bind, values: Sequence[Any]) -> OracleType:
    if bind.is_array:
        raise refused("take PL/SQL arrays")
    if not values:
        return NULL
    match bind.kind:
        case kind if kind in _TEXT_KINDS:
            found = CLOB if max(map(len, values)) > TEXT.size else TEXT
        case Kind.NUMBER | Kind.BINARY_INTEGER:
            found = _number_type(values)
        case Kind.RAW | Kind.LONG_RAW:
            found = OracleType(Kind.RAW, max(map(len, values)))
        case kind if kind in _FIXED:
            found = _FIXED[kind]
        case kind:
            raise refused(f"take binds of the type {kind.name}")
    return found


def _number_type(values: Sequence[Decimal]) -> OracleType:
    """As few digits as the values need: comparisons with short columns stay fast."""
    parts = [value.normalize().as_tuple() for value in values]
    decimals = max(max(-int(part.exponent), 0) for part in parts)
    whole = max(len(part.digits) + int(part.exponent) for part in parts)
    if not decimals and whole <= _SMALL.whole:
        return _SMALL
    if decimals > NUMBER.decimals or whole > NUMBER.whole:
        raise refused("hold a number of more than 28 digits before the point or 10 after it")
    return NUMBER


def bind_table(types: Sequence[OracleType], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """The binds of many executions as a table with columns b1, b2 ..."""
    columns = {
        f"b{index}": pa.array([row[index - 1] for row in rows], _arrow_type(kind))
        for index, kind in enumerate(types, 1)
        if kind.family is not Family.NULL
    }
    if not columns:
        raise OracleError(1008, "not all variables bound")
    return pa.table(columns)


def _arrow_type(kind: OracleType) -> pa.DataType:
    match kind.family:
        case Family.NUMBER:
            return pa.decimal128(kind.whole + kind.decimals, kind.decimals)
        case Family.FLOAT:
            return pa.float64()
        case Family.DATETIME:
            return pa.timestamp("us")
        case Family.INTERVAL:
            return pa.duration("us")
        case Family.BINARY:
            return pa.binary()
        case _:
            return pa.string()
