"""Snowflake through its own connector, an extra of this project: rows as Arrow, loads as staged Parquet files."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import pyarrow as pa
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from common.connectors.database.conflict import merge
from common.connectors.database.request import Request
from common.connectors.database.source import lower_case, positional
from common.connectors.database.target import Load, Loaded, lost_commit
from common.connectors.probing import Tell, untold
from common.errors import ConfigError, DataFlowError, TransientError
from common.query import Change, Query

__all__ = ["Snowflake"]

TELLING = {904, 1003, 2003, 2043, 3001}  # no such column, syntax, no such object, no privilege
REFUSED_LOGIN = {250001, 251001, 390100, 390144}
STAGE, ROWS = "campus_files", "campus_rows"


class Snowflake:
    """One schema of a Snowflake account.

    private_key: in PEM, for key-pair login; otherwise ``password`` is used.
    address: host, port and protocol of a server that is not where the account's name says.
    connect_timeout: seconds until a login is given up.
    read_timeout: seconds until a request is given up that nothing answers; a query may take many, and longer.
    """

    def __init__(
        self,
        *,
        name: str,
        account: str,
        username: str,
        database: str,
        schema: str,
        warehouse: str | None = None,
        role: str | None = None,
        password: str | None = None,
        private_key: str | None = None,
        passphrase: str | None = None,
        address: tuple[str, int, str] | None = None,
        connect_timeout: int = 30,
        read_timeout: int = 300,
    ) -> None:
        self.name = name
        self._at = f"{account}/{database}.{schema}"
        self._username = username
        login: dict[str, object] = {"password": password}
        if private_key:
            login = {"private_key": _der(name, private_key, passphrase), "authenticator": "SNOWFLAKE_JWT"}
        given = {"warehouse": warehouse, "role": role} | dict(
            zip(("host", "port", "protocol"), address or (), strict=False)
        )
        self._options = {
            "account": account,
            "user": username,
            "database": database,
            "schema": schema,
            **{key: value for key, value in given.items() if value is not None},
            **login,
            "login_timeout": connect_timeout,
            "network_timeout": read_timeout,  # without it the driver tries for ever
            "paramstyle": "qmark",
        }

    def stream(self, query: Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Source. NUMBER is a decimal or an integer, TIMESTAMP_NTZ a moment in microseconds."""
        text, values = positional(query)
        with self._connected(Request.reading(query)) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(text, values)
            found = False
            for table in cursor.fetch_arrow_batches(force_microsecond_precision=True):
                for batch in table.to_batches(max_chunksize=rows):
                    found = True
                    yield _plain(batch)
            if not found:
                empty = cursor.execute(text, values).fetch_arrow_all(force_return_table=True)
                columns = [pa.nulls(0, kind) for kind in empty.schema.types]
                yield _plain(pa.RecordBatch.from_arrays(columns, names=empty.schema.names))

    def load(self, batches: Iterable[pa.RecordBatch], load: Load) -> Loaded:
        """See Target. One file a batch is put into a stage of the session, and all are copied in one transaction."""
        if load.max_rejected:
            raise ConfigError(
                f"{self.name}: Snowflake takes all rows of a load or none; leave max_rejected out."
            )
        request = Request.loading(load)
        with self._connected(request) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(f"CREATE OR REPLACE TEMPORARY STAGE {STAGE}")  # it would end a transaction
            count = self._put(cursor, batches)
            if load.key:
                cursor.execute(f"CREATE OR REPLACE TEMPORARY TABLE {ROWS} LIKE {load.table}")
            cursor.execute("BEGIN")
            if load.mode == "replace":
                cursor.execute(f"DELETE FROM {load.table}")  # noqa: S608 - a name that Load has checked
            if count:
                cursor.execute(_copy(load))
                if load.key:
                    cursor.execute(merge(load, ROWS, f"{load.table} t"))
            self._commit(cursor, request.what, repeatable=load.repeatable)
        return Loaded(count)

    def execute(self, change: Change) -> int:
        """See Target."""
        text, values = positional(change)
        with self._connected(Request.changing(change)) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.execute(text, values)
            changed = cursor.rowcount or 0
            self._commit(cursor, change.name, repeatable=False)
        return max(0, int(changed))

    def probe(self, tell: Tell = untold) -> str:
        tell("login")
        query = Query("probe", "SELECT 1")
        with self._connected(Request.reading(query)) as connection, closing(connection.cursor()) as cursor:
            tell("query")
            cursor.execute(query.text)
        return ""

    @contextmanager
    def _connected(self, request: Request) -> Iterator[Any]:
        connector = self._connector()
        try:
            connection = connector.connect(**self._options)
        except connector.errors.Error as error:
            raise self._unconnected(error) from None
        with closing(connection):
            try:
                yield connection
            except connector.errors.Error as error:
                raise self._explained(error, request) from None

    def _connector(self) -> ModuleType:
        try:
            import snowflake.connector
        except ImportError:
            raise ConfigError(
                f"{self.name}: Snowflake's driver is not installed where the run is. It is the extra snowflake of "
                "campus-flows; build an image that carries it."
            ) from None
        module: ModuleType = snowflake.connector
        return module

    def _put(self, cursor: Any, batches: Iterable[pa.RecordBatch]) -> int:
        """Sends the batches to the stage, one at a time on disk; the number of rows."""
        import pyarrow.parquet as pq

        count = 0
        with TemporaryDirectory(prefix="campus-load-") as folder:
            for number, batch in enumerate(batches):
                file = Path(folder, f"{number:06}.parquet")
                pq.write_table(pa.Table.from_batches([batch]), file)
                cursor.execute(f"PUT 'file://{file}' @{STAGE} AUTO_COMPRESS = FALSE")
                file.unlink()
                count += batch.num_rows
        return count

    def _commit(self, cursor: Any, what: str, *, repeatable: bool) -> None:
        connector = self._connector()
        try:
            cursor.execute("COMMIT")
        except (connector.errors.OperationalError, connector.errors.InterfaceError):
            raise lost_commit(self.name, what, repeatable=repeatable) from None

    def _unconnected(self, error: Any) -> DataFlowError:
        code, text = error.errno, str(error)
        if "Could not connect" in text or "HTTP request failed" in text or code not in REFUSED_LOGIN:
            return TransientError(
                f"{self.name}: {self._at} cannot be reached ({code}). If it lasts, check account on the page."
            )
        return ConfigError(
            f"{self.name}: {self._at} refused the login of {self._username} ({code}). Check account, user and key on "
            "the page; ask the account's owner whether the public key is set."
        )

    def _explained(self, error: Any, request: Request) -> DataFlowError:
        """The driver's error in our terms. Only texts that cannot quote a row are passed on."""
        code, connector = error.errno, self._connector()
        if code in TELLING:
            return request.refused(
                f"{self.name}: {request.what} fails ({code}): {_words(error)}. {request.advice}"
            )
        if isinstance(error, connector.errors.OperationalError):
            return TransientError(
                f"{self.name}: {self._at} broke off while {request.what} ran ({code}). If it lasts, ask its owner."
            )
        return request.refused(
            f"{self.name}: {request.what} fails with error {code}; its text is withheld because it may quote a row. "
            f"Query id {error.sfqid}. {request.advice}"
        )


def _der(name: str, private_key: str, passphrase: str | None) -> bytes:
    """The key as the driver takes it: PKCS #8, not encrypted."""
    try:
        key = load_pem_private_key(private_key.encode(), passphrase.encode() if passphrase else None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise ConfigError(
            f"{name}: private_key on the page is no private key in PEM, or its passphrase does not open it."
        ) from None
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _copy(load: Load) -> str:
    """With force, since Snowflake remembers which files a table was loaded from, and leaves those out."""
    into = ROWS if load.key else load.table
    return (
        f"COPY INTO {into} FROM @{STAGE} FILE_FORMAT = (TYPE = PARQUET) "
        "MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE ON_ERROR = ABORT_STATEMENT FORCE = TRUE"
    )


def _words(error: Any) -> str:
    return " ".join(str(error.raw_msg or error.msg).split())[:300].rstrip(".")


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Without what the driver notes on each column."""
    return lower_case(batch).replace_schema_metadata(None)
