"""Any other database that SQLAlchemy has a dialect for; DuckDB and SQLite are installed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import sqlalchemy as sa

from common.errors import ConfigError, DataFlowError, SourceError, TransientError
from common.query import Query

__all__ = ["OtherDatabase"]


class OtherDatabase:
    """A database named by an SQLAlchemy URL without a password, such as ``sqlite:////data/campus.db``."""

    def __init__(self, *, name: str, url: str, password: str | None = None) -> None:
        self.name = name
        try:
            parsed = sa.make_url(url)
            self._engine = sa.create_engine(parsed.set(password=password) if password else parsed)
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
            kind = url.partition(":")[0]
            raise ConfigError(
                f"{name}: {kind!r} is no database URL this installation can open ({type(error).__name__}). "
                "Check url on the page."
            ) from None

    def stream(self, query: Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Source. Types are guessed a batch at a time; the contract settles them."""
        with self._explained(query), self._engine.connect() as connection:
            result = connection.execution_options(stream_results=True, yield_per=rows).execute(
                sa.text(query.text), dict(query.binds)
            )
            names = [name.lower() for name in result.keys()]  # noqa: SIM118 - a Result is no mapping
            found = False
            for part in result.partitions():
                found = True
                columns = zip(*part, strict=True)
                yield pa.RecordBatch.from_arrays([pa.array(list(c)) for c in columns], names=names)
            if not found:
                yield pa.RecordBatch.from_arrays([pa.nulls(0)] * len(names), names=names)

    def probe(self) -> None:
        for _ in self.stream(Query("probe", "SELECT 1 AS one"), 1):
            pass

    @contextmanager
    def _explained(self, query: Query) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise self._translated(error, query) from None

    def _translated(self, error: sa.exc.DBAPIError, query: Query) -> DataFlowError:
        """The driver's error in our terms. Only texts that cannot quote a row are passed on."""
        kind = type(error.orig).__name__
        if error.connection_invalidated:
            return TransientError(f"{self.name}: the connection broke off ({kind}).")
        if isinstance(error, sa.exc.DataError | sa.exc.IntegrityError):
            return SourceError(
                f"{self.name}: {query.name} fails with {kind}; its text is withheld because it may quote a row."
            )
        text = str(error.orig).strip().splitlines()[0]
        return SourceError(
            f"{self.name}: {query.name} fails: {text} ({kind}). Correct the query or the page."
        )
