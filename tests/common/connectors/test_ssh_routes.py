"""Servers that are old, and servers that stand behind another one."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest

from common.blocks import SftpServer, SshKey
from common.connectors.sftp import Sftp
from common.connectors.ssh_login import SshSecrets
from common.errors import ConfigError, TransientError
from common.sandbox.partners import SftpPartner, SftpSystem
from tests.servers.openssh import OpenSsh, openssh_server
from tests.servers.partners import PASSWORD
from tests.servers.process import free_port

Connect = Callable[..., Sftp]

# What a server of 2010 knows, as OpenSSH still can.
OF_2010 = (
    "KexAlgorithms {kex}",
    "HostKeyAlgorithms ssh-rsa",
    "PubkeyAcceptedAlgorithms ssh-rsa",
    "Ciphers aes128-cbc,3des-cbc",
    "MACs hmac-sha1,hmac-md5",
)


def page(server: OpenSsh, **options: object) -> dict[str, object]:
    return {
        "name": "partner-sandbox",
        "host": server.host,
        "port": server.port,
        "username": server.username,
        "host_key": server.host_key,
        "private_key": server.private_key,
        "path": str(server.root),
        **options,
    }


@pytest.mark.parametrize("kex", ["diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1"])
def test_an_old_server_is_reached_when_its_page_says_so(kex: str, tmp_path: Path) -> None:
    """Weak algorithms must be a decision on a page, and the message has to say which one."""
    lines = [line.format(kex=kex) for line in OF_2010]
    with openssh_server(tmp_path, *lines, key_type="ssh-rsa") as server:
        with (
            pytest.raises(
                ConfigError, match=r"shares no SSH algorithm.*set algorithms to legacy|has no ssh-rsa"
            ),
            Sftp(**page(server)),
        ):
            pass
        with Sftp(**page(server, algorithms="legacy")) as sftp:
            sftp.put_bytes(b"x" * 100_000, "patrons.csv")
        assert (server.root / "patrons.csv").stat().st_size == 100_000
        other = asyncssh.generate_private_key("ssh-rsa").export_public_key().decode()
        with (
            pytest.raises(ConfigError, match="shows another host key"),
            Sftp(**page(server, algorithms="legacy", host_key=other)),
        ):
            pass


def test_legacy_still_prefers_what_is_new(openssh: OpenSsh, caplog: pytest.LogCaptureFixture) -> None:
    """A page that stays on legacy after the partner's update must not keep the connection weak."""
    caplog.set_level(logging.DEBUG, "paramiko")
    with Sftp(**page(openssh, algorithms="legacy")):
        pass
    agreed = [line for line in caplog.messages if line.startswith(("Kex: ", "Cipher: ", "HostKey: "))]
    assert len(agreed) == 3
    assert not [line for line in agreed if "sha1" in line or "cbc" in line]


@pytest.mark.parametrize("line", ["Ciphers aes128-cbc,3des-cbc", "MACs hmac-sha1,hmac-md5"])
def test_todays_algorithms_leave_out_what_is_broken(line: str, tmp_path: Path) -> None:
    """paramiko offers CBC and MD5 by itself: they have to be a decision on a page."""
    ctr = () if line.startswith("Ciphers") else ("Ciphers aes128-ctr",)  # GCM needs no MAC
    with openssh_server(tmp_path, line, *ctr) as server:
        with pytest.raises(ConfigError, match="set algorithms to legacy"), Sftp(**page(server)):
            pass
        with Sftp(**page(server, algorithms="legacy")):
            pass


@pytest.mark.parametrize("own_key", [True, False])
def test_a_partner_behind_a_jump_host_is_reached(own_key: bool, openssh: OpenSsh, tmp_path: Path) -> None:
    """Where only one machine may connect to a partner, deliveries go through it, for whose eyes they are not."""
    before = set(threading.enumerate())
    system = SftpSystem(
        "partner", username="campus", password=PASSWORD, public_key=_public(openssh.private_key)
    )
    (tmp_path / "partner").mkdir()
    with SftpPartner(tmp_path / "partner", [system]) as partner:
        options = {
            "name": "partner-sandbox",
            "host": "localhost",  # looked up by the jump host
            "port": partner.port,
            "username": "campus",
            "host_key": partner.host_key,
            "jump": f"{openssh.username}@{openssh.host}:{openssh.port}",
            "jump_host_key": openssh.host_key,
        }
        if own_key:
            options |= {"password": PASSWORD, "jump_secrets": SshSecrets(private_key=openssh.private_key)}
        else:
            options |= {"private_key": openssh.private_key}
        with Sftp(**options) as sftp:
            sftp.put_bytes(b"x" * 1_000_000, "patrons.csv")
        steps: list[str] = []
        Sftp(**options).probe(steps.append)
        assert (partner.folder("partner") / "patrons.csv").stat().st_size == 1_000_000
        assert steps == ["resolves", "answers", "host key", "host key", "login", "readable", "writable"]
        for wrong, error, message in (
            ({"port": free_port()}, TransientError, "jump host 127.0.0.1 does not reach localhost"),
            ({"jump_host_key": partner.host_key}, ConfigError, "shows another host key"),
            ({"host_key": openssh.host_key}, ConfigError, "shows another host key"),
            ({"jump": "gate.campus.example:x"}, ConfigError, "the jump host is user@host"),
        ):
            with pytest.raises(error, match=message), Sftp(**options | wrong):
                pass
    assert {thread for thread in threading.enumerate() if "paramiko" in thread.name} <= before


def test_a_jump_host_that_forwards_nothing_is_told_from_a_broken_network(
    openssh: OpenSsh, tmp_path: Path
) -> None:
    """Its administrators have to act: waiting does not help."""
    with openssh_server(tmp_path, "AllowTcpForwarding no") as gate:
        options = page(
            openssh,
            jump=f"{gate.username}@{gate.host}:{gate.port}",
            jump_host_key=gate.host_key,
            jump_secrets=SshSecrets(private_key=gate.private_key),
        )
        with pytest.raises(ConfigError, match=r"jump host 127\.0\.0\.1 does not forward to"), Sftp(**options):
            pass


def test_a_page_hands_each_server_its_own_key(openssh: OpenSsh, tmp_path: Path) -> None:
    """A key that is being rotated has to let a flow through the jump host as well, whichever of the two it knows."""
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    system = SftpSystem("partner", username="campus", password=PASSWORD)
    with SftpPartner(tmp_path, [system]) as partner:
        opened = SftpServer(
            host="127.0.0.1",
            port=partner.port,
            username="campus",
            password=PASSWORD,
            host_key=partner.host_key,
            jump=f"{openssh.username}@{openssh.host}:{openssh.port}",
            jump_host_key=openssh.host_key,
            jump_private_key=SshKey(private_key=other, previous_private_key=openssh.private_key),
        ).open("partner-sandbox")
        with opened as sftp:
            assert sftp.put_bytes(b"x", "patrons.csv").verified


def _public(private: str) -> str:
    return asyncssh.import_private_key(private).export_public_key().decode().strip()
