"""SSH connections to a server whose host key is pinned.

Who the server is gets settled before a user name or a secret is sent. Neither the agent nor
``known_hosts`` nor any file of the user is read: the page alone says whom to trust.
"""

import contextlib
import socket

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from common.connectors.probing import Tell, connect, resolve, untold
from common.connectors.ssh_algorithms import Algorithms, new_transport
from common.errors import ConfigError, TransientError

__all__ = [
    "cause",
    "close_transport",
    "open_transport",
]

# One RSA key serves several signature algorithms (RFC 8332); every other key type has its own only.
_RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")


def open_transport(
    *,
    name: str,
    host: str,
    port: int,
    host_key: paramiko.PKey,
    timeout: float,
    algorithms: Algorithms = "modern",
    through: paramiko.Channel | None = None,
    tell: Tell = untold,
) -> paramiko.Transport:
    """An encrypted connection to the server that holds ``host_key``, nobody logged in yet.

    ``through`` is a connection to it that a jump host has made.

    Raises TransientError when the server cannot be reached within ``timeout`` seconds, ConfigError
    when another key answers.
    """
    where = f"Page {name}: {host}:{port}"
    connection = through or _connect(where, host, port, timeout, tell)
    tell("host key")
    transport = new_transport(connection, algorithms)
    try:
        _negotiate(transport, where, host_key, timeout)
    except BaseException:
        close_transport(transport)
        raise
    return transport


def _connect(where: str, host: str, port: int, timeout: float, tell: Tell) -> socket.socket:
    tell("resolves")
    resolve(where, host, port)
    tell("answers")
    connection = connect(where, host, port, timeout)
    # SFTP requests are small packets: Nagle's algorithm would hold each back for the last one's answer.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _negotiate(transport: paramiko.Transport, where: str, host_key: paramiko.PKey, timeout: float) -> None:
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = timeout
    transport.channel_timeout = timeout
    options = transport.get_security_options()
    kind = host_key.get_name()
    # Only the pinned key's type is asked for: a server with several keys must show this one.
    signatures = (*_RSA_SIGNATURES, kind) if kind == "ssh-rsa" else (kind,)
    options.key_types = [name for name in signatures if name in options.key_types]
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
        raise ConfigError(
            f"{where} shares no SSH algorithm with this client: {cause(error)}. If the partner cannot renew "
            "its server, set algorithms to legacy on the page."
        ) from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise TransientError(f"{where} answered, but no SSH session came about: {cause(error)}.") from error
    if shown != host_key:
        raise ConfigError(
            f"{where} shows another host key: expected {host_key.fingerprint}, got {shown.fingerprint}. "
            "Nothing was sent. Ask the partner; if the change is real, put the new key on the page."
        )


def cause(error: Exception) -> str:
    """What paramiko says of a connection that broke: its own words are about the protocol."""
    return str(error).rstrip(".") or type(error).__name__


def close_transport(transport: paramiko.Transport) -> None:
    """End the connection, its thread and its socket, also after a failed start."""
    transport.close()
    # paramiko leaves the socket open when the session never became active, or has died already.
    transport.sock.close()
    with contextlib.suppress(RuntimeError):  # the thread may never have been started
        transport.join(timeout=5)
