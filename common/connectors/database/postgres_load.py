"""Loading into PostgreSQL: COPY into a table of this session, and from there into the one that is meant.

The staging table has the types of the batch, so that COPY cannot fail at a row. From there each batch is
one INSERT below a savepoint; where that fails, halves of the batch are tried until the rows at fault stand alone.
"""

# ruff: noqa: S608 - loading is writing SQL: names are checked by Load and quoted, values are copied

from collections.abc import Iterable, Iterator
from contextlib import closing

import adbc_driver_manager as adbc
import numpy as np
import pyarrow as pa

from common.connectors.database.postgres_errors import refusal, was_lost
from common.connectors.database.rejects import Rejects
from common.connectors.database.rows import RefusedRowsError, place_parts
from common.connectors.database.target import Load, Loaded, lost_commit
from common.errors import ConfigError

__all__ = ["LOCK_SECONDS", "Loading", "commit", "run"]

LOCK_SECONDS = 300  # how long another writer may hold the table before the step gives up and is tried again
STAGE = "campus load"
ROW = "campus row"  # columns of ours have names that a loaded column cannot have
# The row's own fault: cardinality (a key twice in one statement), data, integrity, check option of a view, trigger
OF_A_ROW = ("21", "22", "23", "44", "P0001")
NO_UNIQUE_INDEX = "42P10"


class Loading:
    """One load over an open connection, which it leaves with nothing under way or is closed."""

    def __init__(self, connection: adbc.AdbcConnection, name: str, load: Load) -> None:
        self._connection, self._name, self._load = connection, name, load
        self._table = ".".join(_quoted(part) for part in load.parts)
        self._rejects = Rejects(name, load)

    def run(self, batches: Iterable[pa.RecordBatch]) -> Loaded:
        """See Target.load; errors of the driver pass as they are."""
        load = self._load
        self._do("BEGIN")
        self._do(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        insert = self._insert()
        if load.mode == "replace":
            # other writers wait, readers do not; TRUNCATE would shut readers out and show some an empty table
            self._do(f"LOCK TABLE {self._table} IN SHARE ROW EXCLUSIVE MODE")
            self._do(f"DELETE FROM {self._table}")
        mode = "create"
        for batch in batches:
            if batch.num_rows:
                self._stage(batch, mode)
                self._place(batch, insert)
                self._do(f"TRUNCATE pg_temp.{_quoted(STAGE)}")
                mode = "append"
        if mode == "append":
            self._do(f"DROP TABLE pg_temp.{_quoted(STAGE)}")  # a connection pooler would keep it
        loaded = self._rejects.settle()
        commit(self._connection, self._name, f"the load of {load.table}", repeatable=load.repeatable)
        return loaded

    def _stage(self, batch: pa.RecordBatch, mode: str) -> None:
        numbers = pa.Array.from_buffers(
            pa.int64(), len(batch), [None, pa.py_buffer(np.arange(len(batch), dtype=np.int64))]
        )
        names = [name.lower() for name in batch.schema.names]
        rows = batch.rename_columns(names).append_column(ROW, numbers)
        with adbc.AdbcStatement(self._connection) as statement:
            statement.set_options(
                **{
                    "adbc.ingest.target_table": STAGE,
                    "adbc.ingest.temporary": "true",
                    "adbc.ingest.mode": f"adbc.ingest.mode.{mode}",
                }
            )
            statement.bind_stream(pa.RecordBatchReader.from_batches(rows.schema, [rows]).__arrow_c_stream__())
            statement.execute_update()

    def _place(self, batch: pa.RecordBatch, insert: str) -> None:
        """The staged rows into the table, in their order; those that it refuses, aside."""

        def place(first: int, stop: int) -> None:
            self._do("SAVEPOINT part")
            try:
                self._do(insert.format(first=first, stop=stop))
            except adbc.Error as error:
                self._refuse_key(error)
                if not (error.sqlstate or "").startswith(OF_A_ROW):
                    raise
                self._do("ROLLBACK TO SAVEPOINT part")
                self._do("RELEASE SAVEPOINT part")
                raise RefusedRowsError(*refusal(error)) from None
            self._do("RELEASE SAVEPOINT part")

        place_parts(batch, len(batch), place, self._rejects)

    def _refuse_key(self, error: adbc.Error) -> None:
        if error.sqlstate == NO_UNIQUE_INDEX:
            raise ConfigError(
                f"{self._name}: {self._load.table} has no unique index on {', '.join(self._load.key)}. Ask its owner "
                "for one, or correct the key in the flow."
            ) from None

    def _insert(self) -> str:
        """The INSERT of the staged rows from ``{first}`` to before ``{stop}``."""
        names, key = self._load.schema.names, self._load.key
        types = self._types()
        columns = ", ".join(map(_quoted, names))
        values = ", ".join(_cast(name, *types[name.lower()]) for name in names)
        sql = (
            f"INSERT INTO {self._table} ({columns}) SELECT {values} FROM pg_temp.{_quoted(STAGE)}"
            f' WHERE "{ROW}" >= {{first}} AND "{ROW}" < {{stop}} ORDER BY "{ROW}"'
        )
        if not key:
            return sql
        changes = ", ".join(f"{_quoted(name)} = EXCLUDED.{_quoted(name)}" for name in self._load.changed)
        action = f"UPDATE SET {changes}" if changes else "NOTHING"
        return f"{sql} ON CONFLICT ({', '.join(map(_quoted, key))}) DO {action}"

    def _types(self) -> dict[str, tuple[str, str]]:
        """The type, without a length, and its category, of each column of the table."""
        # a literal is safe: a name that is loaded holds no quotes
        found = {
            row["name"]: (row["type"], row["category"])
            for row in self._ask(
                "SELECT a.attname::text AS name, format_type(a.atttypid, -1) AS type, t.typcategory::text AS category"
                " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
                f" WHERE a.attrelid = to_regclass('{self._table}') AND a.attnum > 0 AND NOT a.attisdropped"
            )
        }
        if not found:
            raise ConfigError(
                f"{self._name}: no table {self._load.table}, or none that this user may see. Its owner creates it; "
                "a load does not."
            )
        if missing := [name for name in self._load.schema.names if name.lower() not in found]:
            raise ConfigError(
                f"{self._name}: {self._load.table} has no column {', '.join(missing)}. Correct the contract, or ask "
                "its owner for the column."
            )
        return found

    def _ask(self, sql: str) -> Iterator[dict[str, str]]:
        with adbc.AdbcStatement(self._connection) as statement:
            statement.set_sql_query(sql)
            stream, _ = statement.execute_query()
            with closing(pa.RecordBatchReader._import_from_c(stream.address)) as reader:
                for batch in reader:
                    yield from batch.to_pylist()

    def _do(self, sql: str) -> None:
        run(self._connection, sql)


def run(connection: adbc.AdbcConnection, sql: str) -> int:
    """Runs a statement without rows; the number of rows that it changed."""
    with adbc.AdbcStatement(connection) as statement:
        statement.set_sql_query(sql)
        changed: int = statement.execute_update()
        return max(0, changed)  # -1 where it is not known, as of a procedure


def commit(connection: adbc.AdbcConnection, name: str, what: str, *, repeatable: bool) -> None:
    try:
        run(connection, "COMMIT")
    except adbc.Error as error:
        if was_lost(error):
            raise lost_commit(name, what, repeatable=repeatable) from None
        raise


def _quoted(name: str) -> str:
    return f'"{name.lower()}"'


def _cast(name: str, kind: str, category: str) -> str:
    """A staged value as the column's type. A text stays as it is: a cast would cut it, an assignment refuses it."""
    return _quoted(name) if category == "S" else f"CAST({_quoted(name)} AS {kind})"
