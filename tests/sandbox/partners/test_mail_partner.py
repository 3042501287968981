"""The mail partner, seen by smtplib."""

import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.sandbox.partners import MailPartner, MailSystem
from tests.servers.partners import PASSWORD

SYSTEMS = (
    MailSystem("open", refused=frozenset({"nobody@mail.example"})),
    MailSystem("closed", username="campus", password=PASSWORD),
)


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[MailPartner]:
    """A relay with a mailbox for everybody and one behind a login."""
    with MailPartner(tmp_path, SYSTEMS, max_bytes=10_000) as partner:
        yield partner


@pytest.fixture
def client(relay: MailPartner) -> Iterator[smtplib.SMTP]:
    """A connection to it."""
    with smtplib.SMTP("127.0.0.1", relay.port, local_hostname="test", timeout=10) as smtp:
        yield smtp


def send(client: smtplib.SMTP, subject: str, *to: str) -> None:
    client.sendmail("flows@campus.example", to or ("a@mail.example",), f"Subject: {subject}\r\n\r\nx\r\n")


def test_messages_are_numbered_and_named_by_their_subject(client: smtplib.SMTP, relay: MailPartner) -> None:
    """Who looks into the folder wants the newest message, and to know which it is."""
    for subject in ("3 rows refused", "=?utf-8?q?=C5=BD=C3=A1dost=3A?= ../../etc", ""):
        send(client, subject)
    names = sorted(file.name for file in relay.folder("open").iterdir())
    assert names == ["0001-3-rows-refused.eml", "0002-zadost-etc.eml", "0003-no-subject.eml"]


def test_the_login_decides_the_mailbox(client: smtplib.SMTP, relay: MailPartner) -> None:
    """Two systems on one server must not mix their mail."""
    client.login("campus", PASSWORD)
    send(client, "Notice")
    assert [file.name for file in relay.folder("closed").iterdir()] == ["0001-notice.eml"]
    assert not list(relay.folder("open").iterdir())


@pytest.mark.parametrize("login", [("campus", "wrong"), ("stranger", PASSWORD), ("", "")])
def test_a_wrong_login_is_refused(login: tuple[str, str], client: smtplib.SMTP) -> None:
    """A relay that lets everybody in would make every login test pass."""
    with pytest.raises(smtplib.SMTPAuthenticationError):
        client.login(*login)


def test_without_an_open_mailbox_a_login_is_asked_for(tmp_path: Path) -> None:
    """Submission servers take nothing from strangers."""
    with (
        MailPartner(tmp_path, SYSTEMS[1:]) as relay,
        smtplib.SMTP("127.0.0.1", relay.port, local_hostname="test", timeout=10) as client,
        pytest.raises(smtplib.SMTPSenderRefused) as caught,
    ):
        send(client, "Notice")
    assert caught.value.smtp_code == 530


def test_unknown_recipients_and_large_messages_are_refused(client: smtplib.SMTP, relay: MailPartner) -> None:
    """What real relays refuse must not pass here."""
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(client, "Notice", "nobody@mail.example")
    with pytest.raises(smtplib.SMTPSenderRefused, match="552"):
        send(client, "x" * 20_000)
    assert not list(relay.folder("open").iterdir())
