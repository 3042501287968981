"""Databases that have an ODBC driver, such as Microsoft SQL Server, through pyodbc."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime

import pyarrow as pa
import pyodbc

from common.connectors.database.odbc_errors import explained, unconnected
from common.connectors.database.odbc_load import load_rows
from common.connectors.database.request import Request
from common.connectors.database.rows import batches as row_batches
from common.connectors.database.source import positional
from common.connectors.database.target import Load, Loaded, lost_commit
from common.connectors.probing import Tell, reach, untold
from common.errors import ConfigError, TransientError
from common.query import Change, Query

__all__ = ["Odbc", "connection_string"]

KEYWORD = re.compile(r"\w[\w ]*")
PLAIN = re.compile(r"[\w.,:/-]*")
TYPES = {
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    str: pa.string(),
    bytes: pa.binary(),
    bytearray: pa.binary(),
    date: pa.date32(),
    datetime: pa.timestamp("us"),
}
"""Decimals are not among them: some drivers describe an amount without a bound as one without decimals, so their
digits are taken from the values."""


class Odbc:
    """One database behind an ODBC driver.

    driver: a name in odbcinst.ini, or the path of the driver's library.
    options: further keywords of the connection string, as the driver's documentation names them.
    connect_timeout: seconds until a connection attempt is given up.
    call_timeout: seconds until a statement is given up, where the driver can.
    """

    def __init__(
        self,
        *,
        name: str,
        driver: str,
        host: str,
        port: int,
        database: str,
        username: str,
        password: str,
        options: Mapping[str, str] | None = None,
        connect_timeout: float = 15,
        call_timeout: float = 1800,
    ) -> None:
        self.name = name
        self._at = f"{host}:{port}/{database}"
        self._host, self._port = host, port
        self._driver, self._username = driver, username
        self._connect_timeout, self._call_timeout = connect_timeout, call_timeout
        # Microsoft's own drivers have no keyword for the port
        server = (
            {"Server": f"{host},{port}"} if "SQL Server" in driver else {"Server": host, "Port": str(port)}
        )
        login = {"Driver": driver, **server, "Database": database, "UID": username, "PWD": password}
        if wrong := [keyword for keyword in options or {} if not KEYWORD.fullmatch(keyword)]:
            raise ConfigError(f"{name}: {wrong[0]!r} is no keyword of a connection string. Correct options.")
        self._string = connection_string(login | dict(options or {}))

    def stream(self, query: Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Source. Decimals keep their digits; a moment with a zone comes as the driver turns it."""
        text, values = positional(query)
        with self._connected(Request.reading(query)) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(text, *values)
            fields = [(column[0], TYPES.get(column[1])) for column in cursor.description]
            yield from row_batches(f"{self.name}: {query.name}", fields, lambda: cursor.fetchmany(rows))

    def load(self, batches: Iterable[pa.RecordBatch], load: Load) -> Loaded:
        """See Target."""
        request = Request.loading(load)
        with self._connected(request) as connection:
            loaded = load_rows(self.name, connection, batches, load)
            self._commit(connection, request.what, repeatable=load.repeatable)
        return loaded

    def execute(self, change: Change) -> int:
        """See Target."""
        text, values = positional(change)
        with self._connected(Request.changing(change)) as connection:
            changed = connection.execute(text, *values).rowcount
            self._commit(connection, change.name, repeatable=False)
        return max(0, int(changed))

    def probe(self, tell: Tell = untold) -> str:
        where = f"{self.name}: {self._host}:{self._port}"
        reach(where, self._host, self._port, timeout=self._connect_timeout, tell=tell)
        tell("login")
        query = Query("probe", "SELECT 1")
        with self._connected(Request.reading(query)) as connection:
            tell("query")
            connection.execute(query.text)
        return ""

    @contextmanager
    def _connected(self, request: Request) -> Iterator[pyodbc.Connection]:
        """A connection in a transaction, which is undone unless it is committed."""
        try:
            connection = pyodbc.connect(self._string, timeout=int(self._connect_timeout))
        except pyodbc.Error as error:
            raise unconnected(
                error, name=self.name, at=self._at, driver=self._driver, username=self._username
            ) from None
        with closing(connection):
            try:
                with suppress(pyodbc.Error):  # PostgreSQL's driver cannot
                    connection.timeout = int(self._call_timeout)
                yield connection
            except pyodbc.Error as error:
                raise explained(error, request, name=self.name, at=self._at) from None

    def _commit(self, connection: pyodbc.Connection, what: str, *, repeatable: bool) -> None:
        try:
            connection.commit()
        except pyodbc.Error as error:
            found = explained(
                error, Request(what, "Nothing was kept.", TransientError), name=self.name, at=self._at
            )
            if isinstance(found, TransientError):
                raise lost_commit(self.name, what, repeatable=repeatable) from None
            raise


def connection_string(keywords: Mapping[str, str]) -> str:
    """The keywords with their values in braces where a character of theirs would mean something.

    Only there: not every driver takes the braces off again. See MS-ODBCSTR, section 2.1.
    """
    return ";".join(
        f"{keyword}={value if PLAIN.fullmatch(value) else '{' + value.replace('}', '}}') + '}'}"
        for keyword, value in keywords.items()
    )
