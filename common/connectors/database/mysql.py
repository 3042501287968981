"""MySQL and MariaDB through PyMySQL, rows read as the server sends them."""

import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import pyarrow as pa
import pymysql
from pymysql.cursors import Cursor, SSCursor
from sqlglot import exp

from common.connectors.database.mysql_errors import explained
from common.connectors.database.mysql_load import load_rows
from common.connectors.database.mysql_types import arrow_type, decoders_for
from common.connectors.database.request import Request
from common.connectors.database.rows import batches as row_batches
from common.connectors.database.target import Load, Loaded, lost_commit
from common.connectors.probing import Tell, reach, untold
from common.query import Bind, Change, Query

__all__ = ["MySql", "Tls"]

Tls: TypeAlias = Literal["disabled", "required", "verify"]
Connection: TypeAlias = "pymysql.Connection[Cursor]"

# Standard SQL, which our queries are written in: names in double quotes, || joins texts, a backslash is one. And
# nothing is cut or bent to fit a column.
SQL_MODE = (
    "ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)


class MySql:
    """One database of a MySQL or MariaDB server.

    tls: ``required`` encrypts, ``verify`` also insists on a certificate that this machine trusts.
    connect_timeout: seconds until a connection attempt is given up.
    call_timeout: seconds that either side may be silent while a query runs.
    """

    def __init__(
        self,
        *,
        name: str,
        host: str,
        database: str,
        username: str,
        password: str,
        port: int = 3306,
        tls: Tls = "required",
        connect_timeout: float = 15,
        call_timeout: float = 1800,
    ) -> None:
        self.name = name
        self._at = f"{host}:{port}/{database}"
        self._host, self._port, self._database = host, port, database
        self._username, self._password, self._tls = username, password, tls
        self._connect_timeout, self._call_timeout = connect_timeout, call_timeout

    def stream(self, query: Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Source. What each type becomes is in ``mysql_types``."""
        where = f"{self.name}: {query.name}"
        with (
            self._connected(Request.reading(query)) as connection,
            _unread(connection.cursor(SSCursor)) as cursor,
        ):
            connection.decoders = dict(decoders_for(where))
            cursor.execute(_rendered(query, cursor))
            # the public description does not tell bytes from text, nor which integers have no sign
            fields = [(field.name, arrow_type(field)) for field in cursor._result.fields]
            yield from row_batches(where, fields, lambda: cursor.fetchmany(rows))

    def load(self, batches: Iterable[pa.RecordBatch], load: Load) -> Loaded:
        """See Target. Rows go over in INSERTs of many rows each; the table has to be InnoDB's."""
        request = Request.loading(load)
        with self._connected(request) as connection:
            loaded = load_rows(self.name, connection, batches, load)
            self._commit(connection, request.what, repeatable=load.repeatable)
        return loaded

    def execute(self, change: Change) -> int:
        """See Target."""
        with self._connected(Request.changing(change)) as connection, connection.cursor() as cursor:
            changed = cursor.execute(_rendered(change, cursor))
            while cursor.nextset():  # a procedure answers more than once
                pass
            self._commit(connection, change.name, repeatable=False)
        return changed

    def probe(self, tell: Tell = untold) -> str:
        where = f"{self.name}: {self._host}:{self._port}"
        reach(where, self._host, self._port, timeout=self._connect_timeout, tell=tell)
        tell("login")
        query = Query("probe", "SELECT 1")
        with self._connected(Request.reading(query), silence=self._connect_timeout) as connection:
            tell("query")
            with connection.cursor() as cursor:
                cursor.execute(query.text)
        return ""

    @contextmanager
    def _connected(self, request: Request, silence: float | None = None) -> Iterator[Connection]:
        """A connection in a transaction, which is undone unless it is committed."""
        patience = silence or self._call_timeout
        try:
            connection = pymysql.connect(
                host=self._host,
                port=self._port,
                user=self._username,
                password=self._password,
                database=self._database,
                charset="utf8mb4",
                sql_mode=SQL_MODE,
                # times in UTC; and a reader of ours may be slower than the minute that servers wait for it
                init_command=f"SET time_zone = '+00:00', net_write_timeout = {patience:.0f}",
                connect_timeout=int(self._connect_timeout),
                read_timeout=int(patience),
                write_timeout=int(patience),
                ssl=self._context(),
                ssl_disabled=self._tls == "disabled",
                local_infile=False,  # or the server could ask for any file of this machine
            )
            try:
                yield connection
            finally:
                if connection.open:
                    connection.close()
        except pymysql.err.Error as error:
            raise explained(error, request, name=self.name, at=self._at, username=self._username) from None

    def _context(self) -> ssl.SSLContext | None:
        if self._tls == "disabled":
            return None
        context = ssl.create_default_context()
        if self._tls == "required":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _commit(self, connection: Connection, what: str, *, repeatable: bool) -> None:
        try:
            connection.commit()
        except (pymysql.err.OperationalError, pymysql.err.InterfaceError):
            raise lost_commit(self.name, what, repeatable=repeatable) from None


@contextmanager
def _unread(cursor: Any) -> Iterator[Any]:
    """Leaves the rows that nobody asked for with the server; the driver would fetch them all before it closes."""
    try:
        yield cursor
    finally:
        if cursor._result is not None:
            cursor._result.unbuffered_active = False


def _rendered(query: Query, cursor: Cursor) -> str:
    return query.rendered(lambda name: _literal(query.binds[name], cursor))


def _literal(value: Bind, cursor: Cursor) -> str:
    """A bind's value as SQL, since the driver would take percent signs in the query for binds of its own."""
    if isinstance(value, date):  # or a datetime: as text it would be compared letter by letter
        return exp.convert(value).sql(dialect="mysql")
    text = cursor.mogrify("%s", (value,))
    return f"({text})" if isinstance(value, int | float | Decimal) else text  # "a -:b" is no comment
