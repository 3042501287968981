"""An SSH server that wants a key and then a password, as some partners' do."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import paramiko

from tests.servers.process import HOST

__all__ = ["TwoFactorServer", "two_factor_server"]


@dataclass(slots=True)
class TwoFactorServer:
    """Where the server is, and the methods that were tried on it, in order."""

    port: int
    host_key: str
    tried: list[str] = field(default_factory=list)


class _Doorkeeper(paramiko.ServerInterface):
    def __init__(self, server: TwoFactorServer, key: paramiko.PKey, password: str) -> None:
        self._server = server
        self._key = key
        self._password = password
        self._key_shown = False

    def get_allowed_auths(self, _username: str) -> str:
        return "password" if self._key_shown else "publickey"

    def check_auth_publickey(self, _username: str, key: paramiko.PKey) -> int:
        self._server.tried.append("publickey")
        self._key_shown = key == self._key
        return paramiko.AUTH_PARTIALLY_SUCCESSFUL if self._key_shown else paramiko.AUTH_FAILED

    def check_auth_password(self, _username: str, password: str) -> int:
        self._server.tried.append("password")
        known = self._key_shown and password == self._password
        return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED

    def check_channel_request(self, _kind: str, _chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


@contextlib.contextmanager
def two_factor_server(key: paramiko.PKey, password: str) -> Iterator[TwoFactorServer]:
    """Serve one login that needs both secrets; behind it is an SFTP server with the present folder."""
    host_key = paramiko.ECDSAKey.generate()
    transports: list[paramiko.Transport] = []
    with socket.create_server((HOST, 0)) as listener:
        server = TwoFactorServer(
            port=listener.getsockname()[1], host_key=f"{host_key.get_name()} {host_key.get_base64()}"
        )

        def serve() -> None:
            connection, _ = listener.accept()
            transport = paramiko.Transport(connection)
            transports.append(transport)
            transport.add_server_key(host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer)
            transport.start_server(server=_Doorkeeper(server, key, password))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server
        finally:
            thread.join()
            for transport in transports:
                transport.close()
