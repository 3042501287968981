"""PostgreSQL through its ADBC driver, which decodes binary COPY into Arrow."""

import re
from collections.abc import Iterator
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

from common.connectors.probing import Tell, reach, untold
from common.errors import ConfigError, DataFlowError, SourceError, TransientError
from common.query import Bind, Query

__all__ = ["Postgres"]

MARKS = ("ERROR:", "FATAL:")
REFUSED_LOGIN = (
    "authentication failed",
    "no password supplied",
    "role",
    "pg_hba.conf",
    "not permitted to log in",
)
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
        self._host, self._port, self._connect_timeout = host, port, connect_timeout
        self._username = username
        login = quote(username, safe="") + (f":{quote(password, safe='')}" if password else "")
        options = urlencode({"connect_timeout": int(connect_timeout), "sslmode": sslmode})
        address = f"[{host}]" if ":" in host else host
        self._url = f"postgresql://{login}@{address}:{port}/{quote(database, safe='')}?{options}"

    def stream(self, query: Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Source. NUMERIC comes as text, digit for digit: PostgreSQL's has no bound that Arrow has."""
        with ExitStack() as stack:
            connection = stack.enter_context(self._connected(query))
            statement = stack.enter_context(adbc.AdbcStatement(connection))
            statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(rows * BYTES_A_ROW)})
            # the driver puts a bracket behind the query, which a comment in its last line would swallow
            statement.set_sql_query(query.rendered(lambda name: _literal(query.binds[name])) + "\n")
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
        with self._connected(query) as connection, adbc.AdbcStatement(connection) as statement:
            tell("query")
            statement.set_sql_query(query.text)
            stream, _ = statement.execute_query()
            for _ in AdbcRecordBatchReader._import_from_c(stream.address):
                pass
        return ""

    @contextmanager
    def _connected(self, query: Query) -> Iterator[adbc.AdbcConnection]:
        with (
            self._explained(query),
            adbc_driver_postgresql.connect(self._url) as database,
            adbc.AdbcConnection(database) as connection,
        ):
            yield connection

    @contextmanager
    def _explained(self, query: Query) -> Iterator[None]:
        try:
            yield
        except adbc.Error as error:
            raise self._translated(error, query) from None

    def _translated(self, error: adbc.Error, query: Query) -> DataFlowError:
        """The driver's error in our terms. Only texts that cannot quote a row are passed on."""
        state, lines = error.sqlstate or "", str(error).splitlines()
        said = next((line.partition(mark)[2].strip() for line in lines for mark in MARKS if mark in line), "")
        if not state and "Failed to connect" in lines[0]:
            return self._no_connection(said or lines[0])
        if state.startswith("42"):
            for name, value in query.binds.items():  # it may quote the SQL, where their values stand
                if value not in (None, ""):
                    said = re.sub(rf"(?<!\w){re.escape(str(value))}(?!\w)", f":{name}", said)
            return SourceError(
                f"{self.name}: {query.name} fails ({state}): {said}. "
                "Correct the query, or ask the database's owner for the grant."
            )
        if state.startswith(PASSING) or (not state and isinstance(error, adbc.OperationalError)):
            return TransientError(
                f"{self.name}: {self._at} broke off while {query.name} ran ({state or 'connection lost'}). "
                "If it lasts, ask the database's owner."
            )
        return SourceError(
            f"{self.name}: {query.name} fails with SQLSTATE {state or 'unknown'}; its text is withheld because it "
            "may quote a row. Its meaning: https://www.postgresql.org/docs/current/errcodes-appendix.html"
        )

    def _no_connection(self, said: str) -> DataFlowError:
        if "database" in said and "does not exist" in said:
            return ConfigError(f"{self.name}: no such database at {self._at}. Check it on the page.")
        if any(mark in said for mark in REFUSED_LOGIN):
            return ConfigError(
                f"{self.name}: {self._at} refused the login of {self._username}. "
                "Check user and password on the page; ask the database's owner if both are right."
            )
        if "certificate" in said:
            return ConfigError(
                f"{self.name}: {self._at} shows a certificate that is not trusted, or is another host's. "
                "Ask the database's owner, or correct host and sslmode on the page."
            )
        if "SSL" in said:
            return ConfigError(
                f"{self.name}: {self._at} does not offer the TLS that sslmode on the page asks for."
            )
        return TransientError(
            f"{self.name}: {self._at} cannot be reached. "
            "If it lasts, check host and port on the page and ask the database's owner."
        )


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Lower-case names, and NUMERIC as the digits that the driver wraps in a type of its own."""
    columns = [c.storage if isinstance(c, pa.ExtensionArray) else c for c in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=[name.lower() for name in batch.schema.names])


def _literal(value: Bind) -> str:
    """A bind's value as SQL: COPY, which makes the driver fast, takes no binds."""
    sql = exp.convert(value).sql(dialect="postgres")
    return f"({sql})" if isinstance(value, int | float | Decimal) else sql  # "a -:b" is no comment
