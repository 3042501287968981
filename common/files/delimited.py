"""Delimited text in the dialects that receivers ask for (RFC 4180 by default)."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from common.batches import Batches
from common.contract import Column, Contract
from common.files.parcel import Parcel, write_parcel
from common.files.text import as_text, write_lines
from common.literals import text_array, text_scalar
from common.violations import Violations, holding

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

    delimiter: one ASCII character.
    quoting: ``minimal`` quotes what needs it, ``all`` every field that has a value, ``none`` nothing.
    line_end: CRLF as RFC 4180 says; few receivers insist on LF.
    encoding: any of Python's; ``utf-8-sig`` begins with a byte order mark.

    Raises ContractError where ``quoting="none"`` meets a value that would need quotes, or ``encoding`` a
    character that it lacks.
    """
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n':
        raise ValueError(
            f"{delimiter!r} is no delimiter: it is one ASCII character, no quote and no line break"
        )
    special = f'{delimiter}"\r\n'.encode()

    def quoted(name: str, texts: pa.Array, found: Violations) -> pa.Array:
        if quoting == "all":
            return _quoted(texts)
        mask = holding(texts, special)
        if not pc.any(mask).as_py():
            return texts
        if quoting == "none":
            found.add(f"{name} holds the delimiter, a quote or a line break, which would need quotes", mask)
            return texts
        return pc.replace_with_mask(texts, mask, _quoted(texts.filter(mask)))

    def field(column: Column, array: pa.Array, found: Violations) -> pa.Array:
        return quoted(column.name, as_text(column, array), found)

    def only_field(column: Column, array: pa.Array, found: Violations) -> pa.Array:
        # a line of nothing would be no row at all to most readers
        return field(column, array, found).fill_null(text_scalar("" if quoting == "none" else '""'))

    def body(file: BinaryIO, batches: Iterator[pa.RecordBatch]) -> None:
        in_titles = Violations(contract.name, "the header")
        titles = [quoted(c.title, text_array([c.title]), in_titles)[0].as_py() for c in contract.columns]
        in_titles.report("do not fit into the file", "Correct the titles in the contract.")
        write_lines(
            file,
            batches,
            contract,
            rows.source,
            field if len(contract.columns) > 1 else only_field,
            separator=delimiter,
            line_end=line_end,
            encoding=encoding,
            first_line=delimiter.join(titles) if header else None,
        )

    return write_parcel(rows, contract, path, body)


def _quoted(texts: pa.Array) -> pa.Array:
    doubled, quote = pc.replace_substring(texts, '"', '""'), text_scalar('"')
    return pc.binary_join_element_wise(quote, doubled, quote, text_scalar(""))
