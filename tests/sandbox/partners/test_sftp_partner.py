"""The SFTP partner, seen by a client that is not ours."""

import asyncio
from pathlib import Path

import asyncssh
import pytest

from common.sandbox.partners import SftpPartner
from tests.servers.partners import PASSWORD


async def _session(
    partner: SftpPartner, username: str
) -> tuple[asyncssh.SSHClientConnection, asyncssh.SFTPClient]:
    known = asyncssh.import_known_hosts(f"[127.0.0.1]:{partner.port} {partner.host_key}\n")
    connection = await asyncssh.connect(
        "127.0.0.1",
        partner.port,
        username=username,
        password=PASSWORD,
        known_hosts=known,
        client_keys=None,
        config=None,
    )
    return connection, await connection.start_sftp_client()


def test_its_host_key_line_is_what_clients_know_it_by(sftp_partner: SftpPartner) -> None:
    """The page of the sandbox is filled with this line: another client must accept it as it is."""

    async def visit() -> None:
        connection, sftp = await _session(sftp_partner, "plain")
        async with connection:
            assert await sftp.isdir("/incoming")

    asyncio.run(visit())
    kind, _ = sftp_partner.host_key.split()
    assert kind == "ssh-ed25519"


@pytest.mark.parametrize("path", ["/../nearly-full/secret.csv", "../../nearly-full/secret.csv"])
def test_a_system_sees_its_own_folder_only(path: str, sftp_partner: SftpPartner) -> None:
    """A delivery to the wrong partner has to fail here as it would there."""
    secret = sftp_partner.folder("nearly-full") / "secret.csv"
    secret.write_text("another partner's")

    async def visit() -> None:
        connection, sftp = await _session(sftp_partner, "plain")
        async with connection:
            with pytest.raises(asyncssh.SFTPNoSuchFile):
                await sftp.stat(path)

    try:
        asyncio.run(visit())
    finally:
        secret.unlink()


def test_a_login_by_key_is_not_open_to_another_key(tmp_path: Path) -> None:
    """A server that lets everybody in would make every login test pass."""
    from common.sandbox.partners import SftpSystem

    key, other = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    system = SftpSystem("by-key", username="campus", public_key=key.export_public_key().decode())

    async def log_in(partner: SftpPartner, **options: object) -> None:
        async with asyncssh.connect(
            "127.0.0.1",
            partner.port,
            username="campus",
            known_hosts=None,
            config=None,
            agent_path=None,
            **options,
        ):
            pass

    with SftpPartner(tmp_path, [system]) as partner:
        asyncio.run(log_in(partner, client_keys=[key]))
        for options in ({"client_keys": [other]}, {"client_keys": None, "password": ""}):
            with pytest.raises(asyncssh.PermissionDenied):
                asyncio.run(log_in(partner, **options))
