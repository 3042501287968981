"""One login to a Windows server, with a limit for every wait."""

import contextlib
import logging
import uuid
from collections.abc import Iterator
from typing import Any

import smbclient
from smbprotocol.connection import Connection
from smbprotocol.exceptions import SMBException

from common.connectors.probing import Tell, unreachable, untold
from common.connectors.smb_errors import Action, explain_login, explain_refusal, refused_with
from common.errors import ConfigError, TransientError

__all__ = ["SmbSession"]

# Its thread writes a traceback for every connection that is lost; what that means is said by us.
logging.getLogger("smbprotocol").setLevel(logging.CRITICAL)


class _LimitedConnection(Connection):  # type: ignore[misc]
    """A connection that waits no longer than ``limit`` seconds for an answer, or for room to send; the library's does."""

    def __init__(self, host: str, port: int, limit: float) -> None:
        super().__init__(uuid.uuid4(), host, port)
        self._limit = limit

    def connect(self, *args: Any, **options: Any) -> None:
        super().connect(*args, **options)
        # the library makes its socket wait for ever, and gives no other way to it
        self.transport._sock.settimeout(self._limit)

    def receive(
        self, request: Any, wait: bool = True, timeout: float | None = None, resolve_symlinks: bool = True
    ) -> Any:
        return super().receive(request, wait, timeout or self._limit, resolve_symlinks)


class SmbSession:
    """The login to one share. It can be opened again after the connection was lost."""

    def __init__(
        self,
        *,
        name: str,
        host: str,
        port: int,
        share: str,
        username: str,
        password: str,
        domain: str,
        encrypt: bool,
        connect_timeout: float,
        read_timeout: float,
    ) -> None:
        self.where = f"Page {name} ({username}@{host})"
        self.host, self.port, self.connect_timeout = host, port, connect_timeout
        self._share = share
        self._username = f"{domain}\\{username}" if domain else username
        self._password = password
        self._encrypt = encrypt
        self._read_timeout = read_timeout
        self._connections: dict[
            str, Connection
        ] = {}  # in the place of the one that the library shares with all

    @property
    def options(self) -> dict[str, Any]:
        """What the library's functions take to use this session; ConfigError when none is open.

        Without the password: the library would use it to log in again by itself, on a connection without limits.
        """
        if not self._connections:
            raise ConfigError(f"{self.where}: no session is open; use Smb in a with statement.")
        return {"username": self._username, "port": self.port, "connection_cache": self._connections}

    @property
    def alive(self) -> bool:
        """Whether the connection stands, as far as this side knows."""
        return any(connection.transport.connected for connection in self._connections.values())

    def unc(self, path: str) -> str:
        """A path in the share as the library takes it."""
        return rf"\\{self.host}\{self._share}" + path.replace("/", "\\")

    def open(self, tell: Tell = untold) -> None:
        """Connect and log in."""
        self.close()
        connection = _LimitedConnection(self.host, self.port, self._read_timeout)
        with contextlib.ExitStack() as undone:
            tell("answers")
            undone.callback(_hang_up, connection)
            try:
                connection.connect(timeout=self.connect_timeout)
            except ValueError as error:
                raise unreachable(self.where, error.__cause__, self.connect_timeout) from error
            except (SMBException, OSError) as error:
                raise explain_login(self.where, error) from error
            tell("login")
            connections = {f"{self.host.lower()}:{self.port}": connection}  # the library's own key
            try:
                smbclient.register_session(
                    self.host,
                    username=self._username,
                    password=self._password,
                    port=self.port,
                    encrypt=self._encrypt,
                    connection_cache=connections,
                )
            except (SMBException, OSError, ValueError) as error:
                # a mechanism's text may hold what it was given
                raise explain_login(self.where, error) from None
            undone.pop_all()
        self._connections = connections

    def close(self) -> None:
        """Log off; harmless when there is no session."""
        connections, self._connections = self._connections, {}
        for connection in connections.values():
            with contextlib.suppress(SMBException, OSError):
                connection.disconnect(timeout=self.connect_timeout)
            _hang_up(connection)

    @contextlib.contextmanager
    def explained(self, action: Action, path: str) -> Iterator[None]:
        """Turn whatever smbprotocol raises inside into this project's errors, naming ``path``."""
        try:
            yield
        except (SMBException, OSError) as error:
            status = refused_with(error)
            if status is None:
                for connection in self._connections.values():  # nothing more is to be waited for on it
                    _hang_up(connection)
                raise TransientError(
                    f"{self.where}: the connection broke, or nothing came for {self._read_timeout:g} s, at the "
                    f"attempt to {action} {path}. It is tried again."
                ) from error
            raise explain_refusal(self.where, self._share, action, path, status) from error


def _hang_up(connection: Connection) -> None:
    if connection.transport is not None:
        with contextlib.suppress(OSError):
            connection.disconnect(close=False)
