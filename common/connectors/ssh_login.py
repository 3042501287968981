"""The login to an SSH server: with a key, a password or both, and with the key before while partners change it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import paramiko

from common.connectors.ssh import cause, close_transport
from common.connectors.ssh_algorithms import signing_key
from common.connectors.ssh_keys import parse_private_key
from common.errors import ConfigError, TransientError

__all__ = ["SshLogin", "SshSecrets"]

logger = logging.getLogger(__name__)


class _KeyRefusedError(ConfigError):
    """The server does not know the user, or not with this key; no password was shown yet."""


@dataclass(frozen=True, slots=True)
class SshSecrets:
    """What is shown to a server: a password, a private key or both, and the key before that one."""

    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    previous_private_key: str | None = field(default=None, repr=False)
    previous_passphrase: str | None = field(default=None, repr=False)


class SshLogin:
    """Who logs in, and with what.

    A server that refuses the private key is shown the previous one, where there is one; ``fell_back`` says
    whether the last login needed it. Raises ConfigError for a page without a secret or with a broken key.
    """

    def __init__(
        self,
        *,
        name: str,
        username: str,
        secrets: SshSecrets,
    ) -> None:
        if not secrets.password and not secrets.private_key:
            raise ConfigError(
                f"Page {name}: neither a password nor a private key is given. Put one on the page."
            )
        self._name = name
        self._username = username
        self._password = secrets.password
        self._key = (
            parse_private_key(secrets.private_key, passphrase=secrets.passphrase, where=f"Page {name}")
            if secrets.private_key
            else None
        )
        self._previous = secrets.previous_private_key if secrets.private_key else None
        self._previous_passphrase = secrets.previous_passphrase
        self.fell_back = False

    def enter(
        self, transport: paramiko.Transport, connect: Callable[[], paramiko.Transport]
    ) -> paramiko.Transport:
        """Log in; the answer is ``transport``, or one that ``connect`` made for the previous key.

        Raises ConfigError when the login is refused (never to be tried again unattended: accounts get
        locked), TransientError when the connection breaks meanwhile; then it is closed.
        """
        try:
            try:
                self._show(transport, self._key)
                self.fell_back = False
            except _KeyRefusedError as refusal:
                if self._previous is None:
                    raise ConfigError(str(refusal)) from None
                # a new connection: many servers end one in which another login is begun, or after one wrong key
                close_transport(transport)
                transport = connect()
                self._fall_back(transport, self._previous, refusal)
        except BaseException:
            close_transport(transport)
            raise
        which = f" key={'previous' if self.fell_back else 'new'}" if self._previous else ""
        logger.info("ssh_login page=%s user=%s%s", self._name, self._username, which)
        return transport

    def _fall_back(self, transport: paramiko.Transport, text: str, refusal: _KeyRefusedError) -> None:
        where = f"Page {self._name}, previous key"
        previous = parse_private_key(text, passphrase=self._previous_passphrase, where=where)
        try:
            self._show(transport, previous)
        except _KeyRefusedError:
            raise ConfigError(f"{refusal} The previous key is refused as well.") from None
        self.fell_back = True

    def _show(self, transport: paramiko.Transport, key: paramiko.PKey | None) -> None:
        """Show the key, the password, or one after the other where the server wants both."""
        page, username, password = f"Page {self._name}", self._username, self._password
        steps = [method for method, secret in (("key", key), ("password", password)) if secret]
        still_wanted: list[str] = []
        try:
            if key:
                still_wanted = transport.auth_publickey(username, signing_key(transport, key))
            if password and not transport.is_authenticated():
                still_wanted = transport.auth_password(username, password)
        except paramiko.BadAuthenticationType as refusal:
            raise ConfigError(
                f"{page}: the server does not take the login of user {username} with {' and '.join(steps)}; it "
                f"offers {', '.join(refusal.allowed_types) or 'nothing'}. Correct the page."
            ) from None
        except paramiko.AuthenticationException as error:
            if "timeout" in str(error):
                raise TransientError(
                    f"{page}: the server did not answer the login of {username} in time."
                ) from error
            # A server that hangs up at this moment means the same: refused.
            kind = _KeyRefusedError if key and not still_wanted else ConfigError
            raise kind(
                f"{page}: the server refused the login of user {username} with {' and '.join(steps)}: the user "
                "is unknown there, or the secret is wrong or out of date. Correct the page; this is not tried again."
            ) from None
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise TransientError(
                f"{page}: the connection broke during the login of {username}: {cause(error)}."
            ) from error
        if not transport.is_authenticated():
            raise ConfigError(
                f"{page}: the server accepted {' and '.join(steps) or 'nothing'} of user {username} and "
                f"then asks for {', '.join(still_wanted) or 'a login'} as well. Put it on the page."
            )
