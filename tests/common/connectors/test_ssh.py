"""The login to an SFTP server: whom it trusts, with what, and what it never tells."""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import asyncssh
import paramiko
import pytest

from common.connectors.sftp import Sftp
from common.errors import ConfigError, DataFlowError, TransientError
from common.sandbox.partners import SftpPartner, SftpSystem
from tests.servers.openssh import OpenSsh
from tests.servers.partners import PASSWORD
from tests.servers.process import free_port
from tests.servers.two_factor import two_factor_server

Connect = Callable[..., Sftp]


def key_text(kind: str, form: str = "openssh", passphrase: str | None = None) -> str:
    """A new private key as somebody would paste it, with a passphrase that is quick to try."""
    return asyncssh.generate_private_key(kind).export_private_key(form, passphrase, rounds=50).decode()


def public_key(private: str, passphrase: str | None = None) -> str:
    """The line that the partner is given for a private key."""
    return asyncssh.import_private_key(private, passphrase).export_public_key().decode().strip()


@contextmanager
def refused(kind: type[DataFlowError], message: str, *secrets: str) -> Iterator[None]:
    """Expects the login to fail in one way, with none of the secrets in the error or its causes."""
    with pytest.raises(kind, match=message) as caught:
        yield
    error: BaseException | None = caught.value
    while error is not None:
        assert not any(secret in str(error) or secret in repr(error) for secret in secrets)
        error = error.__cause__


def test_a_changed_host_key_stops_the_run_before_login(sftp_to_openssh: Connect, openssh: OpenSsh) -> None:
    """Whoever answers with another key may be anybody: the login must not be shown to them."""
    other = asyncssh.generate_private_key("ssh-ed25519")
    before = openssh.log.read_text().count("userauth") + openssh.log.read_text().count("Accepted")
    actual = asyncssh.import_public_key(openssh.host_key).get_fingerprint()
    with (
        refused(
            ConfigError,
            f"(?s)expected {other.get_fingerprint()}, got {actual}.*Ask the partner".replace("+", r"\+"),
        ),
        sftp_to_openssh(host_key=other.export_public_key().decode()),
    ):
        pass
    log = openssh.log.read_text()
    assert log.count("userauth") + log.count("Accepted") == before


def test_a_host_key_of_another_kind_is_asked_for_and_missed(sftp_to_openssh: Connect) -> None:
    """Taking whatever kind of key the server has would make the pinned one a decoration."""
    rsa = asyncssh.generate_private_key("ssh-rsa").export_public_key().decode()
    with refused(ConfigError, "has no ssh-rsa host key"), sftp_to_openssh(host_key=rsa):
        pass


@pytest.mark.parametrize("kind", ["ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp521"])
def test_servers_with_other_kinds_of_host_key_are_known(kind: str, tmp_path: Path) -> None:
    """Older partners have RSA keys, which sign by names other than their own."""
    system = SftpSystem("partner", username="campus", password=PASSWORD)
    with SftpPartner(tmp_path, [system], host_key=key_text(kind)) as partner:
        assert partner.host_key.startswith(kind)
        page = {"name": "partner-sandbox", "host": "127.0.0.1", "port": partner.port, "username": "campus"}
        with Sftp(**page, password=PASSWORD, host_key=f"{partner.host_key} root@partner") as sftp:
            sftp.put_bytes(b"x", "patrons.csv")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "AAAAC3Nza",
        "ssh-ed25519 AAAA",
        "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJ5/Pe0U8KTwKUdvRN5M4qoSYQGjqgJlPNhvbVVgFIoM",
    ],
)
def test_a_line_that_is_no_host_key_is_refused(text: str, sftp_to: Connect) -> None:
    """A truncated key must not fail later as a changed one, nor match anything."""
    with refused(ConfigError, "plain-sandbox: the host key is not an OpenSSH public key"):
        sftp_to("plain", host_key=text)


@pytest.mark.parametrize(
    ("kind", "form", "passphrase"),
    [
        ("ssh-ed25519", "openssh", None),
        ("ssh-ed25519", "openssh", "a passphrase 4711"),
        ("ssh-ed25519", "pkcs8-pem", None),
        ("ssh-rsa", "openssh", None),
        ("ssh-rsa", "pkcs1-pem", "a passphrase 4711"),
        ("ssh-rsa", "pkcs8-pem", "a passphrase 4711"),
        ("ecdsa-sha2-nistp256", "openssh", None),
        ("ecdsa-sha2-nistp384", "pkcs1-pem", None),
    ],
)
def test_every_usual_private_key_logs_in(
    kind: str, form: str, passphrase: str | None, tmp_path: Path
) -> None:
    """Keys come from ssh-keygen, PuTTYgen and OpenSSL of many years, and through Windows clipboards."""
    private = key_text(kind, form, passphrase)
    system = SftpSystem("partner", username="campus", public_key=public_key(private, passphrase))
    pasted = "\r\n" + private.replace("\n", "\r\n") + "  "
    with (
        SftpPartner(tmp_path, [system]) as partner,
        Sftp(
            name="partner-sandbox",
            host="127.0.0.1",
            port=partner.port,
            username="campus",
            host_key=partner.host_key,
            private_key=pasted,
            passphrase=passphrase,
        ) as sftp,
    ):
        sftp.put_bytes(b"x", "patrons.csv")


def test_what_is_no_private_key_is_told_apart(sftp_to: Connect) -> None:
    """The parsers' own messages are about bytes; the reader has to know what to paste instead."""
    locked = key_text("ssh-ed25519", passphrase="right-4711")
    locked_pem = key_text("ssh-rsa", "pkcs8-pem", "right-4711")
    open_key = key_text("ssh-ed25519")
    halved = open_key[: len(open_key) // 2] + "\n-----END OPENSSH PRIVATE KEY-----\n"
    cases = (
        (public_key(open_key), None, "not the .pub file"),
        ("~/.ssh/id_ed25519", None, "not a path"),
        (halved, None, "damaged"),
        (locked, None, "is encrypted"),
        (locked_pem, None, "is encrypted"),
        (locked, "wrong-4711", "passphrase is wrong"),
        (locked_pem, "wrong-4711", "passphrase is wrong"),
        (open_key, "needless-4711", "has no passphrase"),
        (key_text("ssh-dss", "pkcs8-pem"), None, "neither Ed25519 nor RSA nor ECDSA"),
    )
    for text, passphrase, message in cases:
        secrets = [line for line in text.splitlines()[1:] if line and not line.startswith("-")]
        with refused(
            ConfigError, f"plain-sandbox: the private key.*{message}", *secrets, passphrase or "4711"
        ):
            sftp_to("plain", private_key=text, passphrase=passphrase)


def test_a_refused_password_is_not_shown_and_not_retried(
    sftp_to: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """Retried, a wrong password locks the account; logged, it is everybody's."""
    caplog.set_level(logging.DEBUG)
    for options in ({"password": "wrong-8462"}, {"username": "stranger"}):
        with (
            refused(
                ConfigError,
                "refused the login of user .* with password.*not tried again",
                "wrong-8462",
                PASSWORD,
            ),
            sftp_to("plain", **options),
        ):
            pass
    assert "wrong-8462" not in caplog.text
    assert PASSWORD not in caplog.text


def test_a_refused_key_names_the_user(sftp_to_openssh: Connect, openssh: OpenSsh) -> None:
    """The partner can only help if it hears which user came with a key."""
    with (
        refused(ConfigError, f"refused the login of user {openssh.username} with key"),
        sftp_to_openssh(private_key=key_text("ssh-ed25519")),
    ):
        pass


def test_a_password_where_only_keys_are_taken_says_so(sftp_to_openssh: Connect) -> None:
    """The password may be right: what is wrong is the kind of login."""
    with (
        refused(ConfigError, "with password; it offers publickey", PASSWORD),
        sftp_to_openssh(private_key=None, password=PASSWORD),
    ):
        pass


def test_key_and_password_are_given_one_after_the_other() -> None:
    """Some partners want both; the key has to come first, and one alone is not enough."""
    private = key_text("ecdsa-sha2-nistp256", "pkcs1-pem")
    key = paramiko.ECDSAKey.from_private_key(StringIO(private))
    page = {"name": "partner-sandbox", "host": "127.0.0.1", "username": "campus", "private_key": private}
    with two_factor_server(key, PASSWORD) as server:
        with Sftp(**page, port=server.port, host_key=server.host_key, password=PASSWORD):
            pass
        assert server.tried == ["publickey", "password"]
    with (
        two_factor_server(key, PASSWORD) as server,
        refused(ConfigError, "accepted key of user campus and then asks for password as well"),
        Sftp(**page, port=server.port, host_key=server.host_key),
    ):
        pass


def test_a_page_without_any_secret_is_refused(sftp_to: Connect) -> None:
    """The agent or a key file of the machine must not step in unseen."""
    with refused(ConfigError, "neither a password nor a private key"):
        sftp_to("plain", password=None)


def test_servers_that_cannot_be_reached_are_tried_again_later(sftp_to: Connect) -> None:
    """A server that restarts is nobody's mistake: the step has to wait, not to call somebody."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        cases = (
            ({"host": "sftp.partner.invalid"}, "does not resolve"),
            ({"port": free_port()}, "refused the connection"),
            ({"port": silent.getsockname()[1]}, "no SSH session came about"),
        )
        for options, message in cases:
            with (
                refused(TransientError, f"plain-sandbox: .*{message}", PASSWORD),
                sftp_to("plain", connect_timeout=0.3, **options),
            ):
                pass
