"""Showing what a flow does while it does it: its own log lines, in the terminal."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

__all__ = ["console", "quiet_prefect", "send_logs", "steps_told"]

# a table needs room where nobody is at the terminal, too
console = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 140)


class _Teller(logging.Handler):
    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(record.getMessage())


def quiet_prefect() -> None:
    """Keeps Prefect's own lines off the terminal; they still reach its server. Before Prefect is imported."""
    os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"


def send_logs() -> None:
    """Waits until Prefect's server has every log line; to be called before the server is stopped."""
    from prefect.logging.handlers import APILogHandler

    APILogHandler().flush()


@contextmanager
def steps_told(tell: Callable[[str], None]) -> Iterator[None]:
    """Hands every line that our steps log to ``tell``."""
    teller = _Teller(tell)
    ours = [logging.getLogger(name) for name in ("common", "flows")]
    for logger in ours:
        logger.setLevel(logging.INFO)
        logger.addHandler(teller)
    try:
        yield
    finally:
        for logger in ours:
            logger.removeHandler(teller)
