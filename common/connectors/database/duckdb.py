"""DuckDB files, which give and take Arrow batches as they are."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from common.connectors.database.conflict import insert
from common.connectors.database.request import Request
from common.connectors.database.source import lower_case
from common.connectors.database.target import Load, Loaded
from common.connectors.probing import Tell, untold
from common.errors import ConfigError, DataFlowError, DeliveryError, TransientError
from common.query import Change, Query

__all__ = ["DuckDb"]

TELLING = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
)  # raised before a row is read
OF_A_ROW = (duckdb.ConstraintException, duckdb.ConversionException, duckdb.DataError)


class DuckDb:
    """One file, locked while it is written to. A load makes it if need be, a query never."""

    def __init__(self, *, name: str, path: Path) -> None:
        self.name = name
        self._path = path

    def stream(self, query: Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Source. Types are the file's own; HUGEINT is a decimal of 38 digits."""
        request = Request.reading(query)
        with self._connected(request, writing=False) as connection:
            text, binds = query.rendered(lambda bind: f"${bind}"), dict(query.binds)
            reader = connection.sql(text, params=binds or None).to_arrow_reader(rows)
            found = False
            for batch in self._read(reader, request):
                found = True
                yield lower_case(batch)
            if not found:
                columns = [pa.nulls(0, kind) for kind in reader.schema.types]
                yield lower_case(pa.RecordBatch.from_arrays(columns, schema=reader.schema))

    def load(self, batches: Iterable[pa.RecordBatch], load: Load) -> Loaded:
        """See Target. The first refused row undoes all: DuckDB keeps no part of a transaction that failed once."""
        if load.max_rejected:
            raise ConfigError(
                f"{self.name}: DuckDB keeps all rows of a load or none; leave max_rejected out."
            )
        statement = insert(load, "SELECT * FROM rows_of_the_load")
        count = 0
        with self._connected(Request.loading(load), writing=True) as connection:
            if load.mode == "replace":
                connection.execute(f"DELETE FROM {load.table}")  # noqa: S608 - a name that Load has checked
            for batch in batches:
                connection.register("rows_of_the_load", batch)
                connection.execute(statement)
                count += batch.num_rows
            connection.execute("COMMIT")
        return Loaded(count)

    def execute(self, change: Change) -> int:
        """See Target."""
        with self._connected(Request.changing(change), writing=True) as connection:
            text = change.rendered(lambda bind: f"${bind}")
            changed = connection.execute(text, dict(change.binds)).fetchone()
            connection.execute("COMMIT")
        return int(changed[0]) if changed else 0

    def probe(self, tell: Tell = untold) -> str:
        tell("login")
        with self._connected(Request.reading(Query("probe", "SELECT 1")), writing=False) as connection:
            tell("query")
            connection.execute("SELECT 1")
        return ""

    @contextmanager
    def _connected(self, request: Request, *, writing: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        try:
            connection = duckdb.connect(self._path, read_only=not writing)
        except duckdb.Error as error:
            raise self._unopened(_first_line(error)) from None
        with connection:  # closed at once: the file is locked for as long as it is open
            try:
                connection.execute("BEGIN")
                yield connection
            except duckdb.Error as error:
                raise self._explained(error, request) from None

    def _read(self, reader: pa.RecordBatchReader, request: Request) -> Iterator[pa.RecordBatch]:
        try:
            yield from reader
        except (OSError, pa.ArrowException) as error:  # what Arrow makes of an error between two rows
            raise self._withheld(request, str(error).partition(":")[0]) from None

    def _unopened(self, text: str) -> DataFlowError:
        if "lock" in text:
            return TransientError(
                f"{self.name}: {self._path} is open for writing elsewhere. Wait until it is closed."
            )
        return ConfigError(
            f"{self.name}: {self._path} cannot be opened: {text}. Check path on the page, and that the folder is "
            "mounted where the run is."
        )

    def _explained(self, error: duckdb.Error, request: Request) -> DataFlowError:
        """The database's error in our terms. Only texts that cannot quote a row are passed on."""
        kind = type(error).__name__
        if isinstance(error, TELLING):
            line = re.search(r"^LINE (\d+):", str(error), re.MULTILINE)
            at = f" at line {line[1]}" if line else ""
            return request.refused(
                f"{self.name}: {request.what} fails{at}: {_first_line(error)}. {request.advice}"
            )
        if isinstance(error, duckdb.TransactionException):
            return TransientError(f"{self.name}: {request.what} was in the way of another ({kind}).")
        if isinstance(error, OF_A_ROW) and request.refused is DeliveryError:
            return DeliveryError(
                f"{self.name}: {self._path} refuses a row of {request.what} ({kind}); its text is withheld because it "
                "may quote the row. Nothing was loaded. Compare the rows with the table's types and constraints."
            )
        return self._withheld(request, kind)

    def _withheld(self, request: Request, kind: str) -> DataFlowError:
        return request.refused(
            f"{self.name}: {request.what} fails with {kind}; its text is withheld because it may quote a row. "
            f"{request.advice}"
        )


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
