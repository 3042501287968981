"""Oracle Database through python-oracledb, rows fetched and bound as Arrow batches."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import oracledb
import pyarrow as pa

from common.connectors.database.oracle_address import Address
from common.connectors.database.oracle_errors import Login
from common.connectors.database.oracle_load import commit, load_rows
from common.connectors.database.request import Request
from common.connectors.database.source import lower_case
from common.connectors.database.target import Load, Loaded
from common.connectors.probing import Tell, reach, untold
from common.errors import ConfigError, SourceError
from common.query import Change, Query

__all__ = ["Oracle"]

# What the driver's Arrow fetch refuses with DPY-3030, and the two that it gives without their zone
CAST = {
    oracledb.DB_TYPE_TIMESTAMP_TZ,
    oracledb.DB_TYPE_TIMESTAMP_LTZ,
    oracledb.DB_TYPE_INTERVAL_DS,
    oracledb.DB_TYPE_INTERVAL_YM,
    oracledb.DB_TYPE_ROWID,
    oracledb.DB_TYPE_UROWID,
    oracledb.DB_TYPE_JSON,
    oracledb.DB_TYPE_XMLTYPE,
    oracledb.DB_TYPE_BFILE,
    oracledb.DB_TYPE_OBJECT,
    oracledb.DB_TYPE_CURSOR,
}


class Oracle:
    """One service of an Oracle database.

    What its types become, as the driver's Arrow fetch gives them:

    =========================================== =================================================================
    CHAR, VARCHAR2, NCHAR, NVARCHAR2, CLOB      text; CHAR with its padding
    NUMBER(p) and NUMBER(p,s)                   decimal(p,s), exact
    NUMBER without a precision, and arithmetic  float: exact up to 15 digits, and a contract refuses what is not
    BINARY_FLOAT, BINARY_DOUBLE                 float
    DATE                                        timestamp in whole seconds; a contract makes a date of it
    TIMESTAMP(n)                                timestamp, to a nanosecond
    TIMESTAMP WITH [LOCAL] TIME ZONE            refused: Arrow's would lose the zone. ``CAST(SYS_EXTRACT_UTC(x)
                                                AS TIMESTAMP)`` is the moment without one
    BLOB, RAW                                   bytes; a contract takes them as text where they are UTF-8, and a
                                                query makes hexadecimal digits of a RAW with ``RAWTOHEX``
    INTERVAL, ROWID, JSON, XMLTYPE, objects     refused: cast them in the query
    =========================================== =================================================================

    address: where it is.
    thick: through Oracle's own client libraries instead of the driver alone. Native network encryption needs them.
    client: folder of these libraries; where the system looks for libraries if None.
    connect_timeout: seconds until a connection attempt is given up.
    call_timeout: seconds that the database may be silent while a query runs; 0 waits for ever.
    """

    def __init__(
        self,
        *,
        name: str,
        address: Address,
        username: str,
        password: str,
        thick: bool = False,
        client: Path | None = None,
        connect_timeout: float = 15,
        call_timeout: float = 1800,
    ) -> None:
        self.name = name
        self._login, self._password = Login(name, address, username, thick), password
        self._thick, self._client = thick, client
        self._connect_timeout, self._call_timeout = connect_timeout, call_timeout

    def stream(self, query: Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Source. Numbers with a precision come as decimals, DATE as a timestamp in seconds."""
        with self._connected(Request.reading(query)) as connection:
            self._check_types(connection, query)
            empty: pa.RecordBatch | None = None
            found = False
            # a size has to be given: without one the driver fetches everything into one batch
            for frame in connection.fetch_df_batches(
                query.text, dict(query.binds), size=rows, fetch_decimals=True
            ):
                table = pa.RecordBatchReader.from_stream(frame).read_all()  # pa.table would import pandas
                columns = [pa.nulls(0, kind) for kind in table.schema.types]
                empty = lower_case(pa.RecordBatch.from_arrays(columns, schema=table.schema))
                for batch in table.to_batches():
                    batch.validate(full=True)  # the driver has had faults that gave columns of unequal length
                    found = True
                    yield lower_case(batch)
            if not found and empty is not None:
                yield empty

    def probe(self, tell: Tell = untold) -> str:
        found = self._login.at.parameters(self.name, self._connect_timeout)
        # a descriptor may name several, of which one that answers is enough for a login
        host = found.host if isinstance(found.host, str) else found.host[0]
        port = found.port if isinstance(found.port, int) else found.port[0]
        reach(f"{self.name}: {host}:{port}", host, port, timeout=self._connect_timeout, tell=tell)
        tell("login")
        query = Query("probe", "SELECT 1 FROM DUAL")
        with self._connected(Request.reading(query)) as connection, connection.cursor() as cursor:
            tell("query")
            connection.call_timeout = int(self._connect_timeout * 1000)
            cursor.execute(query.text)
            cursor.fetchall()
        return ""

    def load(self, batches: Iterable[pa.RecordBatch], load: Load) -> Loaded:
        """See Target. A replaced table is emptied by DELETE.

        With a key, texts are at most 4,000 bytes long, and those of a key that is CHAR have to come padded.
        """
        with self._connected(Request.loading(load)) as connection:
            return load_rows(connection, batches, load, self.name)

    def execute(self, change: Change) -> int:
        """See Target."""
        with self._connected(Request.changing(change)) as connection, connection.cursor() as cursor:
            cursor.execute(f"{change.text};" if change.is_block else change.text, dict(change.binds))
            changed = 0 if change.is_procedure else max(0, cursor.rowcount)
            commit(connection, self.name, change.name, repeatable=False)
            return changed

    @contextmanager
    def _connected(self, request: Request) -> Iterator[oracledb.Connection]:
        if self._thick:
            self._load_client()
        try:
            with self._opened() as connection:
                connection.call_timeout = int(self._call_timeout * 1000)
                yield connection
        except oracledb.Error as error:
            raise self._login.explained(error, request) from None

    def _opened(self) -> oracledb.Connection:
        parameters = self._login.at.parameters(self.name, self._connect_timeout)
        try:
            # a cached statement keeps the types of its first use: a query that was looked at would fetch floats
            return oracledb.connect(
                user=self._login.username, password=self._password, params=parameters, stmtcachesize=0
            )
        except OSError as error:  # the driver lets a host name that nobody knows pass as it is
            raise self._login.unreachable(type(error).__name__) from None

    def _check_types(self, connection: oracledb.Connection, query: Query) -> None:
        """Raises SourceError for columns that the driver would not fetch, or not whole."""
        with connection.cursor() as cursor:
            cursor.parse(query.text)
            found = [
                f"{name.lower()} ({kind.name[8:]})"
                for name, kind, *_ in cursor.description or ()
                if kind in CAST
            ]
        if found:
            raise SourceError(
                f"{self.name}: {query.name} gives columns of types that are not read, or that would lose their zone: "
                f"{', '.join(found)}. Cast them in the query, such as CAST(SYS_EXTRACT_UTC(x) AS TIMESTAMP)."
            )

    def _load_client(self) -> None:
        """Switches the driver over, once a process: it ignores every further call. Raises ConfigError."""
        try:
            config = self._login.at.config_dir
            oracledb.init_oracle_client(
                lib_dir=str(self._client) if self._client else None,
                config_dir=str(config) if config else None,
            )
        except oracledb.Error as error:
            if error.args[0].full_code == "DPY-2019":
                raise ConfigError(
                    f"{self.name}: the page asks for thick mode, but this run has connected to another Oracle "
                    "database in thin mode, and a run has one mode (DPY-2019). Set thick on the other page as well."
                ) from None
            why = str(error).splitlines()[0].partition(". See ")[0]
            raise ConfigError(
                f"{self.name}: the page asks for thick mode, but Oracle Instant Client cannot be loaded from "
                f"{self._client or 'where the system looks for libraries'}: {why}. Build an image that carries it, "
                "CAMPUS_INSTANT_CLIENT=instantclient-basiclite-linux.x64.zip make image (see README), or clear "
                "thick on the page if the database does not insist on native network encryption."
            ) from None
