"""SQLite files."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from common.connectors.database.conflict import insert
from common.connectors.database.rejects import Rejects
from common.connectors.database.request import Request
from common.connectors.database.rows import RefusedRowsError, place_rows
from common.connectors.database.rows import batches as row_batches
from common.connectors.database.target import Load, Loaded
from common.connectors.probing import Tell, untold
from common.errors import ConfigError, DataFlowError, TransientError
from common.query import Bind, Change, Query

__all__ = ["Sqlite"]

ROWS = 10_000  # at a time: a statement is prepared once for all of them
UNOPENED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_PERM}
PASSING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}


class Sqlite:
    """One file, which has to exist.

    patience: seconds to wait for somebody else's lock.
    """

    def __init__(self, *, name: str, path: Path, patience: float = 30) -> None:
        self.name = name
        self._path, self._patience = path, patience

    def stream(self, query: Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Source. Types are those of each batch's values, since SQLite's columns have none; days are text."""
        with self._connected(Request.reading(query), "ro") as connection:
            cursor = connection.execute(query.rendered(_mark), _plain(query))
            fields = [(column[0], None) for column in cursor.description]
            yield from row_batches(f"{self.name}: {query.name}", fields, lambda: cursor.fetchmany(rows))

    def load(self, batches: Iterable[pa.RecordBatch], load: Load) -> Loaded:
        """See Target. SQLite has no decimals and no days: both go over as text, which keeps their digits."""
        rejects = Rejects(self.name, load)
        statement = insert(load, f"VALUES ({', '.join('?' * len(load.schema.names))})")
        with self._connected(Request.loading(load), "rw") as connection:
            connection.execute("BEGIN IMMEDIATE")
            if load.mode == "replace":
                connection.execute(f"DELETE FROM {load.table}")  # noqa: S608 - a name that Load has checked

            def place(rows: list[tuple[Any, ...]]) -> None:
                connection.execute("SAVEPOINT rows_before")
                try:
                    connection.executemany(statement, (tuple(map(_stored, row)) for row in rows))
                except (sqlite3.IntegrityError, sqlite3.DataError, OverflowError) as error:
                    connection.execute("ROLLBACK TO rows_before")
                    raise _refused(error) from None

            for batch in batches:
                place_rows(batch, ROWS, place, rejects)
            loaded = rejects.settle()
            connection.execute("COMMIT")
        return loaded

    def execute(self, change: Change) -> int:
        """See Target."""
        with self._connected(Request.changing(change), "rw") as connection:
            connection.execute("BEGIN IMMEDIATE")
            changed = connection.execute(change.rendered(_mark), _plain(change)).rowcount
            connection.execute("COMMIT")
        return max(0, changed)

    def probe(self, tell: Tell = untold) -> str:
        tell("login")
        query = Query(
            "probe", "SELECT count(*) FROM sqlite_master"
        )  # which reads the file, as SELECT 1 does not
        with self._connected(Request.reading(query), "ro") as connection:
            tell("query")
            connection.execute(query.text)
        return ""

    @contextmanager
    def _connected(self, request: Request, mode: str) -> Iterator[sqlite3.Connection]:
        try:
            with closing(
                sqlite3.connect(
                    f"{self._path.absolute().as_uri()}?mode={mode}",
                    uri=True,
                    timeout=self._patience,
                    isolation_level=None,  # transactions begin and end where we say so
                )
            ) as connection:
                yield connection
        except (sqlite3.Error, OverflowError) as error:
            raise self._explained(error, request) from None

    def _explained(self, error: Exception, request: Request) -> DataFlowError:
        """The database's error in our terms. Binds are no part of its texts, but a value of a row may be."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what an extended code adds
        if code in UNOPENED:
            return ConfigError(
                f"{self.name}: {self._path} cannot be opened: {error}. Check path on the page, and that the folder is "
                "mounted where the run is."
            )
        if code in PASSING:
            return TransientError(f"{self.name}: {self._path} cannot be used now: {error}. Wait.")
        if isinstance(error, sqlite3.OperationalError):
            return request.refused(f"{self.name}: {request.what} fails: {error}. {request.advice}")
        return request.refused(
            f"{self.name}: {request.what} fails with {type(error).__name__}; its text is withheld because it may "
            f"quote a row. {request.advice}"
        )


def _refused(error: Exception) -> RefusedRowsError:
    """SQLite's texts about constraints name them, or a column, and quote no value."""
    return RefusedRowsError(str(error), str(error))


def _mark(bind: str) -> str:
    return f":{bind}"


def _plain(query: Query) -> dict[str, Any]:
    return {name: _stored(value) for name, value in query.binds.items()}


def _stored(value: Bind | bytes) -> Any:
    """A value in one of SQLite's types; days and times as its own functions read them."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
