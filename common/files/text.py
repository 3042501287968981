"""Values as a receiver reads them: typed Arrow columns in, lines of text out."""

import codecs
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from common.casting import iso_text
from common.contract import Column, Contract
from common.errors import ContractError
from common.literals import boolean_array, text_scalar
from common.violations import Violations

__all__ = ["Field", "as_text", "write_lines"]

Field: TypeAlias = Callable[[Column, pa.Array, Violations], pa.Array]

ADVICE = "Replace them in the flow, or agree with the receiver on a file that takes them."


def as_text(column: Column, array: pa.Array) -> pa.Array:
    """``array`` as texts in the column's format; nulls stay null."""
    kind = array.type
    if pa.types.is_string(kind):
        return array
    if pa.types.is_boolean(kind):
        yes, _, no = (column.format or "true/false").partition("/")
        return pc.if_else(array, text_scalar(yes), text_scalar(no))
    if column.format is None:
        return iso_text(array) if pa.types.is_timestamp(kind) else array.cast(pa.string())
    if pa.types.is_date(kind):
        return _formatted(array, column.format)
    if pa.types.is_timestamp(kind):
        # whole seconds first: strftime's %S would write the fraction too
        seconds = pc.floor_temporal(array, unit="second").cast(pa.timestamp("s"))
        return _formatted(seconds, column.format)
    return pc.utf8_zero_fill(array.cast(pa.string()), width=int(column.format))


def write_lines(
    file: BinaryIO,
    batches: Iterable[pa.RecordBatch],
    contract: Contract,
    source: str,
    field: Field,
    *,
    separator: str,
    line_end: str,
    encoding: str,
    first_line: str | None = None,
    last_line: str | None = None,
) -> None:
    """Writes a line a row: its columns as ``field`` makes them, ``separator`` between, nothing for nulls.

    Raises ContractError, once all rows are seen, with the rows that ``field`` objects to or that ``encoding``
    has no characters for. From the first of them on nothing more is written.
    """
    found = Violations(contract.name, source)
    encoder = codecs.getincrementalencoder(encoding)()
    file.write(encoder.encode(""))  # a byte order mark, where the encoding begins with one
    plain = codecs.lookup(encoding).name in {"utf-8", "utf-8-sig"}

    def encoded(text: str) -> bytes:
        try:
            return encoder.encode(text)
        except UnicodeEncodeError:
            raise ContractError(
                f"{contract.name}: the first or last line holds characters that {encoding} does not have. "
                "Nothing was sent. Correct the titles in the contract or the encoding."
            ) from None

    if first_line is not None:
        file.write(encoded(first_line + line_end))
    for batch in batches:
        texts = [field(column, batch.column(column.name), found) for column in contract.columns]
        lines = _joined(texts, separator, line_end)
        data: memoryview | bytes = _bytes(lines)
        if not plain:
            try:
                data = encoder.encode(str(data, "utf-8"))
            except UnicodeEncodeError:
                for column, text in zip(contract.columns, texts, strict=True):
                    problem = f"{column.name} holds characters that {encoding} does not have"
                    found.add(problem, boolean_array([not _fits(t, encoding) for t in text.to_pylist()]))
        if not found:
            file.write(data)
        found.advance(batch.num_rows)
    found.report("do not fit into the file", ADVICE)
    if last_line is not None:
        file.write(encoded(last_line + line_end))


def _formatted(array: pa.Array, form: str) -> pa.Array:
    """Days and times by strftime, each distinct one once: it takes 30 times as long as anything else here."""
    distinct = array.dictionary_encode()
    return pc.take(pc.strftime(distinct.dictionary, format=form), distinct.indices)


def _joined(texts: Sequence[pa.Array], separator: str, line_end: str) -> pa.Array:
    ended = [texts[-1], text_scalar(line_end), text_scalar("")]
    last = pc.binary_join_element_wise(*ended, null_handling="replace", null_replacement="")
    return pc.binary_join_element_wise(
        *texts[:-1], last, text_scalar(separator), null_handling="replace", null_replacement=""
    )


def _bytes(lines: pa.Array) -> memoryview:
    """The texts of a fresh array one after the other, as they lie in memory."""
    _, offsets, data = lines.buffers()
    if data is None or not len(lines):
        return memoryview(b"")
    ends = memoryview(offsets).cast("i")
    return memoryview(data)[ends[lines.offset] : ends[lines.offset + len(lines)]]


def _fits(text: str | None, encoding: str) -> bool:
    try:
        (text or "").encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
