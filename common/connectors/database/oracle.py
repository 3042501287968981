"""Oracle Database through python-oracledb in thin mode, rows fetched as Arrow batches."""

from collections.abc import Iterator
from contextlib import contextmanager

import oracledb
import pyarrow as pa

from common.connectors.database.source import lower_case, place
from common.errors import ConfigError, DataFlowError, SourceError, TransientError
from common.query import Query

__all__ = ["Oracle"]

REFUSED_LOGIN = {1005, 1017, 1045, 28000, 28001}
PASSING = {54, 60, 1012, 1033, 1034, 1089, 1090, 1555, 3113, 3114, 3135, 12170, 12516, 12520, 12537, 12541}
UNKNOWN_SERVICE = ("DPY-6001", "DPY-6003", "ORA-12514", "ORA-12505")
CONNECTION_LOST = ("DPY-1001", "DPY-4011", "DPY-4024", "DPY-6000", "DPY-6005")
HELP = "https://docs.oracle.com/error-help/db/"


class Oracle:
    """One service of an Oracle database.

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
        connect_timeout: float = 15,
        call_timeout: float = 1800,
    ) -> None:
        self.name = name
        self._host, self._port, self._service, self._username = host, port, service_name, username
        self._password = password
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
                table = pa.table(frame)
                empty = lower_case(pa.RecordBatch.from_pylist([], schema=table.schema))
                for batch in table.to_batches():
                    batch.validate(full=True)  # the driver has had faults that gave columns of unequal length
                    found = True
                    yield lower_case(batch)
            if not found and empty is not None:
                yield empty

    def probe(self) -> None:
        query = Query("probe", "SELECT 1 FROM DUAL")
        for _ in self.stream(query, 1):
            pass

    @contextmanager
    def _connected(self, query: Query) -> Iterator[oracledb.Connection]:
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
