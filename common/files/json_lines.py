"""JSON Lines: one object a row (https://jsonlines.org)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from common.batches import Batches
from common.contract import Contract
from common.files.parcel import Parcel, write_parcel
from common.files.text import as_text

__all__ = ["write_jsonl"]

NATIVE = {"text", "integer", "float", "boolean"}  # JSON has these; all else goes as text in its format


def write_jsonl(rows: Batches, contract: Contract, path: Path) -> Parcel:
    """Writes ``path`` in UTF-8 with the receiver's names as keys; a missing value is ``null``.

    Decimals are texts, so that no digit is lost.
    """

    def body(file: BinaryIO, batches: Iterator[pa.RecordBatch]) -> None:
        titles = [c.title for c in contract.columns]
        for batch in batches:
            columns = [
                batch.column(c.name)
                if c.type in NATIVE and c.format is None
                else as_text(c, batch.column(c.name))
                for c in contract.columns
            ]
            for values in zip(*(column.to_pylist() for column in columns), strict=True):
                line = json.dumps(dict(zip(titles, values, strict=True)), ensure_ascii=False)
                file.write(line.encode() + b"\n")

    return write_parcel(rows, contract, path, body)
