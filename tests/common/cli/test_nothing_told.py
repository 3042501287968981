"""Whatever is done with secrets, keys and pages: no value of a secret is in an output, a log or an answer."""

import json
import logging
from pathlib import Path

import pytest
from prefect.blocks.system import Secret
from prefect.client.orchestration import get_client

from common.blocks import MailRelay, RestApi, SftpServer, SshKey
from common.pages.server import read_documents
from common.sandbox.partners import HttpPartner, MailPartner, SftpPartner
from tests.common.cli.partners import Partners
from tests.common.cli.shared_key import KEY, public_line, secrets_now
from tests.common.cli.terminal import Terminal

SECRETS = {name: f"{name}-zebra-4711" for name in ("sftp", "rest", "mail", "later")}


@pytest.fixture
def pages(
    shared: str, http_partner: HttpPartner, mail_partner: MailPartner, sftp_partner: SftpPartner
) -> None:
    """Systems with a secret of every kind, all of them wrong, beside those that share a key."""
    for name, value in SECRETS.items():
        Secret(value=value).save(f"{name}-drill")
    login = {"host": "127.0.0.1", "username": "campus"}
    SftpServer(
        **login, port=sftp_partner.port, host_key=sftp_partner.host_key, password=Secret.load("sftp-drill")
    ).save("password-sftp-drill")
    RestApi(url=http_partner.url("engage"), token=Secret.load("rest-drill")).save("token-api-drill")
    MailRelay(
        **login, port=mail_partner.port, sender="a@b.example", tls="none", password=Secret.load("mail-drill")
    ).save("login-relay-drill")


def test_no_value_of_a_secret_is_told_to_anybody(
    pages: None,
    campus: Terminal,
    partners: Partners,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Prevents one curious line of a log, kept for years, from being everybody's password."""
    caplog.set_level(logging.DEBUG)
    secrets = set(SECRETS.values()) | set(secrets_now())
    kind = "OPENSSH PRIVATE"  # in one with the rest it would look like a key that was committed
    (tmp_path / "broken").write_text(f"-----BEGIN {kind} KEY-----\nzebra-4711\n", encoding="utf-8")
    new = public_line(campus("keys", "rotate", KEY).output)
    partners.install(new, "system-1")
    secrets |= set(secrets_now())
    commands = [
        ("secrets", "set", "later"),
        ("secrets", "set", "later", SECRETS["later"]),
        ("secrets", "list"),
        ("pages", "check"),
        ("keys", "rotate", KEY, "--finish"),
        ("keys", "passphrase", KEY),
        ("keys", "add", "other", "--file", str(tmp_path / "broken")),
        ("keys", "list"),
        ("keys", "show", KEY),
    ]
    codes = [campus(*command, stdin=SECRETS["later"]).code for command in commands]
    assert codes == [0, 1, 0, 1, 1, 0, 1, 0, 0]
    secrets |= set(secrets_now())
    with get_client(sync_client=True) as client:
        answers = json.dumps([d.model_dump(mode="json") for d in read_documents(client)], default=str)
    shown = campus.everything + caplog.text + answers + repr(SshKey.load(f"{KEY}-drill"))
    assert "login: " in shown
    assert len(secrets) > 20
    assert [secret for secret in secrets if secret in shown] == []
    assert "zebra-4711" not in shown
