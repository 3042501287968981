"""A network that fails: a relay on loopback that cuts or stalls the first connection through it."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Literal, Self

from tests.servers.process import HOST

__all__ = ["FaultyNetwork"]


class FaultyNetwork:
    """Forwards connections to ``port``; the first one breaks after ``after`` bytes in the given direction.

    With ``spared``, that many connections work before it. ``cut`` closes it, ``stall`` lets nothing through any more. Later connections work.
    """

    def __init__(
        self,
        port: int,
        *,
        after: int,
        fault: Literal["cut", "stall"] = "cut",
        direction: Literal["up", "down"] = "up",
        spared: int = 0,
    ) -> None:
        self._target = port
        self._after = after
        self._fault = fault
        self._direction = direction
        self._spared = spared
        self._listener = socket.create_server((HOST, 0))
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._closing = threading.Event()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._ends:
            _hang_up(end)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        left = self._spared
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection((HOST, self._target))
                self._ends += [client, server]
                for direction, source, target in (("up", client, server), ("down", server, client)):
                    broken = left == 0 and direction == self._direction
                    budget = self._after if broken else float("inf")
                    thread = threading.Thread(target=self._forward, args=(source, target, budget))
                    self._threads.append(thread)
                    thread.start()
                left -= 1

    def _forward(self, source: socket.socket, target: socket.socket, budget: float) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                budget -= len(data)
                if budget < 0:
                    if self._fault == "stall":
                        self._closing.wait()
                    break
                target.sendall(data)
        _hang_up(source)
        _hang_up(target)


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
