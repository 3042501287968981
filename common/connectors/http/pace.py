"""No more calls a second than the receiver allows."""

import threading
import time

__all__ = ["Pace"]


class Pace:
    """Lets calls of any number of threads start evenly, ``per_second`` of them; None is no limit."""

    def __init__(self, per_second: float | None) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Returns when the next call may start."""
        if not self._interval:
            return
        with self._lock:
            now = time.monotonic()
            start = max(self._next, now)
            self._next = start + self._interval
        time.sleep(start - now)
