"""Delimited text in the dialects that receivers ask for (RFC 4180 by default)."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from common.batches import Batches
from common.contract import Contract
from common.errors import ContractError
from common.files.parcel import Parcel, write_parcel
from common.files.text import as_text, encoded, joined
from common.violations import has_bytes

__all__ = ["Quoting", "write_csv"]

Quoting: TypeAlias = Literal["minimal", "all", "none"]


def write_csv(
    rows: Batches,
    contract: Contract,
    path: Path,
    *,
    delimiter: str = ",",
    quoting: Quoting = "minimal",
    header: bool = True,
    line_end: Literal["\r\n", "\n"] = "\r\n",
    encoding: str = "utf-8",
) -> Parcel:
    """Writes ``path`` with one line a row; a missing value is an empty field, a quote is doubled.

    quoting: ``minimal`` quotes what needs it, ``all`` every field that has a value, ``none`` nothing.
    line_end: CRLF as RFC 4180 says; few receivers insist on LF.
    encoding: any of Python's; ``utf-8-sig`` begins with a byte order mark.

    Raises ContractError where ``quoting="none"`` meets a value that would need quotes, or ``encoding`` a
    character that it lacks.
    """
    needs_quotes = "".join(sorted({delimiter, '"', "\r", "\n"}))

    def field(array: pa.Array) -> pa.Array:
        if quoting == "all":
            return _quoted(array)
        if not has_bytes(array, needs_quotes.encode()):
            return array
        special = pc.match_substring_regex(
            array, "[" + "".join(f"\\x{ord(c):02x}" for c in needs_quotes) + "]"
        )
        if quoting == "none":
            raise ContractError(
                f"{contract.name}: {pc.sum(special).as_py():,} values hold the delimiter, a quote or a line "
                f"break, which {path.name} cannot hold unquoted. Nothing was sent. Replace them in the flow."
            )
        return pc.if_else(special, _quoted(array), array)

    def body(file: BinaryIO, batches: Iterator[pa.RecordBatch]) -> None:
        mark, codec = ("\ufeff", "utf-8") if encoding == "utf-8-sig" else ("", encoding)
        titles = [field(pa.array([c.title])) for c in contract.columns]
        first = joined(titles, delimiter, line_end) if header else pa.array([""])
        file.write((mark + first[0].as_py()).encode(codec))
        for batch in batches:
            fields = [field(as_text(c, batch.column(c.name))) for c in contract.columns]
            file.write(encoded(joined(fields, delimiter, line_end), codec, contract.name))

    return write_parcel(rows, contract, path, body)


def _quoted(array: pa.Array) -> pa.Array:
    doubled = pc.replace_substring(array, '"', '""')
    return pc.binary_join_element_wise('"', doubled, '"', "")
