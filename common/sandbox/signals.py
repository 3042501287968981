"""Ending at once when SIGTERM comes, also in a process whose libraries have threads of their own.

The system may give a signal to any thread. Python then notes it, but a main thread that sleeps in the system does
not hear of it: one that was asked to end would sleep on. So the main thread waits for a byte that is written
whichever thread got the signal.
"""

import select
import signal
import socket
import sys

__all__ = ["end_on_sigterm", "wait"]

_heard, _told = socket.socketpair()


def end_on_sigterm() -> None:
    """From now on SIGTERM ends this process: the main thread raises SystemExit, with 143 as shells count it."""
    _told.setblocking(False)
    signal.set_wakeup_fd(_told.fileno())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def wait(seconds: float | None = None) -> None:
    """Returns after so many seconds, or never; a signal is acted on at once. For the main thread."""
    select.select([_heard], [], [], seconds)
