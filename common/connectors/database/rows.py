"""Rows of Python values, as drivers without Arrow give them, as Arrow batches and back."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import pyarrow as pa

from common.connectors.database.rejects import Rejects
from common.errors import SourceError

__all__ = ["Fields", "RefusedRowsError", "batches", "place_parts", "place_rows", "tuples"]

Fields: TypeAlias = Sequence[tuple[str, pa.DataType | None]]
"""Columns as the driver describes them; the type of one that it does not know is taken from each batch's values."""


class RefusedRowsError(Exception):
    """The database does not take one of some rows, and has taken none of them.

    reason: the error's code, with constraint or column, never a value. words: what the database says.
    """

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(reason)
        self.reason, self.words = reason, words


def batches(
    where: str, fields: Fields, fetch: Callable[[], Sequence[Sequence[Any]]]
) -> Iterator[pa.RecordBatch]:
    """A batch of each answer of ``fetch`` until it gives no rows; of no rows at all, one batch.

    where: page and query, for messages. Raises SourceError that names a column whose values do not fit its type.
    """
    names = [name.lower() for name, _ in fields]
    found = False
    while rows := fetch():
        found = True
        columns = zip(*rows, strict=True)
        arrays = [_array(where, *field, values) for field, values in zip(fields, columns, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, names=names)
    if not found:
        yield pa.RecordBatch.from_arrays([pa.nulls(0, kind or pa.null()) for _, kind in fields], names=names)


def tuples(batch: pa.RecordBatch) -> list[tuple[Any, ...]]:
    """The batch's rows, as a driver takes them."""
    return list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def place_parts(
    batch: pa.RecordBatch, size: int, place: Callable[[int, int], object], rejects: Rejects
) -> None:
    """Asks for the batch's rows, ``size`` at a time; a part that is refused is halved down to the row at fault.

    place: takes the rows from the first number to before the second, or raises RefusedRowsError and has taken none.
    So a fault costs about twenty statements among a thousand rows, and a batch without one costs no more than its rows.
    """
    count = batch.num_rows
    parts = [(start, min(start + size, count)) for start in range(0, count, size)][::-1]
    while parts:
        start, stop = parts.pop()
        try:
            place(start, stop)
        except RefusedRowsError as refused:
            if stop - start == 1:
                rejects.add(batch, start, refused.reason, refused.words)
            else:
                middle = (start + stop) // 2
                parts += [(middle, stop), (start, middle)]
    rejects.advance(count)


def place_rows(
    batch: pa.RecordBatch, size: int, place: Callable[[list[tuple[Any, ...]]], object], rejects: Rejects
) -> None:
    """``place_parts`` for a driver that takes the rows themselves."""
    rows = tuples(batch)
    place_parts(batch, size, lambda start, stop: place(rows[start:stop]), rejects)


def _array(where: str, name: str, kind: pa.DataType | None, values: Sequence[Any]) -> pa.Array:
    try:
        return pa.array(list(values), kind)
    except (pa.ArrowException, OverflowError, TypeError, ValueError) as error:
        what = f"that are no {kind}" if kind else "of several types, or of one that no file holds"
        raise SourceError(
            f"{where} gives column {name.lower()} values {what} ({type(error).__name__}). Cast it in the query."
        ) from None
