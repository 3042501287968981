"""Fixed-width files that come in: streamed, and held against a contract before anybody uses a row."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from common.batches import Batches
from common.contract import Contract
from common.errors import SourceError
from common.files.opened import Decoded
from common.files.reading import Readable
from common.files.typed import from_text
from common.literals import integer_scalar, text_array

__all__ = ["read_fixed_width"]

PIECE = 1 << 22  # bytes of a file in one batch


def read_fixed_width(
    file: Readable,
    contract: Contract,
    *,
    first_line: bool = False,
    last_line: bool = False,
    encoding: str = "ascii",
) -> Batches:
    """The rows of a file in which each column fills as many characters as its ``max_length``; nothing is read yet.

    Blanks around a value are no part of it, nor are zeros before a number.
    first_line, last_line: whether there is a header or a trailer record, which is passed over.

    Raises ValueError for a contract with a column of no ``max_length``. Whoever reads the rows is told, by row and
    count and never by value: ContractError for what breaks the contract, SourceError for a file in another encoding
    and for lines of another length. Row 1 is the one after the header.
    """
    if unsized := [c.name for c in contract.columns if c.max_length is None]:
        raise ValueError(f"contract {contract.name!r}: {', '.join(unsized)} need a max_length, their width")
    path = file if isinstance(file, Path) else file.path

    def rows() -> Iterator[pa.RecordBatch]:
        with closing(Decoded(path, encoding)) as text:
            yield from _rows(_without(_lines(text), first=first_line, last=last_line), path.name, contract)

    return Batches(path.name, lambda: contract.check(Batches(path.name, rows)))


def _lines(text: Decoded) -> Iterator[list[str]]:
    """Lists of whole lines without their ends; an empty last one is none."""
    rest = b""
    while piece := text.read(PIECE):
        *lines, rest = (rest + piece).split(b"\n")
        yield [line.removesuffix(b"\r").decode() for line in lines]
    if rest:
        yield [rest.removesuffix(b"\r").decode()]


def _without(lists: Iterator[list[str]], *, first: bool, last: bool) -> Iterator[list[str]]:
    """The lines without a header, and without a trailer, which only shows when nothing follows it."""
    held: list[str] = []
    for lines in lists:
        if first and lines:
            first, lines = False, lines[1:]  # noqa: PLW2901 - what is left of them
        lines = held + lines  # noqa: PLW2901
        held = lines[-1:] if last else []
        yield lines[:-1] if last else lines


def _rows(lists: Iterator[list[str]], name: str, contract: Contract) -> Iterator[pa.RecordBatch]:
    widths = [column.max_length or 0 for column in contract.columns]
    before, wrong, first = 0, 0, 0
    for lines in lists:
        texts = text_array(lines)
        misfits = pc.indices_nonzero(pc.not_equal(pc.utf8_length(texts), integer_scalar(sum(widths))))
        if len(misfits):
            first = first or before + 1 + misfits[0].as_py()
            wrong += len(misfits)
        before += len(lines)
        if wrong:
            continue
        starts = [sum(widths[:place]) for place in range(len(widths))]
        fields = [
            pc.utf8_slice_codeunits(texts, start, start + width)
            for start, width in zip(starts, widths, strict=True)
        ]
        columns = [
            from_text(column, pc.utf8_trim_whitespace(field))
            for column, field in zip(contract.columns, fields, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, names=[column.name for column in contract.columns])
    if wrong:
        raise SourceError(
            f"{name}: {wrong:,} {'line is' if wrong == 1 else 'lines are'} not {sum(widths)} characters long, the first "
            f"is row {first:,}. Ask the file's sender, or correct the widths in the contract."
        )
