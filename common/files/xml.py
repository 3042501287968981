"""XML, one element a row, written as it comes: memory does not grow with the file."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import pyarrow as pa

from common.batches import Batches, guarded
from common.contract import Contract
from common.files.parcel import Parcel, write_parcel

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["Element", "write_xml"]

Element: TypeAlias = "Callable[[Mapping[str, Any]], _Element]"


def write_xml(rows: Batches, contract: Contract, path: Path, *, root: str, element: Element) -> Parcel:
    """Writes ``path`` as UTF-8 with a declaration, ``root`` around what ``element`` makes of each row.

    ``element`` is handed one row as a mapping of the contract's columns; each element is a line of its own,
    so that two files can be compared line by line.
    """
    from lxml import etree

    def body(file: BinaryIO, batches: Iterator[pa.RecordBatch]) -> None:
        with etree.xmlfile(file, encoding="UTF-8") as document:
            document.write_declaration()
            with document.element(root):
                document.write("\n")
                for batch in batches:
                    for row in batch.to_pylist():
                        document.write(guarded(element, row))
                        document.write("\n")
        file.write(b"\n")

    return write_parcel(rows, contract, path, body)
