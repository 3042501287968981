"""Loading a table by ODBC: arrays of parameters, and for a load with a key a MERGE out of a temporary table."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyodbc

from common.connectors.database.conflict import merge
from common.connectors.database.odbc_errors import refused_rows
from common.connectors.database.rejects import Rejects
from common.connectors.database.rows import place_rows
from common.connectors.database.target import Load, Loaded

__all__ = ["load_rows"]

ROWS = 5000  # at a time


@dataclass(frozen=True, slots=True)
class _Words:
    """What databases say differently."""

    stage: str = "campus_stage"
    create: str = "CREATE TEMPORARY TABLE campus_stage AS SELECT {columns} FROM {table} WHERE 1 = 0"
    into: str = "{table} t"
    save: str = "SAVEPOINT rows_before"
    undo: str = "ROLLBACK TO SAVEPOINT rows_before"


STANDARD = _Words()
SQL_SERVER = _Words(
    stage="#campus_stage",
    create="SELECT {columns} INTO #campus_stage FROM {table} WHERE 1 = 0",
    into="{table} WITH (HOLDLOCK) AS t",  # or two loads at once could add the same key
    save="SAVE TRANSACTION rows_before",
    undo="ROLLBACK TRANSACTION rows_before",
)


def load_rows(
    name: str, connection: pyodbc.Connection, batches: Iterable[pa.RecordBatch], load: Load
) -> Loaded:
    """Puts the rows into the table and leaves the transaction open; see Target.load."""
    words = SQL_SERVER if connection.getinfo(pyodbc.SQL_DBMS_NAME) == "Microsoft SQL Server" else STANDARD
    rejects = Rejects(name, load)
    columns = ", ".join(load.schema.names)
    marks = ", ".join("?" * len(load.schema.names))
    cursor = connection.cursor()
    if load.mode == "replace":
        cursor.execute(f"DELETE FROM {load.table}")  # noqa: S608 - a name that Load has checked
    if load.key:
        cursor.execute(words.create.format(columns=columns, table=load.table))
    rows_into = words.stage if load.key else load.table
    insert = f"INSERT INTO {rows_into} ({columns}) VALUES ({marks})"  # noqa: S608 - names that Load has checked
    # SQL Server insists on the semicolon
    merging = merge(load, words.stage, words.into.format(table=load.table)) + ";"
    cursor.fast_executemany = True
    sizes = [_size(kind) for kind in load.schema.types]

    def place(rows: list[tuple[Any, ...]]) -> None:
        cursor.execute(words.save)
        try:
            cursor.setinputsizes(sizes)
            cursor.executemany(insert, rows)
            cursor.setinputsizes(None)
            if load.key:
                cursor.execute(merging)
                cursor.execute(f"DELETE FROM {words.stage}")  # noqa: S608 - ours
        except pyodbc.Error as error:
            if (refused := refused_rows(error)) is None:
                raise
            cursor.setinputsizes(None)
            cursor.execute(words.undo)
            raise refused from None

    for batch in batches:
        place_rows(batch, ROWS, place, rejects)
    return rejects.settle()


def _size(kind: pa.DataType) -> tuple[int, int, int] | None:
    """What the driver shall take a column's values for, where asking the database loses a part of them."""
    return (pyodbc.SQL_TYPE_TIMESTAMP, 26, 6) if pa.types.is_timestamp(kind) else None
