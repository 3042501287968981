"""Any other database that SQLAlchemy has a dialect for; DuckDB and SQLite are installed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import sqlalchemy as sa

from common.connectors.database.rows import batches as row_batches
from common.connectors.probing import Tell, reach, untold
from common.errors import ConfigError, DataFlowError, SourceError, TransientError
from common.query import Query

__all__ = ["OtherDatabase"]

# Errors of DuckDB's and SQLite's about the SQL or the file, which are raised before a row is read. The texts
# of all others may quote one.
TELLING = {"BinderException", "CatalogException", "IOException", "OperationalError", "ParserException"}


class OtherDatabase:
    """A database named by an SQLAlchemy URL without a password, such as ``sqlite:////data/campus.db``."""

    def __init__(self, *, name: str, url: str, password: str | None = None) -> None:
        self.name = name
        try:
            parsed = sa.make_url(url)
            # without a pool: a DuckDB file is locked for as long as a connection to it is open
            self._engine = sa.create_engine(
                parsed.set(password=password) if password else parsed, poolclass=sa.pool.NullPool
            )
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
            kind = url.partition(":")[0] if "://" in url else "this"
            raise ConfigError(
                f"{name}: {kind!r} is no database URL this installation can open ({type(error).__name__}). "
                "Check url on the page."
            ) from None

    def stream(self, query: Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Source. Types are guessed a batch at a time; the contract settles them."""
        # SQLAlchemy would take every colon before a word for a bind, also in a string or a comment
        text = query.rendered(lambda bind: f":{bind}", rest=lambda sql: sql.replace(":", "\\:"))
        with self._explained(query), self._connected() as connection:
            result = connection.execution_options(stream_results=True, max_row_buffer=rows).execute(
                sa.text(text), dict(query.binds)
            )
            fields = [(name, None) for name in result.keys()]  # noqa: SIM118 - a Result is no mapping
            yield from row_batches(f"{self.name}: {query.name}", fields, lambda: result.fetchmany(rows))

    def probe(self, tell: Tell = untold) -> str:
        at = self._engine.url
        if at.host and at.port:
            reach(f"{self.name}: {at.host}:{at.port}", at.host, at.port, timeout=15, tell=tell)
        tell("login")
        self._connected().close()
        tell("query")
        for _ in self.stream(Query("probe", "SELECT 1 AS one"), 1):
            pass
        return ""

    def _connected(self) -> sa.Connection:
        try:
            return self._engine.connect()
        except sa.exc.DBAPIError as error:
            text = _first_line(error)
            if self._engine.url.host or "lock" in text:
                raise TransientError(
                    f"{self.name}: the database cannot be reached or refuses the login: {text}. "
                    "If it lasts, check url and password on the page and ask the database's owner."
                ) from None
            raise ConfigError(
                f"{self.name}: the database cannot be opened: {text}. Check url on the page."
            ) from None

    @contextmanager
    def _explained(self, query: Query) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise self._translated(error, query) from None
        except (sa.exc.SQLAlchemyError, OverflowError) as error:
            raise SourceError(
                f"{self.name}: {query.name} cannot be run ({type(error).__name__}); its text is withheld because it "
                "may quote a bind's value. Look at the types of the binds."
            ) from None

    def _translated(self, error: sa.exc.DBAPIError, query: Query) -> DataFlowError:
        """The driver's error in our terms. Only texts that cannot quote a row are passed on."""
        kind = type(error.orig).__name__
        if error.connection_invalidated:
            return TransientError(f"{self.name}: the connection broke off ({kind}).")
        if kind not in TELLING:
            return SourceError(
                f"{self.name}: {query.name} fails with {kind}; its text is withheld because it may quote a row. "
                "Correct the query, or ask the database's owner."
            )
        return SourceError(
            f"{self.name}: {query.name} fails: {_first_line(error)} ({kind}). Correct the query or the page."
        )


def _first_line(error: sa.exc.DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0].rstrip(".")
