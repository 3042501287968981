"""Systems of one SFTP server that share a key, each with partners of its own who install it or do not."""

from contextlib import ExitStack
from pathlib import Path

import asyncssh

from common.blocks import SftpServer, SshKey
from common.sandbox.partners import SftpPartner, SftpSystem

__all__ = ["Partners"]


class Partners:
    """Installs keys as the partners' people do: when they get round to it. ``systems``: their names."""

    def __init__(self, root: Path, count: int) -> None:
        self.systems = tuple(f"system-{number}" for number in range(1, count + 1))
        self._root = root
        self._host_key = asyncssh.generate_private_key("ssh-ed25519")
        self._installed: dict[str, str] = {}
        self._running = ExitStack()
        self._port = 0

    def install(self, key: str, *systems: str) -> None:
        """Lets ``key`` in, and no other, at these systems; the server is started anew at its place."""
        self._installed |= dict.fromkeys(systems or self.systems, key)
        self.stop()
        served = [SftpSystem(s, username=s, public_key=key) for s, key in self._installed.items()]
        host_key = self._host_key.export_private_key().decode()
        partner = SftpPartner(self._root, served, port=self._port, host_key=host_key)
        self._port = self._running.enter_context(partner).port

    def stop(self) -> None:
        self._running.close()

    def page(self, system: str, key: SshKey) -> SftpServer:
        return SftpServer(
            host="127.0.0.1",
            port=self._port,
            username=system,
            host_key=self._host_key.export_public_key().decode().strip(),
            private_key=key,
            owner="data-delivery@campus.example",
            contact=f"it@{'vendor' if system < 'system-3' else system}.example",
        )

    def received(self) -> dict[str, list[str]]:
        """The names of the files that each system has."""
        return {s: sorted(f.name for f in (self._root / s).iterdir()) for s in self.systems}
