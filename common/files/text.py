"""Values as a receiver reads them: one Arrow column in, one column of texts out."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from common.contract import Column
from common.errors import ContractError

__all__ = ["as_text", "encoded", "joined"]

DATE, TIMESTAMP = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"


def as_text(column: Column, array: pa.Array) -> pa.Array:
    """``array`` as texts in the column's format; nulls stay null."""
    kind = array.type
    if pa.types.is_string(kind):
        return array
    if pa.types.is_date(kind):
        return pc.strftime(array, format=column.format or DATE)
    if pa.types.is_timestamp(kind):
        # whole seconds first: strftime's %S would write the fraction too
        return pc.strftime(
            pc.floor_temporal(array, unit="second").cast(pa.timestamp("s")), format=column.format or TIMESTAMP
        )
    if pa.types.is_boolean(kind):
        yes, _, no = (column.format or "true/false").partition("/")
        return pc.if_else(array, yes, no)
    text = array.cast(pa.string())
    if column.format and column.format.startswith("0"):
        return pc.utf8_lpad(text, width=int(column.format), padding="0")
    return text


def joined(arrays: Sequence[pa.Array], separator: str, line_end: str) -> pa.Array:
    """One text a row: its fields with ``separator`` between them and ``line_end`` at the end."""
    last = pc.binary_join_element_wise(arrays[-1], line_end, "", null_handling="replace", null_replacement="")
    return pc.binary_join_element_wise(
        *arrays[:-1], last, separator, null_handling="replace", null_replacement=""
    )


def encoded(lines: pa.Array, encoding: str, contract: str) -> bytes:
    """The texts as one run of bytes.

    Raises ContractError with the number of rows that ``encoding`` has no characters for.
    """
    if not len(lines):
        return b""
    first, last = lines.offset, lines.offset + len(lines)
    offsets = memoryview(lines.buffers()[1]).cast("i")
    data = bytes(memoryview(lines.buffers()[2])[offsets[first] : offsets[last]])
    if encoding == "utf-8":
        return data
    try:
        return data.decode("utf-8").encode(encoding)
    except UnicodeEncodeError:
        wrong = sum(not _fits(text, encoding) for text in lines.to_pylist())
        raise ContractError(
            f"{contract}: {wrong:,} of {len(lines):,} rows hold characters that {encoding} does not have. "
            "Nothing was sent. Replace them in the flow, or agree on UTF-8 with the receiver."
        ) from None


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
