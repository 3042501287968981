"""Mail: what the relay gets, and what is said when it does not take it."""

import logging
import socket
import ssl
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from common.connectors.mail import Mail
from common.errors import ConfigError, DeliveryError, TransientError
from common.sandbox.partners import MailPartner, MailSystem
from tests.servers.partners import PASSWORD
from tests.servers.process import free_port

Connect = Callable[..., Mail]
TO = "library@mail.example"


@pytest.fixture(autouse=True)
def _fresh_partner(mail_partner: MailPartner) -> None:
    for system in ("relay", "submission"):
        for file in mail_partner.folder(system).iterdir():
            file.unlink()


@pytest.fixture
def received(mail_partner: MailPartner) -> Callable[..., list[EmailMessage]]:
    """The messages that a mailbox has."""

    def read(system: str = "relay") -> list[EmailMessage]:
        files = sorted(mail_partner.folder(system).iterdir())
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    return read


def test_a_message_arrives_whole(
    mail_to: Connect, received: Callable[..., list[EmailMessage]], tmp_path: Path
) -> None:
    """Letters, lines and attachments must survive SMTP's own encodings."""
    (tmp_path / "sträflich.csv").write_bytes("name\r\nÞorgerðr\r\n".encode())
    (tmp_path / "data.bin").write_bytes(bytes(range(256)))
    with mail_to() as mail:
        identifier = mail.send(
            to=[TO, "registrar@mail.example"],
            subject="Žádost: 3 rows refused",
            text="Guten Tag,\n.\n3 rows were refused.\n",
            html="<p>3 rows were refused.</p>",
            attachments=[tmp_path / "sträflich.csv", tmp_path / "data.bin"],
        )
    (message,) = received()
    assert message["Subject"] == "Žádost: 3 rows refused"
    assert message["From"] == "flows@campus.example"
    assert message["To"] == f"{TO}, registrar@mail.example"
    assert message["Message-ID"] == identifier
    assert message["Date"].datetime.tzinfo is not None
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert text.splitlines() == ["Guten Tag,", ".", "3 rows were refused."]
    assert "<p>" in html
    table, data = message.iter_attachments()
    assert table.get_filename() == "sträflich.csv"
    assert table.get_content_type() == "text/csv"
    assert data.get_content() == bytes(range(256))


def test_several_messages_go_over_one_connection(
    mail_to: Connect, received: Callable[..., list[EmailMessage]]
) -> None:
    """The first message must not be the only one."""
    with mail_to() as mail:
        identifiers = {mail.send(to=[TO], subject=f"Notice {number}", text="x") for number in range(3)}
    assert len(identifiers) == 3
    assert [message["Subject"] for message in received()] == ["Notice 0", "Notice 1", "Notice 2"]


def test_too_large_attachments_are_refused_before_sending(
    mail_to: Connect, received: Callable[..., list[EmailMessage]], tmp_path: Path
) -> None:
    """A file grows by a third in a mail: what fits on disk need not fit the relay."""
    (tmp_path / "patrons.csv").write_bytes(b"x" * 90_000)
    with mail_to(max_bytes=100_000) as mail:
        with pytest.raises(DeliveryError, match=r"would have \d+ bytes, the limit is 100000"):
            mail.send(to=[TO], subject="Patrons", text="x", attachments=[tmp_path / "patrons.csv"])
        with pytest.raises(DeliveryError, match="the limit is 100000"):
            mail.send(to=[TO], subject="Patrons", text="x\n" * 60_000)
    assert received() == []


def test_the_relays_own_limit_is_told(mail_to: Connect, received: Callable[..., list[EmailMessage]]) -> None:
    """The page's limit may be larger than what the relay takes; it says so before a megabyte is on its way."""
    with mail_to() as mail:
        with pytest.raises(DeliveryError, match=r"larger than the relay takes, 1000000\. Nothing was sent"):
            mail.send(to=[TO], subject="Patrons", text="x\n" * 600_000)
        mail.send(to=[TO], subject="Notice", text="x")
    assert [message["Subject"] for message in received()] == ["Notice"]


def test_refused_recipients_are_counted_and_not_named(
    mail_to: Connect, received: Callable[..., list[EmailMessage]]
) -> None:
    """smtplib keeps silent as long as one recipient is taken; and an address may be a student's."""
    with mail_to() as mail:
        with pytest.raises(
            DeliveryError, match=r"1 of 2 .*code 550.*number 2 of the list\. The others"
        ) as caught:
            mail.send(to=[TO, "nobody@mail.example"], subject="Notice", text="x")
        assert "nobody" not in str(caught.value)
        with pytest.raises(DeliveryError, match=r"1 of 1 .*Nobody received") as caught:
            mail.send(to=["nobody@mail.example"], subject="Notice", text="x")
        assert "nobody@" not in str(caught.value) + repr(caught.value.__cause__)
    assert len(received()) == 1


def test_a_relay_that_puts_everybody_off_is_tried_again(mail_to: Connect) -> None:
    """Greylisting refuses the first attempt on purpose and takes the second."""
    with mail_to() as mail:
        with pytest.raises(TransientError, match="puts off every recipient"):
            mail.send(to=["later@mail.example"], subject="Notice", text="x")
        with pytest.raises(DeliveryError, match="1 of 2"):
            mail.send(to=["later@mail.example", TO], subject="Notice", text="x")


def test_a_login_is_used_and_a_wrong_one_is_not_shown(
    mail_to: Connect, received: Callable[..., list[EmailMessage]], caplog: pytest.LogCaptureFixture
) -> None:
    """A refused password is repaired on the page; the log is not the place to look for it."""
    caplog.set_level(logging.INFO)
    with mail_to(username="campus", password=PASSWORD) as mail:
        mail.send(to=[TO], subject="Notice", text="x")
    assert len(received("submission")) == 1
    with (
        pytest.raises(ConfigError, match="refuses the login with code 535") as caught,
        mail_to(username="campus", password="wrong-3318"),
    ):
        pass
    assert "wrong-3318" not in str(caught.value) + repr(caught.value.__cause__) + caplog.text
    assert PASSWORD not in caplog.text


def test_a_relay_that_wants_a_login_says_so(mail_to: Connect, tmp_path: Path) -> None:
    """Without a login the relay refuses the sender, which looks like a wrong address."""
    with (
        MailPartner(tmp_path, [MailSystem("submission", username="campus", password=PASSWORD)]) as relay,
        mail_to(port=relay.port) as mail,
        pytest.raises(ConfigError, match="asks for a login"),
    ):
        mail.send(to=[TO], subject="Notice", text="x")


def test_relays_that_cannot_be_reached_are_tried_again(mail_to: Connect) -> None:
    """A relay that restarts is nobody's mistake."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        cases = (
            ({"host": "relay.partner.invalid"}, "does not resolve"),
            ({"port": free_port()}, r"cannot be reached \(ConnectionRefusedError\)"),
            ({"port": silent.getsockname()[1]}, "broke off during the connection"),
        )
        for options, message in cases:
            with pytest.raises(TransientError, match=message), mail_to(timeout=0.2, **options):
                pass


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_message_goes_encrypted_to_a_relay_that_is_trusted(
    tls: str, mail_to: Connect, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that nobody checks protects from nobody."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with MailPartner(tmp_path, [MailSystem("box")], tls=context, implicit_tls=tls == "implicit") as relay:
        with (
            pytest.raises(ConfigError, match="certificate is not trusted"),
            mail_to(port=relay.port, tls=tls),
        ):
            pass
        assert not list(relay.folder("box").iterdir())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with mail_to(port=relay.port, tls=tls) as mail:
            mail.send(to=[TO], subject="Notice", text="x")
        assert len(list(relay.folder("box").iterdir())) == 1


def test_a_relay_without_encryption_is_not_used_unencrypted(
    mail_to: Connect, received: Callable[..., list[EmailMessage]]
) -> None:
    """Falling back to plain text would send the password for all to read."""
    with (
        pytest.raises(ConfigError, match="lacks what the connection needs: STARTTLS"),
        mail_to(tls="starttls"),
    ):
        pass
    with pytest.raises(ConfigError, match="no TLS session came about"), mail_to(tls="implicit"):
        pass
    assert received() == []


def test_a_subject_cannot_add_headers(mail_to: Connect, received: Callable[..., list[EmailMessage]]) -> None:
    """A line end in a subject made from data would let it name further recipients."""
    with mail_to() as mail, pytest.raises(ConfigError, match="one line each"):
        mail.send(to=[TO], subject="Notice\nBcc: all@mail.example", text="x")
    assert received() == []


def test_what_cannot_be_a_message_is_refused(mail_to: Connect, tmp_path: Path) -> None:
    """Mistakes of the caller read like mistakes of the caller."""
    with mail_to() as mail:
        with pytest.raises(ConfigError, match="no recipient"):
            mail.send(to=[], subject="Notice", text="x")
        with pytest.raises(ConfigError, match=r"attachment cannot be read: .*gone\.csv"):
            mail.send(to=[TO], subject="Notice", text="x", attachments=[tmp_path / "gone.csv"])
    with pytest.raises(ConfigError, match="with statement"):
        mail_to().send(to=[TO], subject="Notice", text="x")
    with pytest.raises(ConfigError, match="go together"):
        mail_to(username="campus")
