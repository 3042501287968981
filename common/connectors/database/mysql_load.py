"""Loading a table of MySQL's or MariaDB's: INSERTs of many rows in one transaction.

``LOAD DATA LOCAL INFILE`` would be faster, but servers mostly forbid it, and it turns values that do not fit
into warnings.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pymysql
from pymysql.cursors import Cursor

from common.connectors.database.mysql_errors import refused_rows
from common.connectors.database.rejects import Rejects
from common.connectors.database.rows import place_rows
from common.connectors.database.target import Load, Loaded
from common.errors import ConfigError

__all__ = ["load_rows"]

ROWS = 1000  # a statement; the driver begins another one after a megabyte
ENGINE = """SELECT engine FROM information_schema.tables
    WHERE table_schema = COALESCE(%s, DATABASE()) AND table_name = %s"""
INDEXES = """SELECT index_name, column_name FROM information_schema.statistics
    WHERE table_schema = COALESCE(%s, DATABASE()) AND table_name = %s AND non_unique = 0"""


def load_rows(
    name: str, connection: "pymysql.Connection[Cursor]", batches: Iterable[pa.RecordBatch], load: Load
) -> Loaded:
    """Puts the rows into the table and leaves the transaction open; see Target.load."""
    rejects = Rejects(name, load)
    with connection.cursor() as cursor:
        _check_table(name, cursor, load)
        if load.mode == "replace":
            cursor.execute(f"DELETE FROM {_table(load)}")  # noqa: S608 - TRUNCATE would commit: readers saw it empty
        statement = _insert(load)

        def place(rows: list[tuple[Any, ...]]) -> None:
            cursor.execute("SAVEPOINT rows_before")
            try:
                cursor.executemany(statement, rows)
            except pymysql.err.Error as error:
                if (refused := refused_rows(error)) is None:
                    raise
                cursor.execute("ROLLBACK TO SAVEPOINT rows_before")
                raise refused from None

        for batch in batches:
            place_rows(batch, ROWS, place, rejects)
        return rejects.settle()


def _insert(load: Load) -> str:
    """The statement, with a mark for each value of one row."""
    columns = ", ".join(map(_quoted, load.schema.names))
    marks = ", ".join(["%s"] * len(load.schema.names))
    statement = f"INSERT INTO {_table(load)} ({columns}) VALUES ({marks})"  # noqa: S608 - names that Load has checked
    if not load.key:
        return statement
    # Naming the key as what changes leaves a row alone; INSERT IGNORE would also ignore values that do not fit.
    # VALUES() is out of date in MySQL, but what follows it is unknown to MariaDB.
    changes = [f"{_quoted(c)} = VALUES({_quoted(c)})" for c in load.changed or load.key[:1]]
    return f"{statement} ON DUPLICATE KEY UPDATE {', '.join(changes)}"


def _check_table(name: str, cursor: Cursor, load: Load) -> None:
    """Raises ConfigError for a table that the load could leave half-done, or put rows in the wrong place of."""
    where = (load.parts[-2] if len(load.parts) > 1 else None, load.parts[-1])
    cursor.execute(ENGINE, where)
    found = cursor.fetchone()
    if found and found[0] != "InnoDB":
        raise ConfigError(
            f"{name}: {load.table} is kept by {found[0]}, which has no transactions: a failed load would stay in it "
            "in part. Ask the database's owner to alter it to InnoDB."
        )
    if not load.key:
        return
    cursor.execute(INDEXES, where)
    indexes: dict[str, set[str]] = {}
    for index, column in cursor.fetchall():
        indexes.setdefault(index, set()).add(column.lower())
    _check_key(name, load, indexes)


def _check_key(name: str, load: Load, indexes: Mapping[str, set[str]]) -> None:
    key, loaded = ({c.lower() for c in columns} for columns in (load.key, load.schema.names))
    if key not in indexes.values():
        raise ConfigError(
            f"{name}: {load.table} has no unique index on {', '.join(load.key)}, by which the load tells its rows "
            "apart. Ask the database's owner for one, or correct the key."
        )
    others = sorted(index for index, columns in indexes.items() if columns != key and columns <= loaded)
    if others:
        raise ConfigError(
            f"{name}: {load.table} has further unique indexes on what is loaded ({', '.join(others)}): MySQL would "
            "change whichever row one of them finds. Drop them, or load another table."
        )


def _table(load: Load) -> str:
    return ".".join(map(_quoted, load.parts))


def _quoted(name: str) -> str:
    return f'"{name}"'  # the names of a Load hold no quote
