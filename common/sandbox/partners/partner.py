"""What every partner server is: a listener whose event loop runs in a thread of its own."""

import asyncio
import logging
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from common.errors import ConfigError

__all__ = ["LOOPBACK", "Partner"]

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"


class Partner(ABC):
    """A server for several systems, each with its folder ``root/<system>``, for use in a ``with`` statement.

    ``port`` 0 takes any free port. ``host`` is the address to listen on: this machine's own only, unless given.
    ``start`` and ``stop`` do the same as the ``with`` statement.
    """

    def __init__(self, root: Path, systems: list[str], *, port: int, host: str = LOOPBACK) -> None:
        self._root = root
        self._systems = systems
        self._host = host
        self._wanted_port = port
        self._port: int | None = None
        self._thread: Thread | None = None
        self._ask_to_stop: Callable[[], object] | None = None

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        if self._port is None:
            raise ConfigError(f"{type(self).__name__} is not running: it has no port.")
        return self._port

    def folder(self, system: str) -> Path:
        """Where the files of a system are."""
        if system not in self._systems:
            raise ConfigError(
                f"{type(self).__name__} has no system {system!r}, only {', '.join(self._systems)}."
            )
        return self._root / system

    def start(self) -> Self:
        """Listen; the server answers once this returns. ConfigError when the port is taken."""
        for system in self._systems:
            self.folder(system).mkdir(parents=True, exist_ok=True)
        try:
            listener = socket.create_server((self._host, self._wanted_port))
            # asyncio does this itself only for sockets that it made: without it an answer waits for a delayed ACK
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise ConfigError(f"Port {self._wanted_port} is not free for {type(self).__name__}.") from error
        self._port = listener.getsockname()[1]
        started: Future[Callable[[], object]] = Future()
        self._thread = Thread(
            target=lambda: asyncio.run(self._run(listener, started)), name=type(self).__name__, daemon=True
        )
        self._thread.start()
        self._ask_to_stop = started.result()
        logger.info(
            "partner_started kind=%s port=%d systems=%d", type(self).__name__, self._port, len(self._systems)
        )
        return self

    def stop(self) -> None:
        """End every connection and the thread; harmless when the server is not running."""
        ask, self._ask_to_stop = self._ask_to_stop, None
        if ask is None or self._thread is None:
            return
        ask()
        self._thread.join()
        self._port = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def _serving(self, listener: socket.socket) -> AbstractAsyncContextManager[None]:
        """Serve on ``listener`` for as long as the context lasts, then end every connection."""

    async def _run(self, listener: socket.socket, started: Future[Callable[[], object]]) -> None:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        try:
            async with self._serving(listener):
                started.set_result(partial(loop.call_soon_threadsafe, stop.set))
                await stop.wait()
                # A connection accepted a moment ago gets its protocol some steps later; closing the listener
                # before that would forget it, and its client would wait for ever.
                loop.remove_reader(listener)
                await _steps()
            await _steps()  # a closed connection takes some as well
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)
        finally:
            listener.close()


async def _steps() -> None:
    for _ in range(10):
        await asyncio.sleep(0)
