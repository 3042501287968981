"""Whether two delivered files hold the same rows, whatever the dialect of CSV."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from common.contract import Contract

__all__ = ["differences"]


def differences(file: Path, reference: Path, contract: Contract) -> list[str]:
    """What is different in ``file``: the number of rows, or the columns whose values differ.

    Values are compared in the contract's types, rows in the order of its key. An empty text counts as
    missing and a timestamp to the second, as in every file that a contract describes.
    """
    found, wanted = _parsed(file, contract), _parsed(reference, contract)
    if found.num_rows != wanted.num_rows:
        return [f"{found.num_rows:,} rows instead of {wanted.num_rows:,}"]
    return [name for name in contract.schema.names if not found[name].equals(wanted[name])]


def _parsed(file: Path, contract: Contract) -> pa.Table:
    table = csv.read_csv(
        file,
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=contract.schema,
            include_columns=contract.schema.names,
            null_values=[""],
            strings_can_be_null=True,
            true_values=["t", "true", "True"],
            false_values=["f", "false", "False"],
        ),
    ).sort_by([(name, "ascending") for name in contract.key])
    for position, column in enumerate(table.schema):
        if pa.types.is_timestamp(column.type):
            seconds = pc.floor_temporal(table.column(position), unit="second")
            table = table.set_column(position, column, seconds)
    return table
