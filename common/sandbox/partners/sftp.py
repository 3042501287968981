"""An SFTP partner: one server, a login and a folder of its own for every system."""

import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import asyncssh

from common.errors import ConfigError
from common.sandbox.partners.partner import Partner
from common.sandbox.partners.sftp_folder import PartnerFolder, SftpSystem

__all__ = ["SftpPartner"]


class SftpPartner(Partner):
    """The SFTP server of all ``systems``; what they receive lies in ``root/<system>``.

    ``host_key`` is a private key in OpenSSH's format; without one an Ed25519 key is made.
    """

    def __init__(
        self, root: Path, systems: Sequence[SftpSystem], *, port: int = 0, host_key: str | None = None
    ) -> None:
        super().__init__(root, [system.name for system in systems], port=port)
        self._logins = {system.username: system for system in systems}
        if len(self._logins) < len(systems):
            raise ConfigError("Two systems of the SFTP partner have the same username: each needs its own.")
        self._key = (
            asyncssh.generate_private_key("ssh-ed25519")
            if host_key is None
            else asyncssh.import_private_key(host_key)
        )

    @property
    def host_key(self) -> str:
        """The server's public key as a page gives it: ``ssh-ed25519 AAAA...``."""
        return self._key.export_public_key().decode().strip()

    def collected(self, system: str) -> Path:
        """Where the files went that the system took away on arrival."""
        return self._root / ".collected" / self.folder(system).name

    @contextlib.asynccontextmanager
    async def _serving(self, listener: socket.socket) -> AsyncIterator[None]:
        for system in self._logins.values():
            for folder in system.folders:
                (self.folder(system.name) / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
        connections: set[asyncssh.SSHServerConnection] = set()
        async with await asyncssh.listen(
            sock=listener,
            server_factory=partial(_Doorkeeper, self._logins, connections),
            server_host_keys=[self._key],
            sftp_factory=self._open_folder,
            agent_forwarding=False,
        ):
            yield
            for connection in tuple(connections):
                connection.abort()

    def _open_folder(self, channel: asyncssh.SSHServerChannel[bytes]) -> PartnerFolder:
        system = self._logins[channel.get_extra_info("username")]
        return PartnerFolder(channel, system, self.folder(system.name), self.collected(system.name))


class _Doorkeeper(asyncssh.SSHServer):
    """Lets the systems in, by password or by key."""

    def __init__(
        self, logins: Mapping[str, SftpSystem], connections: set[asyncssh.SSHServerConnection]
    ) -> None:
        self._logins = logins
        self._connections = connections
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, _exc: Exception | None) -> None:
        if self._connection is not None:
            self._connections.discard(self._connection)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        system = self._logins.get(username)
        return (
            system is not None
            and system.password is not None
            and secrets.compare_digest(system.password.encode(), password.encode())
        )

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        system = self._logins.get(username)
        return (
            system is not None
            and system.public_key is not None
            and asyncssh.import_public_key(system.public_key).public_data == key.public_data
        )
