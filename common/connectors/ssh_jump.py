"""A jump host: a server on the way that has to be logged in to before the partner's can be reached."""

import paramiko

from common.connectors.probing import Tell, untold
from common.connectors.ssh import cause, close_transport, open_transport
from common.connectors.ssh_keys import parse_host_key
from common.connectors.ssh_login import SshLogin, SshSecrets
from common.errors import ConfigError, TransientError

__all__ = ["JumpHost"]


class JumpHost:
    """The server on the way; what goes through it is encrypted for the one behind it.

    ``address`` is ``user@host`` or ``user@host:port``; raises ConfigError where it is neither. ``timeout`` is in
    seconds.
    """

    def __init__(
        self, *, name: str, address: str, host_key: str, secrets: SshSecrets, timeout: float
    ) -> None:
        username, _, server = address.rpartition("@")
        self._host, _, port = server.partition(":")
        if not username or not self._host or not (port or "22").isdigit():
            raise ConfigError(f"Page {name}: the jump host is user@host or user@host:port, not {address!r}.")
        self._port = int(port or "22")
        self._name = name
        self._host_key = parse_host_key(host_key, name=name)
        self._login = SshLogin(name=f"{name}, jump host", username=username, secrets=secrets)
        self._timeout = timeout
        self._transport: paramiko.Transport | None = None

    def channel_to(self, host: str, port: int, tell: Tell = untold) -> paramiko.Channel:
        """Log in and have the jump host connect to ``host``.

        Raises TransientError where either cannot be reached, ConfigError for a changed host key, a refused login
        or a jump host that forwards nothing.
        """
        self.close()
        transport = self._login.enter(self._connect(tell), self._connect)
        self._transport = transport
        try:
            return transport.open_channel(
                "direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=self._timeout
            )
        except paramiko.ChannelException as error:
            self.close()
            if error.code == 1:  # administratively prohibited (RFC 4254, section 5.1)
                raise ConfigError(
                    f"Page {self._name}: the jump host {self._host} does not forward to {host}:{port}. Ask its "
                    "administrators to allow it."
                ) from error
            raise TransientError(
                f"Page {self._name}: the jump host {self._host} does not reach {host}:{port} ({error.text}). Wait, or "
                "check the partner's address."
            ) from error
        except (paramiko.SSHException, OSError, EOFError) as error:
            self.close()
            raise TransientError(
                f"Page {self._name}: the connection to the jump host {self._host} broke: {cause(error)}."
            ) from error

    def close(self) -> None:
        """End the connection to the jump host; harmless when there is none."""
        transport, self._transport = self._transport, None
        if transport is not None:
            close_transport(transport)

    def _connect(self, tell: Tell = untold) -> paramiko.Transport:
        return open_transport(
            name=self._name,
            host=self._host,
            port=self._port,
            host_key=self._host_key,
            timeout=self._timeout,
            tell=tell,
        )
