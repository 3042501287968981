"""Running statements: the execute, re-execute and fetch requests of a session."""

from collections.abc import Callable
from itertools import count, islice
from typing import Any

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.server.changing import change
from common.sandbox.oracle.server.cursors import Cursor, bind_types
from common.sandbox.oracle.server.faults import Fault, Faults
from common.sandbox.oracle.server.lobs import Lobs
from common.sandbox.oracle.sql.blocks import is_empty_block, is_transaction_query
from common.sandbox.oracle.sql.statement import StatementKind, read_statement
from common.sandbox.oracle.transactions import Transactions
from common.sandbox.oracle.types import Kind
from common.sandbox.oracle.wire.binds import Bind, Locator, read_row
from common.sandbox.oracle.wire.encoding import Reader, byte_string, integer
from common.sandbox.oracle.wire.messages import (
    NO_DATA,
    Function,
    Message,
    description,
    end_of_call,
    io_vector,
    row_counts,
    row_header,
)
from common.sandbox.oracle.wire.requests import Option, read_execute
from common.sandbox.oracle.wire.rows import ColumnEncoder, encoded_rows, plain_encoder

__all__ = ["Execution"]

_IN, _OUT = 32, 16
_LOB_KINDS = (Kind.CLOB, Kind.BLOB)
_LONG_KINDS = (Kind.LONG, Kind.LONG_RAW)


class Execution:
    """The cursors of a session and what is done with them.

    Attributes:
        sequence: the number of the call that is being answered.
    """

    def __init__(
        self, reader: Reader, transactions: Transactions, faults: Faults, strike: Callable[[Fault], None]
    ) -> None:
        self._reader = reader
        self._transactions = transactions
        self._faults = faults
        self._strike = strike
        self._cursors: dict[int, Cursor] = {}
        self._numbers = count(1)
        self.lobs = Lobs()
        self.sequence = 0

    def close_cursors(self) -> None:
        """Reads the request that closes cursors."""
        self._reader.skip("b")
        for _ in range(self._reader.integer()):
            if cursor := self._cursors.pop(self._reader.integer(), None):
                cursor.release()

    def close(self) -> None:
        """Closes all cursors."""
        for cursor in self._cursors.values():
            cursor.release()
        self._cursors.clear()

    def execute(self) -> bytes:
        """Reads an execute request and answers it."""
        request = read_execute(self._reader)
        if request.sql is None:
            cursor = self._cursor(request.cursor)
        else:
            cursor = Cursor(request.cursor or next(self._numbers), read_statement(request.sql))
        is_query = cursor.statement.kind is StatementKind.QUERY
        rows = self._read_rows(cursor, request.binds, 1 if is_query else request.executions)
        if request.scrollable:
            raise refused("have scrollable cursors")
        cursor.binds = request.binds or cursor.binds
        if request.options & Option.EXECUTE:
            rows = rows or [[None] * len(cursor.binds)] * request.executions
            answer = self._perform(
                cursor, rows, request.options, request.wanted, counts_rows=request.counts_rows
            )
        elif request.options & Option.DEFINE:
            cursor.defines = request.defines
            answer = self._end(cursor)
        else:
            answer = self._describe(cursor)
        self._cursors[cursor.number] = cursor
        return answer

    def reexecute(self, function: Function) -> bytes:
        """Reads a request that runs a known cursor again and answers it."""
        number, wanted = self._reader.integer(), self._reader.integer()
        self._reader.skip("i")
        commits = self._reader.integer() & 1
        cursor = self._cursor(number)
        fetches = function is Function.REEXECUTE_AND_FETCH
        executions = 1 if fetches else wanted
        rows = self._read_rows(cursor, cursor.binds, executions)
        options = (Option.FETCH if fetches else 0) | (Option.COMMIT if commits else 0)
        return self._perform(cursor, rows or [[None] * len(cursor.binds)] * executions, options, wanted)

    def fetch(self) -> bytes:
        """Reads a fetch request and answers it."""
        number, wanted = self._reader.integer(), self._reader.integer()
        cursor = self._cursor(number)
        if cursor.batches is None:
            raise OracleError(1002, "fetch out of sequence")
        return self._rows(cursor, wanted)

    def _cursor(self, number: int) -> Cursor:
        if number not in self._cursors:
            raise OracleError(1001, "invalid cursor")
        return self._cursors[number]

    def _end(self, cursor: Cursor, rows: int = 0, error: OracleError | None = None, **more: Any) -> bytes:
        is_open = self._transactions.is_open
        return end_of_call(
            self.sequence, transaction=is_open, error=error, cursor=cursor.number, rows=rows, **more
        )

    def _read_rows(self, cursor: Cursor, binds: list[Bind], executions: int) -> list[list[Any]]:
        """The bind rows; none if the client only wants binds back."""
        skipped = cursor.statement.returning or cursor.written
        if len(skipped) >= len(binds):
            return []
        block = cursor.statement.kind is StatementKind.BLOCK
        rows = [read_row(self._reader, binds, skipped, block=block) for _ in range(executions)]
        return [
            [self.lobs.content(value) if isinstance(value, Locator) else value for value in row]
            for row in rows
        ]

    def _describe(self, cursor: Cursor) -> bytes:
        if cursor.statement.kind is not StatementKind.QUERY:
            return self._end(cursor)
        cursor.described = self._transactions.plan(cursor.statement).fields
        return description(cursor.described) + self._end(cursor)

    def _perform(
        self, cursor: Cursor, rows: list[list[Any]], options: int, wanted: int, *, counts_rows: bool = False
    ) -> bytes:
        if fault := self._faults.on_execute(cursor.statement.text):
            self._strike(fault)
        match cursor.statement.kind:
            case StatementKind.QUERY:
                return self._query(cursor, rows[0], options, wanted)
            case StatementKind.CHANGE:
                return self._change(cursor, rows, options, counts_rows=counts_rows)
            case StatementKind.DEFINITION:
                self._transactions.define(cursor.statement)
            case StatementKind.CONTROL:
                self._transactions.control(cursor.statement.text)
            case StatementKind.BLOCK:
                return self._block(cursor)
            case None:
                raise OracleError(900, "invalid SQL statement")
        return self._end(cursor)

    def _query(self, cursor: Cursor, values: list[Any], options: int, wanted: int) -> bytes:
        plan = self._transactions.plan(cursor.statement, bind_types(cursor.binds, [values]))
        cursor.release()
        cursor.batches = self._transactions.query(plan, values)
        cursor.fetched = 0
        head = b""
        if cursor.described != plan.fields:
            cursor.described, cursor.defines = plan.fields, None
            head = description(plan.fields)
        if not options & Option.FETCH or (cursor.has_lobs and cursor.defines is None):
            return head + self._end(cursor)
        return head + self._rows(cursor, wanted)

    def _rows(self, cursor: Cursor, wanted: int) -> bytes:
        if cursor.rows is None and cursor.batches is not None:
            cursor.rows = encoded_rows(cursor.batches, self._encoders(cursor))
        rows = list(islice(cursor.rows or (), wanted))
        if fault := self._faults.on_fetch(cursor.statement.text, cursor.fetched + len(rows)):
            self._strike(fault)
        header = row_header(len(cursor.described or ()), cursor.fetched, wanted)
        cursor.fetched += len(rows)
        end = self._end(cursor, cursor.fetched, NO_DATA if len(rows) < wanted else None)
        return b"".join((header, *rows, end))

    def _encoders(self, cursor: Cursor) -> list[ColumnEncoder]:
        encoders: list[ColumnEncoder] = []
        for index, column in enumerate(cursor.described or ()):
            wanted = cursor.defines[index].kind if cursor.defines else None
            if column.type.kind in _LOB_KINDS and wanted not in _LONG_KINDS:
                encoders.append(self.lobs.encoder(column.type))
            else:
                encoders.append(plain_encoder(column.type, wanted))
        return encoders

    def _change(self, cursor: Cursor, rows: list[list[Any]], options: int, *, counts_rows: bool) -> bytes:
        batch = bool(options & Option.BATCH_ERRORS)
        outcome = change(self._transactions, cursor, rows, all_rows=batch)
        error: OracleError | None = None
        failures = outcome.failures
        if failures and batch:
            error = OracleError(24381, "error(s) in array DML")
        elif failures:
            (row, error), failures = failures[0], []
            error.offset = row if len(rows) > 1 else error.offset
        if options & Option.COMMIT and error is None:
            self._transactions.commit()
        counts = row_counts(outcome.counts) if counts_rows and (error is None or batch) else b""
        return outcome.returned + counts + self._end(cursor, sum(outcome.counts), error, batch=failures)

    def _block(self, cursor: Cursor) -> bytes:
        """PL/SQL: only blocks without effect, and SQLAlchemy's question for the transaction."""
        text = cursor.statement.text
        if is_transaction_query(text):
            self._transactions.begin()
            cursor.written = (1,)
            row = bytes((Message.ROW,)) + byte_string(b"1.2.3") + integer(0)
            return io_vector(bytes((_OUT,))) + row + self._end(cursor)
        if not is_empty_block(text):
            raise OracleError(6550, "line 1, column 7: PL/SQL: the stand-in does not run blocks")
        directions = io_vector(bytes((_IN,)) * len(cursor.binds)) if cursor.binds else b""
        return directions + self._end(cursor, 1)
