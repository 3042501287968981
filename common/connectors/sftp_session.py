"""An SFTP session: how it is opened, and what its errors mean to whom."""

import contextlib
import errno
import posixpath
from collections.abc import Iterator
from typing import Literal

import paramiko

from common.connectors.file_store import compare_size
from common.connectors.probing import Tell, untold
from common.connectors.ssh import close_transport, open_transport
from common.connectors.ssh_algorithms import Algorithms
from common.connectors.ssh_jump import JumpHost
from common.connectors.ssh_keys import parse_host_key
from common.connectors.ssh_login import SshLogin
from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError, TransientError

__all__ = [
    "Action",
    "SftpSession",
]

Action = Literal["write", "rename", "remove", "look at", "read", "list"]

# Statuses beyond "no such file" and "permission denied" reach us as an OSError without a number: the
# protocol's version 3 has one code for a full disk, a quota and everything else (its section 7).
_STATUS_ERRNOS = (None, errno.ENOENT, errno.EACCES)


class SftpSession:
    """The login to one server. It can be opened again after the connection was lost."""

    def __init__(
        self,
        *,
        name: str,
        host: str,
        port: int,
        username: str,
        host_key: str,
        login: SshLogin,
        algorithms: Algorithms,
        jump: JumpHost | None,
        connect_timeout: float,
        read_timeout: float,
    ) -> None:
        self.where = f"Page {name} ({username}@{host})"
        self._name = name
        self._host = host
        self._port = port
        self._username = username
        self._host_key = parse_host_key(host_key, name=name)
        self._login = login
        self._algorithms = algorithms
        self._jump = jump
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._transport: paramiko.Transport | None = None
        self._client: paramiko.SFTPClient | None = None

    @property
    def client(self) -> paramiko.SFTPClient:
        """The open session; ConfigError when there is none."""
        if self._client is None:
            raise ConfigError(f"{self.where}: no SFTP session is open; use Sftp in a with statement.")
        return self._client

    @property
    def alive(self) -> bool:
        """Whether the connection stands, as far as this side knows."""
        return self._transport is not None and self._transport.is_active()

    def open(self, tell: Tell = untold) -> None:
        """Connect, compare the host key, log in and start SFTP."""
        self.close()
        transport = self._connect(tell)
        try:
            tell("login")
            self._transport = self._login.enter(transport, self._connect)
            tell("readable")
            self._client = self._start_sftp(self._transport)
        except BaseException:
            self.close()
            raise

    def _connect(self, tell: Tell = untold) -> paramiko.Transport:
        through = self._jump.channel_to(self._host, self._port, tell) if self._jump else None
        try:
            return open_transport(
                name=self._name,
                host=self._host,
                port=self._port,
                host_key=self._host_key,
                timeout=self._connect_timeout,
                algorithms=self._algorithms,
                through=through,
                tell=tell,
            )
        except BaseException:
            if self._jump:
                self._jump.close()
            raise

    def close(self) -> None:
        """End the session; harmless when there is none."""
        transport, self._transport, self._client = self._transport, None, None
        if transport is not None:
            close_transport(transport)
        if self._jump:
            self._jump.close()

    def _start_sftp(self, transport: paramiko.Transport) -> paramiko.SFTPClient:
        try:
            channel = transport.open_session(timeout=self._connect_timeout)
            channel.settimeout(self._read_timeout)
            channel.invoke_subsystem("sftp")
            return paramiko.SFTPClient(channel)
        except (paramiko.SSHException, OSError, EOFError) as error:
            if transport.is_active() and not isinstance(error, TimeoutError):
                raise ConfigError(
                    f"{self.where}: the login works, but the server opens no SFTP session. Ask the partner to "
                    "allow SFTP for this user and to create its home folder."
                ) from error
            raise TransientError(f"{self.where}: the connection broke before SFTP began.") from error

    @contextlib.contextmanager
    def explained(self, action: Action, path: str) -> Iterator[None]:
        """Turn whatever paramiko raises inside into this project's errors, naming ``path``."""
        try:
            yield
        except (paramiko.SSHException, paramiko.SFTPError, EOFError, OSError) as error:
            if not self.is_refusal(error):
                if self._transport is not None:  # nothing more is to be waited for on this connection
                    close_transport(self._transport)
                raise TransientError(
                    f"{self.where}: the connection broke, or nothing came for {self._read_timeout:g} s, at "
                    f"the attempt to {action} {path} ({str(error) or type(error).__name__})."
                ) from error
            raise self._refusal(action, path, error) from error

    def is_refusal(self, error: BaseException) -> bool:
        """Whether the server answered with an error status, rather than the connection having failed."""
        return (
            self.alive
            and isinstance(error, OSError)
            and not isinstance(error, TimeoutError)
            and error.errno in _STATUS_ERRNOS
        )

    def status(self, path: str) -> paramiko.SFTPAttributes | None:
        """What the server tells of a file or folder; None where it lets nobody look at one.

        Raises FileNotFoundError where there is none.
        """
        for look in (self.client.stat, self.client.lstat, self._listed):
            try:
                return look(path)
            except OSError as error:
                if error.errno == errno.ENOENT or not self.is_refusal(error):
                    raise
        return None

    def _listed(self, path: str) -> paramiko.SFTPAttributes:
        folder, name = posixpath.split(path)
        for entry in self.client.listdir_attr(folder or "."):
            if entry.filename == name:
                return entry
        raise FileNotFoundError(errno.ENOENT, "not in its folder")

    def check_size(self, path: str, expected: int) -> bool:
        """Compare a file's size on the server, in bytes; False where it shows none. TransientError when it differs."""
        with self.explained("look at", path):
            found = self.status(path)
        if found is None or found.st_size is None:
            return False
        compare_size(self.where, path, found.st_size, expected)
        return True

    def _refusal(self, action: Action, path: str, error: BaseException) -> DataFlowError:
        number = error.errno if isinstance(error, OSError) else None
        text = _server_text(error)
        missing = number == errno.ENOENT and action == "remove"
        refusal = SourceError if action in ("read", "list") or missing else DeliveryError
        match action, number:
            case "write", errno.ENOENT:
                folder = path.rpartition("/")[0] or "/"
                advice = f"the folder {folder} does not exist. Ask the partner to create it, or correct the page's path"
            case "rename", _:
                advice = (
                    f"the server refuses to rename a file to {path}{text}. If the partner forbids renames, set "
                    "rename to false on the page"
                )
            case _, errno.ENOENT:
                advice = f"{path} does not exist. Correct the path, or ask the partner"
            case _, errno.EACCES:
                advice = (
                    f"the server denies permission to {action} {path}. Ask the partner to grant it to user "
                    f"{self._username}"
                )
            case "write", _:
                advice = (
                    f"the server refused to write {path}{text}. A full disk or a reached quota looks like this: "
                    "ask the partner to make room"
                )
            case _:
                advice = f"the server refused to {action} {path}{text}. Ask the partner"
        return refusal(f"{self.where}: {advice}.")


def _server_text(error: BaseException) -> str:
    text = "".join(filter(str.isprintable, str(error)))[:80].rstrip(".")
    return f" ('{text}')" if text else ""
