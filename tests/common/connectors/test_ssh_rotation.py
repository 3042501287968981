"""A key that is being rotated: every partner lets the flows in, whether it has installed the new key or not."""

import logging
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import asyncssh
import paramiko
import pytest

from common.connectors.sftp import Sftp
from common.errors import ConfigError
from common.sandbox.partners import SftpPartner, SftpSystem
from tests.servers.openssh import OpenSsh, openssh_server
from tests.servers.partners import PASSWORD
from tests.servers.two_factor import two_factor_server

PASSPHRASES = {"passphrase": "new-4711", "previous_passphrase": "previous-0815"}


def key_text(passphrase: str | None = None) -> str:
    key = asyncssh.generate_private_key("ssh-ed25519")
    return key.export_private_key(passphrase=passphrase, rounds=50).decode()


NEW, PREVIOUS = key_text(PASSPHRASES["passphrase"]), key_text(PASSPHRASES["previous_passphrase"])
PUBLIC = {
    "new": asyncssh.import_private_key(NEW, PASSPHRASES["passphrase"]).export_public_key().decode(),
    "previous": asyncssh.import_private_key(PREVIOUS, PASSPHRASES["previous_passphrase"])
    .export_public_key()
    .decode(),
}


@pytest.mark.parametrize("installed", ["new", "previous"])
def test_the_key_that_the_partner_knows_lets_the_flow_in_and_the_log_says_which(
    installed: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Prevents a night without deliveries because one partner of eight is on holiday."""
    caplog.set_level(logging.DEBUG)
    with SftpPartner(
        tmp_path, [SftpSystem("partner", username="campus", public_key=PUBLIC[installed])]
    ) as partner:
        sftp = Sftp(
            name="partner-sandbox",
            host="127.0.0.1",
            port=partner.port,
            username="campus",
            host_key=partner.host_key,
            private_key=NEW,
            previous_private_key=PREVIOUS.replace("\n", "\r\n"),
            **PASSPHRASES,
        )
        with sftp:
            sftp.put_bytes(b"x", "patrons.csv")
        assert (partner.folder("partner") / "patrons.csv").read_bytes() == b"x"
        remark = sftp.probe()
    assert f"ssh_login page=partner-sandbox user=campus key={installed}" in caplog.text
    assert remark == (
        "" if installed == "new" else "the previous key let it in, the new one is not known there"
    )
    assert not any(phrase in caplog.text for phrase in PASSPHRASES.values())


def test_a_server_that_hangs_up_after_one_wrong_key_is_called_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Prevents the fallback from working only where a server is patient."""
    caplog.set_level(logging.INFO)
    with openssh_server(tmp_path, "MaxAuthTries 1") as server:
        page = {"host": server.host, "port": server.port, "username": server.username}
        with Sftp(
            name="strict-sandbox",
            **page,
            host_key=server.host_key,
            path=str(server.root),
            private_key=key_text(),
            previous_private_key=server.private_key,
        ) as sftp:
            sftp.put_bytes(b"x", "patrons.csv")
    assert "key=previous" in caplog.text


def test_without_a_rotation_no_key_is_named(openssh: OpenSsh, caplog: pytest.LogCaptureFixture) -> None:
    """Prevents every log line from speaking of a rotation that is long over."""
    caplog.set_level(logging.INFO)
    with Sftp(
        name="openssh-sandbox",
        host=openssh.host,
        port=openssh.port,
        username=openssh.username,
        host_key=openssh.host_key,
        private_key=openssh.private_key,
    ):
        pass
    assert "ssh_login page=openssh-sandbox" in caplog.text
    assert "key=" not in caplog.text


@pytest.fixture
def refusing(sftp_to: Callable[..., Sftp]) -> Callable[..., Sftp]:
    """A login that no key opens."""
    return lambda **options: sftp_to("plain", **({"password": None, "private_key": key_text()} | options))


def test_two_refused_keys_are_one_refusal(refusing: Callable[..., Sftp]) -> None:
    """Prevents the reader from thinking that the previous key was not tried."""
    with (
        pytest.raises(
            ConfigError, match=r"refused the login of user plain.*The previous key is refused as well\."
        ),
        refusing(previous_private_key=key_text()),
    ):
        pass


def test_a_broken_previous_key_is_named_as_that(refusing: Callable[..., Sftp]) -> None:
    """Prevents a search for the fault in the key that is right."""
    with (
        pytest.raises(ConfigError, match="plain-sandbox, previous key: the private key is encrypted"),
        refusing(previous_private_key=PREVIOUS),
    ):
        pass


def test_a_wrong_password_after_an_accepted_key_is_not_shown_again_with_the_previous_key() -> None:
    """Prevents a rotation from locking the account of a partner that wants both."""
    private = key_text()
    key = paramiko.Ed25519Key.from_private_key(StringIO(private))
    with (
        two_factor_server(key, PASSWORD) as server,
        pytest.raises(ConfigError, match="refused the login of user campus with key and password"),
        Sftp(
            name="partner-sandbox",
            host="127.0.0.1",
            port=server.port,
            username="campus",
            host_key=server.host_key,
            private_key=private,
            previous_private_key=key_text(),
            password="wrong-8462",
        ),
    ):
        pass
    assert server.tried == ["publickey", "password"]
