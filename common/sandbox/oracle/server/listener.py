"""The listener: accepts connections on loopback and gives each a thread."""

import atexit
import logging
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Self

from common.sandbox.oracle.database import Database
from common.sandbox.oracle.server.faults import Faults
from common.sandbox.oracle.server.logins import Account, Settings
from common.sandbox.oracle.server.session import Session
from common.sandbox.oracle.wire.login import Verifier

__all__ = ["Server", "User"]

logger = logging.getLogger(__name__)

_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class User:
    """A user whose unqualified names are looked up in another owner's schema."""

    password: str = field(repr=False)
    schema: str = ""


class Server:
    """A listener that the unmodified ``oracledb`` driver logs in to.

    Args:
        services: database by service name.
        users: password (or a ``User``) by user name. Every user may read and change every table.
        host, port: where to listen; port 0 takes a free one.
        verifier: how passwords are stored, which decides the arithmetic of the login.
    """

    def __init__(
        self,
        services: Mapping[str, Database],
        users: Mapping[str, str | User],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        verifier: Verifier = Verifier.ORACLE_12C,
    ) -> None:
        self.faults = Faults()
        accounts = {name.upper(): _account(name.upper(), user) for name, user in users.items()}
        databases = {name.upper(): database for name, database in services.items()}
        for database in databases.values():
            for account in accounts.values():
                database.create_schema(account.schema)
        self._settings = Settings(databases, accounts, verifier, self.faults)
        self._address = (host, port)
        self._listener: socket.socket | None = None
        self._acceptor: threading.Thread | None = None
        self._sessions: dict[threading.Thread, socket.socket] = {}
        self._numbers = count(101)

    @property
    def host(self) -> str:
        """Where it listens."""
        return self._address[0]

    @property
    def port(self) -> int:
        """Where it listens, once it is started."""
        return self._address[1]

    def start(self) -> Self:
        """Listens and serves, in threads of its own."""
        self._listener = socket.create_server(self._address)
        self._address = self._listener.getsockname()[:2]
        self._acceptor = threading.Thread(target=self._accept, name="oracle-listener", daemon=True)
        self._acceptor.start()
        atexit.register(self.stop)
        logger.info("listening host=%s port=%d", self.host, self.port)
        return self

    def stop(self) -> None:
        """Closes all connections and waits for their threads; a second call does nothing.

        A thread that is still inside DuckDB when Python exits would abort the process.
        """
        if self._listener is None or self._acceptor is None:
            return
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # close() alone does not wake accept()
        self._listener.close()
        self._acceptor.join(_STOP_SECONDS)
        for thread, connection in list(self._sessions.items()):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join(_STOP_SECONDS)
        self._listener = self._acceptor = None
        atexit.unregister(self.stop)
        logger.info("stopped port=%d", self.port)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _accept(self) -> None:
        listener = self._listener
        while listener is not None:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            number = next(self._numbers)
            session = Session(self._settings, connection, number)
            thread = threading.Thread(
                target=self._serve, args=(session,), name=f"oracle-session-{number}", daemon=True
            )
            self._sessions[thread] = connection
            thread.start()

    def _serve(self, session: Session) -> None:
        try:
            session.serve()
        finally:
            self._sessions.pop(threading.current_thread(), None)


def _account(name: str, user: str | User) -> Account:
    if isinstance(user, str):
        return Account(user, name)
    return Account(user.password, (user.schema or name).upper())
