"""One service of the stand-in: a DuckDB database in memory, with a schema for each owner."""

# ruff: noqa: S608 - translating SQL is writing SQL: names are quoted, values are binds

import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from common.sandbox.oracle.catalog import Catalog, Column, Table, quoted
from common.sandbox.oracle.errors import OracleError, duckdb_error
from common.sandbox.oracle.sql.conversion import assigned
from common.sandbox.oracle.sql.definitions import Effect, definition
from common.sandbox.oracle.sql.dictionary import DICTIONARY
from common.sandbox.oracle.sql.scope import Facts, Scope, Typed
from common.sandbox.oracle.sql.statement import parse, read_statement
from common.sandbox.oracle.sql.translate import Translation
from common.sandbox.oracle.types import (
    DATE,
    TEXT,
    TIMESTAMP,
    Family,
    Kind,
    OracleType,
    number,
    parse_type,
)

__all__ = ["Database"]

logger = logging.getLogger(__name__)

_MACROS = Path(__file__).parent / "sql" / "macros.sql"


def _wall_clock() -> datetime:
    return datetime.now().replace(microsecond=0)  # noqa: DTZ005 - a database's SYSDATE has no zone


class Database:
    """The tables of one service.

    Args:
        clock: what SYSDATE is, without a time zone; the machine's local time unless given.
    """

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self.clock = clock or _wall_clock
        self.catalog = Catalog()
        self._root = duckdb.connect(":memory:", config={"python_enable_replacements": "false"})
        self._root.execute("SET GLOBAL TimeZone = 'UTC'")
        self._root.execute(_MACROS.read_text(encoding="utf-8"))
        for name, (columns, body) in DICTIONARY.items():
            self._root.execute(f"CREATE {body.replace('*', quoted(name), 1)}")
            kinds = tuple(Column(column, parse_type(kind)) for column, kind in columns.items())
            self.catalog.add(Table("SYS", f"{name}", kinds))

    def create_schema(self, owner: str) -> None:
        """Makes room for an owner's tables; does nothing if there is some."""
        self._root.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(owner.upper())}")

    def create_table(self, owner: str, ddl: str) -> None:
        """Runs an Oracle CREATE TABLE as its owner.

        Raises:
            OracleError: the statement is wrong, or has a type or clause that the stand-in does not keep.
        """
        self.create_schema(owner)
        with closing(self.connect()) as connection:
            self.define(connection, ddl, self.facts(owner.upper()))

    def define(self, connection: duckdb.DuckDBPyConnection, ddl: str, facts: Facts) -> None:
        """Runs a CREATE, DROP or TRUNCATE TABLE and enters it in the catalog."""
        found = definition(parse(read_statement(ddl)), Scope(Translation(facts)))
        try:
            connection.execute(found.sql)
        except duckdb.Error as error:
            raise duckdb_error(error) from None
        if found.effect is Effect.ADDS:
            self.catalog.add(found.table)
        elif found.effect is Effect.REMOVES:
            self.catalog.remove(found.table)

    def load(self, owner: str, name: str, rows: pa.Table) -> None:
        """Appends rows to a table; columns are matched by name, whatever their case.

        Empty texts become NULL and CHAR values are filled with blanks, as in Oracle.

        Raises:
            OracleError: no such table or column, or a row that the table refuses; then no row is kept.
        """
        self._write(owner, {name: rows}, empty_first=False)

    def replace(self, owner: str, name: str, rows: pa.Table) -> None:
        """Exchanges a table's rows in one transaction: a reader sees all the old rows or all the new ones."""
        self._write(owner, {name: rows}, empty_first=True)

    def replace_all(self, owner: str, contents: Mapping[str, pa.Table]) -> None:
        """Exchanges the rows of several tables in one transaction."""
        self._write(owner, contents, empty_first=True)

    def truncate(self, owner: str, name: str) -> None:
        """Takes all rows out of a table."""
        self._root.cursor().execute(f"TRUNCATE {self._table(owner, name).sql}")

    def count(self, owner: str, name: str) -> int:
        """The number of rows in a table."""
        row = self._root.cursor().execute(f"SELECT count(*) FROM {self._table(owner, name).sql}").fetchone()
        return int(row[0])

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the same data."""
        return self._root.cursor()

    def facts(self, schema: str, user: str = "", service: str = "") -> Facts:
        """What a statement's translation depends on, as of now."""
        return Facts(self.catalog, schema, user or schema, service, self.clock())

    def close(self) -> None:
        """Frees the memory; the data is gone, and the database cannot be used again."""
        self._root.close()
        del (
            self._root
        )  # or DuckDB writes a complaint when the interpreter ends before the last reference does

    def _table(self, owner: str, name: str) -> Table:
        table = self.catalog.find(owner.upper(), name.upper())
        if table is None:
            raise OracleError(942, f"table or view {owner.upper()}.{name.upper()} does not exist")
        return table

    def _write(self, owner: str, contents: Mapping[str, pa.Table], *, empty_first: bool) -> None:
        connection = self.connect()
        where = owner.upper()
        try:
            connection.execute("BEGIN")
            for name, rows in contents.items():
                table = self._table(owner, name)
                where = f"{table.owner}.{table.name}"
                if empty_first:
                    connection.execute(f"DELETE FROM {table.sql}")
                connection.register("rows_to_load", rows)
                connection.execute(_append(table, rows.schema))
                connection.unregister("rows_to_load")
                logger.info("loaded table=%s rows=%d", where, rows.num_rows)
            connection.execute("COMMIT")
        except duckdb.Error as error:
            raise duckdb_error(error, where) from None
        finally:
            connection.close()


def _append(table: Table, schema: pa.Schema) -> str:
    known = {column.name: column for column in table.columns}
    unknown = [name for name in schema.names if name.upper() not in known]
    if unknown:
        raise OracleError(
            904, f'"{unknown[0].upper()}": invalid identifier in rows for {table.owner}.{table.name}'
        )
    columns = [known[name.upper()] for name in schema.names]
    values = (
        _incoming(quoted(field.name), field.type, column.type)
        for field, column in zip(schema, columns, strict=True)
    )
    names = ", ".join(quoted(column.name) for column in columns)
    return f"INSERT INTO {table.sql} ({names}) SELECT {', '.join(values)} FROM rows_to_load"


def _incoming(sql: str, arrow: pa.DataType, kind: OracleType) -> str:
    """An Arrow column as the table's column wants it."""
    if kind.family in (Family.TEXT, Family.CLOB):
        return assigned(Typed(f"nullif(CAST({sql} AS VARCHAR), '')", TEXT), kind)
    if kind.family is Family.DATETIME:
        source = TIMESTAMP if pa.types.is_timestamp(arrow) else DATE
        return assigned(Typed(f"CAST({sql} AS TIMESTAMP)", source), kind)
    if kind.kind is Kind.NUMBER and not kind.precision and pa.types.is_floating(arrow):
        return f'"SYS".exact_float({sql})'
    if kind.kind is Kind.NUMBER and not kind.precision and pa.types.is_decimal(arrow):
        return assigned(Typed(sql, number(arrow.precision - arrow.scale, arrow.scale)), kind)
    return f"CAST({sql} AS {kind.duckdb})"
