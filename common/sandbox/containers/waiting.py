"""Waiting for another container, with a limit."""

import time
from collections.abc import Callable
from typing import TypeVar

from common.errors import TransientError

__all__ = ["awaited"]

PAUSE_SECONDS = 0.5

Found = TypeVar("Found")


def awaited(ask: Callable[[], Found | None], what: str, patience: float) -> Found:
    """The first answer of ``ask`` that is not None; raises TransientError after ``patience`` seconds without."""
    deadline = time.monotonic() + patience
    while (found := ask()) is None:
        if time.monotonic() > deadline:
            raise TransientError(
                f"{what} has not answered for {patience:g} seconds. See whether it runs, or correct the address."
            )
        time.sleep(PAUSE_SECONDS)
    return found
