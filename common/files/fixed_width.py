"""Fixed-width text: each column fills as many characters as its contract's ``max_length``."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

import pyarrow as pa
import pyarrow.compute as pc

from common.batches import Batches
from common.contract import Column, Contract
from common.files.parcel import Parcel, write_parcel
from common.files.text import as_text, write_lines
from common.literals import integer_scalar, text_scalar
from common.violations import Violations, holding

__all__ = ["write_fixed_width"]


def write_fixed_width(
    rows: Batches,
    contract: Contract,
    path: Path,
    *,
    first_line: str | None = None,
    last_line: str | None = None,
    line_end: Literal["\r\n", "\n"] = "\r\n",
    encoding: str = "ascii",
) -> Parcel:
    """Writes ``path`` with texts at the left of their field, numbers at the right after zeros.

    A missing value is blanks. A negative number has its sign first: ``-0005``.
    first_line, last_line: header and trailer records, without line end, as the receiver lays them out.

    Raises ValueError for a contract with a column of no ``max_length``, ContractError for values that are
    wider than their field, hold a line break, or have characters that ``encoding`` lacks.
    """
    if unsized := [c.name for c in contract.columns if c.max_length is None]:
        raise ValueError(f"contract {contract.name!r}: {', '.join(unsized)} need a max_length, their width")

    def body(file: BinaryIO, batches: Iterator[pa.RecordBatch]) -> None:
        write_lines(
            file,
            batches,
            contract,
            rows.source,
            _field,
            separator="",
            line_end=line_end,
            encoding=encoding,
            first_line=first_line,
            last_line=last_line,
        )

    return write_parcel(rows, contract, path, body)


def _field(column: Column, array: pa.Array, found: Violations) -> pa.Array:
    width = column.max_length or 0
    text = as_text(column, array)
    too_wide = pc.greater(pc.utf8_length(text), integer_scalar(width))
    found.add(f"{column.name} is wider than its field of {width} characters", too_wide)
    found.add(f"{column.name} holds a line break", holding(text, b"\r\n"))
    is_number = (
        pa.types.is_integer(array.type) or pa.types.is_floating(array.type) or pa.types.is_decimal(array.type)
    )
    filled = pc.utf8_zero_fill(text, width=width) if is_number else pc.utf8_rpad(text, width=width)
    return filled.fill_null(text_scalar(" " * width))
