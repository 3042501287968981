"""Fixed-width text: each column fills as many characters as its contract's ``max_length``."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

import pyarrow as pa
import pyarrow.compute as pc

from common.batches import Batches
from common.contract import Column, Contract
from common.errors import ContractError
from common.files.parcel import Parcel, write_parcel
from common.files.text import as_text, encoded, joined

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

    first_line, last_line: header and trailer records, without line end, as the receiver lays them out.

    Raises ValueError for a contract with a column of no ``max_length``, ContractError for a value that is
    wider than its field or that ``encoding`` has no characters for.
    """
    if unsized := [c.name for c in contract.columns if c.max_length is None]:
        raise ValueError(f"contract {contract.name!r}: {', '.join(unsized)} need a max_length, their width")

    def field(column: Column, array: pa.Array) -> pa.Array:
        width = column.max_length or 0
        text = as_text(column, array)
        if (longest := pc.max(pc.utf8_length(text)).as_py() or 0) > width:
            raise ContractError(
                f"{contract.name}: {column.name} needs {longest} characters, its field has {width}. "
                "Nothing was sent. Correct the contract's width or the values."
            )
        filled = text.fill_null("")
        if column.type in {"text", "date", "timestamp", "boolean"}:
            return pc.utf8_rpad(filled, width=width)
        blank = pc.equal(pc.utf8_length(filled), 0)
        return pc.if_else(blank, " " * width, pc.utf8_lpad(filled, width=width, padding="0"))

    def body(file: BinaryIO, batches: Iterator[pa.RecordBatch]) -> None:
        if first_line is not None:
            file.write((first_line + line_end).encode(encoding))
        for batch in batches:
            fields = [field(c, batch.column(c.name)) for c in contract.columns]
            file.write(encoded(joined(fields, "", line_end), encoding, contract.name))
        if last_line is not None:
            file.write((last_line + line_end).encode(encoding))

    return write_parcel(rows, contract, path, body)
