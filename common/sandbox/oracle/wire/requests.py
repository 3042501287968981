"""The execute request: long, and to be read to the last byte."""

from dataclasses import dataclass
from enum import IntFlag

from common.sandbox.oracle.wire.binds import Bind, read_binds
from common.sandbox.oracle.wire.encoding import Reader

__all__ = ["Execute", "Option", "read_execute"]

_SCROLLABLE = 0x02


class Option(IntFlag):
    """What an execute request is to do."""

    DEFINE = 0x10
    EXECUTE = 0x20
    FETCH = 0x40
    COMMIT = 0x100
    BATCH_ERRORS = 0x80000


@dataclass(frozen=True, slots=True)
class Execute:
    """An execute request up to its bind rows, which can only be read by one who knows the statement.

    Attributes:
        cursor: the client's number of the cursor, 0 for a new one.
        sql: the statement; None to go on with the cursor's.
        executions: how many bind rows follow, unless it is a query.
        wanted: how many rows of a query to send at once.
        counts_rows: the client wants the number of rows of each execution.
        defines: how the client wants its columns.
    """

    options: int
    cursor: int
    sql: str | None
    executions: int
    wanted: int
    counts_rows: bool
    scrollable: bool
    defines: list[Bind]
    binds: list[Bind]


def read_execute(reader: Reader) -> Execute:
    """Reads the request; what is skipped is lengths and pointers that say nothing new."""
    options, cursor = reader.integer(), reader.integer()
    has_sql = reader.byte()
    reader.skip("ibibbi")
    wanted = reader.integer()
    reader.skip("ib")
    binds = reader.integer()
    reader.skip("bbbbbb")
    defines = reader.integer()
    reader.skip("ibbbibii")
    counts_rows = bool(reader.byte())
    reader.skip("ib" + "bibib" + "bi")
    sql = (reader.byte_string() or b"").decode() if has_sql else None
    numbers = [reader.integer() for _ in range(13)]
    return Execute(
        options=options,
        cursor=cursor,
        sql=sql,
        executions=max(numbers[1], 1),
        wanted=wanted,
        counts_rows=counts_rows,
        scrollable=bool(numbers[9] & _SCROLLABLE),
        defines=read_binds(reader, defines),
        binds=read_binds(reader, binds),
    )
