"""SSH connections to a server whose host key is pinned.

Who the server is gets settled before a user name or a secret is sent. Neither the agent nor
``known_hosts`` nor any file of the user is read: the page alone says whom to trust.
"""

import contextlib
import logging
import socket

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from common.errors import ConfigError, TransientError

__all__ = [
    "close_transport",
    "log_in",
    "open_transport",
]

logger = logging.getLogger(__name__)

# One RSA key serves several signature algorithms (RFC 8332); every other key type has its own only.
_RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")


def open_transport(
    *, name: str, host: str, port: int, host_key: paramiko.PKey, timeout: float
) -> paramiko.Transport:
    """An encrypted connection to the server that holds ``host_key``, nobody logged in yet.

    Raises TransientError when the server cannot be reached within ``timeout`` seconds, ConfigError
    when another key answers.
    """
    where = f"Page {name}: {host}:{port}"
    try:
        connection = socket.create_connection((host, port), timeout=timeout)
    except (OSError, UnicodeError) as error:
        raise TransientError(f"{where} {_unreachable(error, timeout)}") from error
    # SFTP requests are small packets: Nagle's algorithm would hold each back for the last one's answer.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport = paramiko.Transport(connection)
    try:
        _negotiate(transport, where, host_key, timeout)
    except BaseException:
        close_transport(transport)
        raise
    return transport


def _unreachable(error: Exception, timeout: float) -> str:
    match error:
        case socket.gaierror() | UnicodeError():
            return "cannot be reached: the host name does not resolve. Check it on the page, or wait for DNS."
        case ConnectionRefusedError():
            return "refused the connection: no server listens there. Check the port, or wait for the server."
        case TimeoutError():
            return f"did not answer within {timeout:g} s. Wait, or ask whether a firewall is in the way."
        case _:
            return f"cannot be reached ({type(error).__name__}). Wait, or ask the network's people."


def _negotiate(transport: paramiko.Transport, where: str, host_key: paramiko.PKey, timeout: float) -> None:
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = timeout
    transport.channel_timeout = timeout
    options = transport.get_security_options()
    kind = host_key.get_name()
    # Only the pinned key's type is asked for: a server with several keys must show this one.
    options.key_types = _RSA_SIGNATURES if kind == "ssh-rsa" else (kind,)
    # AES-GCM encrypts and authenticates in one pass: a quarter less work than CTR with HMAC.
    options.ciphers = sorted(options.ciphers, key=lambda cipher: "gcm" not in cipher)
    try:
        transport.start_client(timeout=timeout)
        shown = transport.get_remote_server_key()
    except IncompatiblePeer as error:
        if "host key" in str(error):
            raise ConfigError(
                f"{where} has no {kind} host key, which the page expects. Ask the partner; if the change is "
                "real, put the new key on the page."
            ) from error
        raise ConfigError(f"{where} shares no SSH algorithm with this client: {error}.") from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise TransientError(f"{where} answered, but no SSH session came about: {_cause(error)}.") from error
    if shown != host_key:
        raise ConfigError(
            f"{where} shows another host key: expected {host_key.fingerprint}, got {shown.fingerprint}. "
            "Nothing was sent. Ask the partner; if the change is real, put the new key on the page."
        )


def log_in(
    transport: paramiko.Transport,
    *,
    name: str,
    username: str,
    password: str | None,
    private_key: paramiko.PKey | None,
) -> None:
    """Log in with the key, the password, or one after the other where the server wants both.

    Raises ConfigError when the login is refused (never to be tried again unattended: accounts get
    locked), TransientError when the connection breaks meanwhile.
    """
    steps = [method for method, secret in (("key", private_key), ("password", password)) if secret]
    still_wanted: list[str] = []
    try:
        if private_key:
            still_wanted = transport.auth_publickey(username, private_key)
        if password and not transport.is_authenticated():
            still_wanted = transport.auth_password(username, password)
    except paramiko.BadAuthenticationType as refusal:
        raise ConfigError(
            f"Page {name}: the server does not take the login of user {username} with {' and '.join(steps)}; it "
            f"offers {', '.join(refusal.allowed_types) or 'nothing'}. Correct the page."
        ) from None
    except paramiko.AuthenticationException as error:
        if "timeout" in str(error):
            raise TransientError(
                f"Page {name}: the server did not answer the login of {username} in time."
            ) from error
        # A server that hangs up at this moment means the same: refused.
        raise ConfigError(
            f"Page {name}: the server refused the login of user {username} with {' and '.join(steps)}: the user "
            "is unknown there, or the secret is wrong or out of date. Correct the page; this is not tried again."
        ) from None
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise TransientError(
            f"Page {name}: the connection broke during the login of {username}: {_cause(error)}."
        ) from error
    if not transport.is_authenticated():
        raise ConfigError(
            f"Page {name}: the server accepted {' and '.join(steps) or 'nothing'} of user {username} and "
            f"then asks for {', '.join(still_wanted) or 'a login'} as well. Put it on the page."
        )
    logger.info("ssh_login page=%s user=%s", name, username)


def _cause(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__


def close_transport(transport: paramiko.Transport) -> None:
    """End the connection, its thread and its socket, also after a failed start."""
    transport.close()
    # paramiko leaves the socket open when the session never became active, or has died already.
    transport.sock.close()
    with contextlib.suppress(RuntimeError):  # the thread may never have been started
        transport.join(timeout=5)
