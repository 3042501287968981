"""A session's work on the data: queries, changes and transactions as Oracle has them.

DuckDB ends a transaction at any error and has no savepoints, where Oracle undoes the failing statement only.
So the changes of the open transaction are kept and made again after an error.
"""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from common.sandbox.oracle.database import Database
from common.sandbox.oracle.errors import OracleError, duckdb_error, refused
from common.sandbox.oracle.sql.scope import BINDS, Facts
from common.sandbox.oracle.sql.statement import Statement
from common.sandbox.oracle.sql.translate import Plan, translate
from common.sandbox.oracle.types import OracleType

__all__ = ["Transactions"]

_BATCH_ROWS = 10_000
_SAVEPOINT = re.compile(r"SAVEPOINT\s+([\w$#]+)", re.IGNORECASE)
_ROLLBACK_TO = re.compile(r"ROLLBACK(?:\s+WORK)?\s+TO(?:\s+SAVEPOINT)?\s+([\w$#]+)", re.IGNORECASE)
_COMMIT = re.compile(r"COMMIT(?:\s+WORK)?", re.IGNORECASE)
_ROLLBACK = re.compile(r"ROLLBACK(?:\s+WORK)?", re.IGNORECASE)
_LOCK = re.compile(
    r"LOCK\s+TABLE\s+(?:\"?([\w$#]+)\"?\.)?\"?([\w$#]+)\"?\s+IN\s+(?:SHARE|EXCLUSIVE|ROW|UPDATE|\s)+\s+MODE"
    r"(?:\s+NOWAIT|\s+WAIT\s+\d+)?",
    re.IGNORECASE,
)
_SCHEMA = re.compile(r"ALTER\s+SESSION\s+SET\s+CURRENT_SCHEMA\s*=\s*\"?([\w$#]+)\"?", re.IGNORECASE)
# Settings that nothing here depends on: a date is never turned into text without a format.
_HARMLESS = re.compile(
    r"ALTER\s+SESSION\s+SET\s+(?:NLS_(?:DATE|TIMESTAMP|TIMESTAMP_TZ)_FORMAT)\s*=.*", re.IGNORECASE | re.DOTALL
)


@dataclass(slots=True)
class _Journal:
    """The changes of the open transaction, each with its binds or its relation of binds."""

    changes: list[tuple[str, Mapping[str, Any], pa.Table | None]] = field(default_factory=list)
    savepoints: dict[str, int] = field(default_factory=dict)


class Transactions:
    """One session: its schema and its transaction."""

    def __init__(self, database: Database, user: str, schema: str, service: str) -> None:
        self._database = database
        self._connection = database.connect()
        self._user, self.schema, self._service = user, schema, service
        self._journal: _Journal | None = None

    @property
    def is_open(self) -> bool:
        """Whether there are changes that are not committed."""
        return self._journal is not None

    def facts(self, binds: Sequence[OracleType] = (), *, array: bool = False) -> Facts:
        """What a statement of this session depends on."""
        facts = self._database.facts(self.schema, self._user, self._service)
        facts.binds, facts.array = binds, array
        return facts

    def plan(self, statement: Statement, binds: Sequence[OracleType] = (), *, array: bool = False) -> Plan:
        """Translates a statement."""
        return translate(statement, self.facts(binds, array=array))

    def query(self, plan: Plan, values: Sequence[Any]) -> Generator[pa.RecordBatch, None, None]:
        """Runs a query; its batches. Without an open transaction they are streamed, as of now."""
        if self._journal is not None:
            with self._errors(plan):
                table = self._connection.sql(plan.sql, params=_named(plan, values)).to_arrow_table()
                return _batches(table)
        connection = self._database.connect()
        try:
            reader = connection.sql(plan.sql, params=_named(plan, values)).to_arrow_reader(_BATCH_ROWS)
        except duckdb.Error as error:
            connection.close()
            raise duckdb_error(error) from None
        return _streamed(reader, connection)

    def change(self, plan: Plan, values: Sequence[Any]) -> tuple[int, list[tuple[Any, ...]]]:
        """Makes one change; the number of rows, and what RETURNING gives."""
        journal, binds = self.begin(), _named(plan, values)
        with self._errors(plan):
            rows = self._connection.execute(plan.sql, binds).fetchall()
        journal.changes.append((plan.sql, binds, None))
        return (len(rows), rows) if plan.fields else (int(rows[0][0]) if rows else 0, [])

    def insert_many(self, plan: Plan, binds: pa.Table) -> int:
        """Makes an INSERT for many rows at once."""
        journal = self.begin()
        with self._errors(plan):
            self._run(plan.sql, {}, binds)
        journal.changes.append((plan.sql, {}, binds))
        return int(binds.num_rows)

    def define(self, statement: Statement) -> None:
        """Runs a CREATE, DROP or TRUNCATE TABLE, which commits."""
        self.commit()
        self._database.define(self._connection, statement.text, self.facts())

    def control(self, text: str) -> None:
        """COMMIT, ROLLBACK, SAVEPOINT, LOCK TABLE and ALTER SESSION, sent as SQL."""
        if found := _SAVEPOINT.fullmatch(text):
            journal = self.begin()
            journal.savepoints[found[1].upper()] = len(journal.changes)
        elif found := _ROLLBACK_TO.fullmatch(text):
            self._rollback_to(found[1].upper())
        elif _COMMIT.fullmatch(text):
            self.commit()
        elif _ROLLBACK.fullmatch(text):
            self.rollback()
        elif found := _LOCK.fullmatch(text):
            self._lock((found[1] or self.schema).upper(), found[2].upper())
        elif found := _SCHEMA.fullmatch(text):
            self.schema = found[1].upper()
        elif not _HARMLESS.fullmatch(text):
            raise refused("run this statement")

    def begin(self) -> _Journal:
        """Opens a transaction unless one is open."""
        if self._journal is None:
            self._connection.execute("BEGIN")
            self._journal = _Journal()
        return self._journal

    def commit(self) -> None:
        """Keeps the changes."""
        if self._journal is not None:
            self._journal = None
            try:
                self._connection.execute("COMMIT")
            except duckdb.Error as error:
                raise duckdb_error(error) from None

    def rollback(self) -> None:
        """Drops the changes."""
        if self._journal is not None:
            self._journal = None
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Drops the changes and ends the session."""
        with suppress(duckdb.Error):
            self.rollback()
            self._connection.close()

    def _lock(self, owner: str, name: str) -> None:
        """Opens the transaction, and holds nobody off: of two that change a table the later one gets ORA-08177."""
        if self._database.catalog.find(owner, name) is None:
            raise OracleError(942, "table or view does not exist")
        self.begin()

    def _rollback_to(self, name: str) -> None:
        if self._journal is None or name not in self._journal.savepoints:
            raise OracleError(1086, f"savepoint '{name}' never established in this session or is invalid")
        length = self._journal.savepoints[name]
        del self._journal.changes[length:]
        self._journal.savepoints = {
            key: value for key, value in self._journal.savepoints.items() if value <= length
        }
        self._restore()

    @contextmanager
    def _errors(self, plan: Plan) -> Iterator[None]:
        """Turns an error of DuckDB into Oracle's and undoes the failing statement only."""
        try:
            yield
        except duckdb.Error as error:
            self._restore()
            raise duckdb_error(error, plan.table) from None

    def _restore(self) -> None:
        if self._journal is None:
            return
        self._connection.execute("ROLLBACK")
        self._connection.execute("BEGIN")
        for sql, values, relation in self._journal.changes:
            self._run(sql, values, relation)

    def _run(self, sql: str, values: Mapping[str, Any], relation: pa.Table | None) -> None:
        if relation is None:
            self._connection.execute(sql, values)
            return
        self._connection.register(BINDS, relation)
        try:
            self._connection.execute(sql)
        finally:
            self._connection.unregister(BINDS)


def _named(plan: Plan, values: Sequence[Any]) -> dict[str, Any]:
    return {f"b{number}": values[number - 1] for number in plan.used}


def _batches(table: pa.Table) -> Generator[pa.RecordBatch, None, None]:
    yield from table.to_batches(_BATCH_ROWS)


def _streamed(
    reader: pa.RecordBatchReader, connection: duckdb.DuckDBPyConnection
) -> Generator[pa.RecordBatch, None, None]:
    try:
        yield from reader
    except (duckdb.Error, OSError, pa.ArrowException) as error:
        raise duckdb_error(error) from None
    finally:
        reader.close()
        connection.close()
