"""PostgreSQL through its ADBC driver, which turns binary COPY into Arrow and Arrow into binary COPY."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from urllib.parse import quote, urlencode

import adbc_driver_manager as adbc
import adbc_driver_postgresql
import pyarrow as pa

# The only reader that tells the SQLSTATE of an error between two rows: neither PyArrow's own nor the one that
# the driver's dbapi hands out does, and the text alone may quote a row.
from adbc_driver_manager._reader import AdbcRecordBatchReader
from sqlglot import exp

from common.connectors.database.postgres_errors import Login
from common.connectors.database.postgres_load import LOCK_SECONDS, Loading, commit, run
from common.connectors.database.request import Request
from common.connectors.database.target import Load, Loaded
from common.connectors.probing import Tell, reach, untold
from common.query import Bind, Change, Query

__all__ = ["Postgres"]

BYTES_A_ROW = 256  # a guess that turns rows a batch into the driver's hint, which is in bytes


class Postgres:
    """One PostgreSQL database.

    connect_timeout: seconds until a connection attempt is given up.
    """

    def __init__(
        self,
        *,
        name: str,
        host: str,
        database: str,
        username: str,
        password: str | None = None,
        port: int = 5432,
        connect_timeout: float = 15,
        sslmode: str = "prefer",
    ) -> None:
        self.name = name
        self._host, self._port, self._connect_timeout = host, port, connect_timeout
        self._login = Login(name, f"{host}:{port}/{database}", username)
        login = quote(username, safe="") + (f":{quote(password, safe='')}" if password else "")
        options = urlencode({"connect_timeout": int(connect_timeout), "sslmode": sslmode})
        address = f"[{host}]" if ":" in host else host
        self._url = f"postgresql://{login}@{address}:{port}/{quote(database, safe='')}?{options}"

    def stream(self, query: Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Source. NUMERIC comes as text, digit for digit: PostgreSQL's has no bound that Arrow has."""
        with ExitStack() as stack:
            connection = stack.enter_context(self._connected(Request.reading(query)))
            statement = stack.enter_context(adbc.AdbcStatement(connection))
            statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(rows * BYTES_A_ROW)})
            # the driver puts a bracket behind the query, which a comment in its last line would swallow
            statement.set_sql_query(self._rendered(query) + "\n")
            stream, _ = statement.execute_query()
            reader = AdbcRecordBatchReader._import_from_c(stream.address)
            found = False
            for batch in reader:
                found = True
                plain = _plain(batch)
                for first in range(0, len(plain), rows):  # short rows come in larger batches than asked for
                    yield plain.slice(first, rows)
            if not found:
                yield _plain(
                    pa.RecordBatch.from_arrays(
                        [pa.nulls(0, t) for t in reader.schema.types], schema=reader.schema
                    )
                )

    def probe(self, tell: Tell = untold) -> str:
        where = f"{self.name}: {self._host}:{self._port}"
        reach(where, self._host, self._port, timeout=self._connect_timeout, tell=tell)
        tell("login")
        query = Query("probe", "SELECT 1")
        with (
            self._connected(Request.reading(query)) as connection,
            adbc.AdbcStatement(connection) as statement,
        ):
            tell("query")
            statement.set_sql_query(query.text)
            stream, _ = statement.execute_query()
            for _ in AdbcRecordBatchReader._import_from_c(stream.address):
                pass
        return ""

    def load(self, batches: Iterable[pa.RecordBatch], load: Load) -> Loaded:
        """See Target. A replaced table is emptied row by row, which leaves work for VACUUM; its readers never wait."""
        with self._connected(Request.loading(load)) as connection:
            return Loading(connection, self.name, load).run(batches)

    def execute(self, change: Change) -> int:
        """See Target."""
        with self._connected(Request.changing(change)) as connection:
            run(connection, "BEGIN")
            run(connection, f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            changed = run(connection, self._rendered(change))
            commit(connection, self.name, change.name, repeatable=False)
            return changed

    @staticmethod
    def _rendered(query: Query) -> str:
        return query.rendered(lambda name: _literal(query.binds[name]))

    @contextmanager
    def _connected(self, request: Request) -> Iterator[adbc.AdbcConnection]:
        try:
            with (
                adbc_driver_postgresql.connect(self._url) as database,
                adbc.AdbcConnection(database) as connection,
            ):
                yield connection
        except adbc.Error as error:
            raise self._login.explained(error, request) from None


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Lower-case names, and NUMERIC as the digits that the driver wraps in a type of its own."""
    columns = [c.storage if isinstance(c, pa.ExtensionArray) else c for c in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=[name.lower() for name in batch.schema.names])


def _literal(value: Bind) -> str:
    """A bind's value as SQL: COPY, which makes the driver fast, takes no binds."""
    sql = exp.convert(value).sql(dialect="postgres")
    return f"({sql})" if isinstance(value, int | float | Decimal) else sql  # "a -:b" is no comment
