"""PostgreSQL through its ADBC driver, which decodes binary COPY into Arrow."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import adbc_driver_manager as adbc
import adbc_driver_postgresql
import pyarrow as pa
from sqlalchemy import URL, text
from sqlalchemy.dialects import postgresql

from common.connectors.database.source import lower_case
from common.errors import ConfigError, DataFlowError, SourceError, TransientError
from common.query import Query

__all__ = ["Postgres"]

PASSING = ("08", "40", "53", "55", "57")  # connection, rollback, resources, locks, operator intervention
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
        self._at = f"{host}:{port}/{database}"
        self._username = username
        self._url = URL.create(
            "postgresql",
            username,
            password,
            host,
            port,
            database,
            {"connect_timeout": str(int(connect_timeout)), "sslmode": sslmode},
        )

    def stream(self, query: Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Source. NUMERIC comes as text, digit for digit: PostgreSQL's has no bound that Arrow has."""
        with ExitStack() as stack:
            stack.enter_context(self._explained(query))
            database = stack.enter_context(
                adbc_driver_postgresql.connect(self._url.render_as_string(hide_password=False))
            )
            connection = stack.enter_context(adbc.AdbcConnection(database))
            statement = stack.enter_context(adbc.AdbcStatement(connection))
            statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(rows * BYTES_A_ROW)})
            statement.set_sql_query(_with_literals(query))
            stream, _ = statement.execute_query()
            reader = pa.RecordBatchReader.from_stream(stream)
            found = False
            for batch in reader:
                found = True
                yield lower_case(batch)
            if not found:
                yield lower_case(pa.RecordBatch.from_pylist([], schema=reader.schema))

    def probe(self) -> None:
        for _ in self.stream(Query("probe", "SELECT 1"), 1):
            pass

    @contextmanager
    def _explained(self, query: Query) -> Iterator[None]:
        try:
            yield
        except adbc.Error as error:
            raise self._translated(error, query) from None

    def _translated(self, error: adbc.Error, query: Query) -> DataFlowError:
        """The driver's error in our terms. Only texts that cannot quote a row are passed on."""
        state = error.sqlstate or ""
        message = str(error)
        if state.startswith("28") or "authentication failed" in message or "no password" in message:
            return ConfigError(
                f"{self.name}: {self._at} refused the login of {self._username}. "
                "Check user and password on the page."
            )
        if state == "3D000" or (
            "database" in message and "does not exist" in message and not state.startswith("42")
        ):
            return ConfigError(f"{self.name}: no such database at {self._at}. Check it on the page.")
        if state.startswith(PASSING) or ("connect" in message.lower() and not state):
            return TransientError(
                f"{self.name}: {self._at} cannot be reached or broke off. "
                "If it lasts, check host and port on the page and ask the database's owner."
            )
        if state.startswith("42"):
            first = next((line for line in message.splitlines() if "ERROR:" in line), message.splitlines()[0])
            return SourceError(
                f"{self.name}: {query.name} fails ({state}): {first.partition('ERROR:')[2].strip()}. "
                "Correct the query, or ask the database's owner for the grant."
            )
        return SourceError(
            f"{self.name}: {query.name} fails with SQLSTATE {state or 'unknown'}; its text is withheld because it "
            "may quote a row. Its meaning: https://www.postgresql.org/docs/current/errcodes-appendix.html"
        )


def _with_literals(query: Query) -> str:
    """The SQL with its binds written into it, quoted by SQLAlchemy: COPY, which is fast, takes no binds."""
    clause = text(query.text).bindparams(**query.binds)
    # psycopg's dialect would double every percent sign for its own placeholders
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return str(clause.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
