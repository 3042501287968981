"""What every source can do, and how a place in its SQL is told."""

from collections.abc import Iterator
from typing import Protocol

import pyarrow as pa

from common.connectors.probing import Tell, untold
from common.query import Bind, Query

__all__ = ["Source", "lower_case", "place", "positional"]


class Source(Protocol):
    """A database that flows read from."""

    name: str

    def stream(self, query: Query, rows: int) -> Iterator[pa.RecordBatch]:
        """Runs ``query`` and yields its rows, at most about ``rows`` a batch, columns in lower case.

        An empty result is one batch of no rows, so that its columns are known. Raises ConfigError where the
        page is wrong, SourceError where the database refuses the query, TransientError where it may pass.
        """
        ...

    def probe(self, tell: Tell = untold) -> str:
        """Logs in and runs a query that reads no table; raises as ``stream`` does, and has nothing to add."""
        ...


def lower_case(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch.rename_columns([name.lower() for name in batch.schema.names])


def place(text: str, offset: int) -> str:
    """``offset`` characters into the SQL, as a person finds it."""
    before = text[:offset]
    return f"line {before.count(chr(10)) + 1}, column {offset - before.rfind(chr(10))}"


def positional(query: Query) -> tuple[str, list[Bind]]:
    """The SQL with question marks, and their values in order."""
    values: list[Bind] = []

    def mark(name: str) -> str:
        values.append(query.binds[name])
        return "?"

    # some drivers write on behind the query, where a comment in its last line would swallow it
    return query.rendered(mark) + "\n", values
