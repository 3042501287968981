"""Oracle Database through python-oracledb, rows fetched as Arrow batches."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import oracledb
import pyarrow as pa

from common.connectors.database.source import lower_case, place
from common.connectors.probing import Tell, reach, untold
from common.errors import ConfigError, DataFlowError, SourceError, TransientError
from common.query import Query

__all__ = ["Oracle"]

REFUSED_LOGIN = {1005, 1017, 1045, 28000, 28001}
PASSING = {
    *(54, 60, 1012, 1033, 1034, 1089, 1090, 1555, 3113, 3114, 3135),
    *(12170, 12516, 12520, 12535, 12537, 12541, 12543, 12545, 12547, 12560, 12571),  # the network
}
UNKNOWN_SERVICE = ("DPY-6001", "DPY-6003", "ORA-12514", "ORA-12505")
CONNECTION_LOST = ("DPY-1001", "DPY-4011", "DPY-4024", "DPY-6000", "DPY-6005")
WANTS_ENCRYPTION = (
    "Native Network Encryption",
    "ORA-12660",
)  # a server that requires it says one or the other
HELP = "https://docs.oracle.com/error-help/db/"


class Oracle:
    """One service of an Oracle database.

    thick: through Oracle's own client libraries instead of the driver alone. Native network encryption needs them.
    client: folder of these libraries; where the system looks for libraries if None.
    connect_timeout: seconds until a connection attempt is given up.
    call_timeout: seconds that the database may be silent while a query runs; 0 waits for ever.
    """

    def __init__(
        self,
        *,
        name: str,
        host: str,
        service_name: str,
        username: str,
        password: str,
        port: int = 1521,
        thick: bool = False,
        client: Path | None = None,
        connect_timeout: float = 15,
        call_timeout: float = 1800,
    ) -> None:
        self.name = name
        self._host, self._port, self._service, self._username = host, port, service_name, username
        self._password = password
        self._thick, self._client = thick, client
        self._connect_timeout, self._call_timeout = connect_timeout, call_timeout

    def stream(self, query: Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Source. Numbers with a precision come as decimals, DATE as a timestamp in seconds."""
        with self._connected(query) as connection:
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
        where = f"{self.name}: {self._host}:{self._port}"
        reach(where, self._host, self._port, timeout=self._connect_timeout, tell=tell)
        tell("login")
        query = Query("probe", "SELECT 1 FROM DUAL")
        with self._connected(query) as connection, connection.cursor() as cursor:
            tell("query")
            connection.call_timeout = int(self._connect_timeout * 1000)
            cursor.execute(query.text)
            cursor.fetchall()
        return ""

    @contextmanager
    def _connected(self, query: Query) -> Iterator[oracledb.Connection]:
        if self._thick:
            self._load_client()
        try:
            with oracledb.connect(
                user=self._username,
                password=self._password,
                host=self._host,
                port=self._port,
                service_name=self._service,
                tcp_connect_timeout=self._connect_timeout,
            ) as connection:
                connection.call_timeout = int(self._call_timeout * 1000)
                yield connection
        except oracledb.Error as error:
            raise self._explained(error, query) from None
        except OSError as error:  # the driver lets a host name that nobody knows pass as it is
            raise self._unreachable(type(error).__name__) from None

    def _load_client(self) -> None:
        """Switches the driver over, once a process: it ignores every further call. Raises ConfigError."""
        try:
            oracledb.init_oracle_client(lib_dir=str(self._client) if self._client else None)
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

    def _explained(self, error: oracledb.Error, query: Query) -> DataFlowError:
        """The driver's error in our terms. Only texts that cannot quote a row are passed on."""
        fault = error.args[0]
        code, text = int(fault.code or 0), str(error).splitlines()[0]
        at = f"{self._host}:{self._port}/{self._service}"
        if code in REFUSED_LOGIN:
            return ConfigError(
                f"{self.name}: {at} refused the login of {self._username} (ORA-{code:05d}). "
                "Check user and password on the page; ask the database's owner if the account is locked."
            )
        if any(mark in str(error) for mark in UNKNOWN_SERVICE):
            return ConfigError(
                f"{self.name}: {self._host}:{self._port} knows no service {self._service}. Check it on the page."
            )
        if not self._thick and any(mark in str(error) for mark in WANTS_ENCRYPTION):
            return ConfigError(
                f"{self.name}: {at} insists on native network encryption. Set thick on the page; the image has to "
                "carry Oracle Instant Client (see README)."
            )
        if code in PASSING or any(mark in text for mark in CONNECTION_LOST):
            return self._unreachable(fault.full_code)
        if 900 <= code < 1000:
            return SourceError(
                f"{self.name}: {query.name} fails at {place(query.text, fault.offset)}: {text}. "
                "Correct the query, or ask the database's owner for the grant."
            )
        return SourceError(
            f"{self.name}: {query.name} fails with {fault.full_code}; its text is withheld because it may quote "
            f"a row. Its meaning: {HELP}{fault.full_code.lower()}/"
        )

    def _unreachable(self, what: str) -> TransientError:
        return TransientError(
            f"{self.name}: {self._host}:{self._port}/{self._service} cannot be reached or broke off ({what}). "
            "If it lasts, check host and port on the page and ask the database's owner."
        )
