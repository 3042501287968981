"""Sources for tests: rows as a test writes them down, and a source that knows how it is used."""

import threading
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pyarrow as pa

from common.batches import Batches

__all__ = ["Rows", "Source", "ahead_threads"]

Rows: TypeAlias = Callable[..., Batches]


class Source:
    """Batches of one row each, that count how often they were opened and closed."""

    def __init__(self, batches: int, fault: Exception | None = None) -> None:
        self.batches, self.fault = batches, fault
        self.opened = self.closed = self.given = 0

    def open(self) -> Iterator[pa.RecordBatch]:
        self.opened += 1
        try:
            for number in range(self.batches):
                self.given += 1
                yield pa.RecordBatch.from_pydict({"emplid": [f"{number:05}"]})
            if self.fault:
                raise self.fault
        finally:
            self.closed += 1


def ahead_threads() -> list[threading.Thread]:
    """The threads that still read ahead."""
    return [t for t in threading.enumerate() if t.name == "read-ahead"]
