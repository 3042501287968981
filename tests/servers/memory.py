"""How much memory this process took on while something ran."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

__all__ = ["Growth", "growth"]

INTERVAL = 0.01  # seconds between two looks


@dataclass(slots=True)
class Growth:
    """The most bytes of resident memory beyond those of the beginning."""

    most: int = 0


@contextmanager
def growth() -> Iterator[Growth]:
    """Looks at resident memory from a thread of its own: what libraries in C take is seen as well."""
    process = psutil.Process()
    before, grown, ended = process.memory_info().rss, Growth(), threading.Event()

    def look() -> None:
        while not ended.wait(INTERVAL):
            grown.most = max(grown.most, process.memory_info().rss - before)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield grown
    finally:
        ended.set()
        watcher.join()
