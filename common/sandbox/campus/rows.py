"""Rows written the way PeopleSoft writes them, from whole columns at a time."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from common.sandbox.campus.tables import TABLES, ColumnDef

__all__ = [
    "BLANK",
    "Days",
    "Ints",
    "Mask",
    "assign",
    "fill",
    "joined",
    "padded",
    "per_value",
    "replaced",
    "stacked",
    "text",
]

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]

BLANK: Final = " "
"""PeopleSoft's "no value" of a character column: a single space, never NULL."""


def fill(name: str, rows: int, **columns: object) -> pa.Table:
    """Rows of the table ``name``: a scalar stands for the whole column, a column left out has no value.

    "No value" is a blank in a character column, 0 in a number, NULL in a date.
    """
    table = TABLES[name]
    if unknown := columns.keys() - {column.name for column in table.columns}:
        raise KeyError(f"{name} has no column {', '.join(sorted(unknown))}")
    arrays = [_column(column, rows, columns.get(column.name)) for column in table.columns]
    return pa.table(arrays, schema=table.schema)


def assign(name: str, table: pa.Table, rows: Ints, **columns: object) -> pa.Table:
    """The rows of the table ``name`` with new values in some of them, which must be in ascending order."""
    definitions = {column.name: column for column in TABLES[name].columns}
    for column, value in columns.items():
        values = _column(definitions[column], len(rows), value)
        changed = replaced(table[column].combine_chunks(), rows, values)
        table = table.set_column(table.schema.get_field_index(column), table.schema.field(column), changed)
    return table


def _column(column: ColumnDef, rows: int, value: object) -> pa.Array:
    if value is None:
        value = BLANK if column.arrow == pa.string() else None if column.nullable else 0
    match value:
        case np.ndarray() if value.dtype.kind == "M":
            return pa.array(value.astype(f"datetime64[{column.arrow.unit}]"))
        case np.ndarray():
            return _cast(pa.array(value), column.arrow)
        case pa.ChunkedArray():
            return _cast(value.combine_chunks(), column.arrow)
        case pa.Array():
            return _cast(value, column.arrow)
        case None:
            return pa.nulls(rows, column.arrow)
        case _:
            return pa.repeat(_cast(pa.scalar(value), column.arrow), rows)


def _cast(values: pa.Array | pa.Scalar, target: pa.DataType) -> pa.Array | pa.Scalar:
    if pa.types.is_decimal(target) and pa.types.is_integer(values.type):
        values = pc.cast(values, pa.decimal128(38, target.scale))  # any 64-bit integer fits into this one
    return values if values.type == target else pc.cast(values, target)


def stacked(*parts: pa.Table) -> pa.Table:
    """The parts under one another, as one contiguous table."""
    return pa.concat_tables(parts).combine_chunks()


def text(values: Sequence[str], index: Ints) -> pa.Array:
    """``values[index]`` as an Arrow column."""
    return pa.array(values, pa.string()).take(pa.array(index))


def padded(numbers: Ints, width: int) -> pa.Array:
    """Numbers as text with leading zeros."""
    return pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")


def joined(*parts: object, separator: str = "") -> pa.Array:
    """The parts of each row as one text; a part may be a column or one text for all rows."""
    return pc.binary_join_element_wise(*parts, separator)


def per_value(column: pa.Array, rewrite: Callable[[str], str]) -> pa.Array:
    """``rewrite`` applied once to each distinct text of the column."""
    encoded = column.dictionary_encode()
    return pa.array([rewrite(value) for value in encoded.dictionary.to_pylist()], pa.string()).take(
        encoded.indices
    )


def replaced(column: pa.Array, rows: Ints, values: object) -> pa.Array:
    """The column with new values in the given rows, which must be in ascending order."""
    mask = np.zeros(len(column), dtype=np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(column, pa.array(mask), values)
