"""Delimited files that come in: streamed, and held against a contract before anybody uses a row."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import pyarrow as pa

from common.batches import Batches
from common.contract import Contract
from common.errors import ContractError, SourceError
from common.files.opened import Decoded
from common.files.typed import from_text

__all__ = ["Fetched", "Readable", "read_csv"]

# Bytes of a file in one batch; a longer row is no row. Four times as many take twice the memory.
BLOCK = 1 << 20


class Fetched(Protocol):
    """A file that was fetched: anything that knows where it lies."""

    @property
    def path(self) -> Path: ...


Readable: TypeAlias = "Path | Fetched"


def read_csv(
    file: Readable,
    contract: Contract,
    *,
    delimiter: str = ",",
    quoted: bool = True,
    header: bool = True,
    encoding: str = "utf-8",
) -> Batches:
    """The rows of a delimited file (RFC 4180) with the contract's columns and types; nothing is read yet.

    Columns are found by their title in the first line, in any order; without ``header`` by their place. Dates,
    times and yes or no are read in the column's ``format``, otherwise as ISO 8601 and ``true`` or ``false``.
    quoted: off where a quotation mark is a character like any other. encoding: any of Python's.

    Whoever reads the rows is told, by row and count and never by value: ContractError for columns that are missing,
    unknown or there twice, and for what breaks the contract; SourceError for a file that is empty, is in another
    encoding, has rows of more or fewer fields than columns, or a quotation mark without its other half.
    Row 1 is the one after the header; a line break inside quotes begins no row.
    """
    path = file if isinstance(file, Path) else file.path

    def rows() -> Iterator[pa.RecordBatch]:
        with closing(Decoded(path, encoding)) as text:
            yield from _rows(text, path.name, contract, delimiter, quoted=quoted, header=header)

    return Batches(path.name, lambda: contract.check(Batches(path.name, rows)))


class _Ragged:
    """Counts rows whose number of fields is not the header's."""

    def __init__(self, *, header: bool) -> None:
        self._above = int(header)
        self.rows, self.first, self.expected = 0, 0, 0

    def __call__(self, row: Any) -> str:
        self.rows += 1
        self.first = self.first or row.number - self._above
        self.expected = row.expected_columns
        return "skip"

    def report(self, name: str) -> None:
        if self.rows:
            raise SourceError(
                f"{name}: {self.rows:,} {'row has' if self.rows == 1 else 'rows have'} another number of fields "
                f"than the {self.expected} columns, the first is row {self.first:,}. Ask the file's sender; a "
                "delimiter inside a value has to be quoted."
            )


def _rows(
    text: Decoded, name: str, contract: Contract, delimiter: str, *, quoted: bool, header: bool
) -> Iterator[pa.RecordBatch]:
    from pyarrow import csv

    ragged = _Ragged(header=header)
    titles = [column.title for column in contract.columns]
    try:
        reader = csv.open_csv(
            text,
            csv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=None if header else titles),
            csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if quoted else False,
                newlines_in_values=quoted,
                invalid_row_handler=ragged,
            ),
            csv.ConvertOptions(column_types=dict.fromkeys(titles, pa.string()), check_utf8=False),
        )
        places = _places(reader.schema.names, titles, name, contract)
        for batch in reader:
            if not ragged.rows:
                columns = [
                    from_text(c, batch.column(at)) for c, at in zip(contract.columns, places, strict=True)
                ]
                yield pa.RecordBatch.from_arrays(columns, names=[c.name for c in contract.columns])
    except pa.ArrowInvalid as error:
        raise _unreadable(name, error, ragged) from None
    ragged.report(name)
    if quoted and text.quotes % 2:
        raise SourceError(
            f"{name} holds {text.quotes:,} quotation marks, an odd number: one has lost its other half, and rows "
            "may have run into one. Ask the file's sender, or read it with quoted=False if it quotes nothing."
        )


def _places(given: list[str], titles: list[str], name: str, contract: Contract) -> list[int]:
    """Where the contract's columns are. Unknown ones are told by place: without a header they would be values."""
    problems = [f"{title} is missing" for title in titles if title not in given]
    problems += [f"{t} comes {n} times" for t, n in Counter(given).items() if n > 1 and t in titles]
    if unknown := [str(place) for place, title in enumerate(given, 1) if title not in titles]:
        problems.append(
            f"{len(unknown)} of the {len(given)} in its first line {'is' if len(unknown) == 1 else 'are'} not in the "
            f"contract: number {', '.join(unknown)}"
        )
    if problems:
        raise ContractError(
            f"{contract.name}: the columns of {name} do not fit: {'; '.join(problems)}. Nothing was read."
        )
    return [given.index(title) for title in titles]


def _unreadable(name: str, error: pa.ArrowInvalid, ragged: _Ragged) -> SourceError:
    """Arrow's own message may quote the file."""
    if "Empty CSV file" in str(error):
        return SourceError(f"{name} is empty, without even a header. Ask its sender.")
    seen = f" after {ragged.rows:,} rows with another number of fields" if ragged.rows else ""
    return SourceError(
        f"{name} cannot be read as delimited text{seen}: a row may be longer than {BLOCK >> 20} MiB, which happens "
        "where a quotation mark has lost its other half. Ask the file's sender."
    )
