"""Faults on demand: what a test asks the server to do wrong."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from common.sandbox.oracle.errors import OracleError

__all__ = ["Fault", "Faults"]


@dataclass(slots=True)
class Fault:
    """Something that goes wrong for SQL that matches a pattern.

    Attributes:
        pattern: a regular expression that is sought in the statement, whatever the case; in COMMIT as well, which
            drivers send as a request of its own.
        error: what the client is answered with.
        after_rows: strike on the fetch that passes this row, instead of on execution.
        drop: close the socket instead of answering.
        delay: seconds to wait first; a client that breaks off ends the wait.
        times: how many times it strikes.
    """

    pattern: str
    error: OracleError | None = None
    after_rows: int | None = None
    drop: bool = False
    delay: float = 0.0
    times: int = 1


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Prepares a fault."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Forgets the faults that did not strike."""
        with self._lock:
            self._waiting.clear()

    def on_execute(self, sql: str) -> Fault | None:
        """The fault that strikes now, if one does."""
        return self._take(sql, lambda fault: fault.after_rows is None)

    def on_fetch(self, sql: str, rows: int) -> Fault | None:
        """The fault that strikes before row number ``rows`` is passed, if one does."""
        return self._take(sql, lambda fault: fault.after_rows is not None and rows > fault.after_rows)

    def _take(self, sql: str, is_due: Callable[[Fault], bool]) -> Fault | None:
        with self._lock:
            for fault in self._waiting:
                if (
                    fault.times > 0
                    and is_due(fault)
                    and re.search(fault.pattern, sql, re.IGNORECASE | re.DOTALL)
                ):
                    fault.times -= 1
                    return fault
        return None
