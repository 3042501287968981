"""Mail: notices and small files, handed to a relay by SMTP."""

import contextlib
import logging
import mimetypes
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from common.clock import now
from common.connectors.mail_errors import explain, explain_recipients
from common.connectors.probing import Tell, reach, resolve, untold
from common.errors import ConfigError, DeliveryError

__all__ = ["Mail"]

logger = logging.getLogger(__name__)


class Mail:
    """One mail relay, for use in a ``with`` statement.

    ``name`` is the configuration page's, for messages; ``sender`` stands in From and receives what bounces.
    ``tls`` is ``starttls`` (usual on port 587), ``implicit`` (465) or ``none`` (a relay inside the campus).
    ``timeout`` is in seconds, ``max_bytes`` the largest message, attachments encoded.

    Raises ConfigError for a wrong page or a refused login, DeliveryError for a message or a recipient
    that the relay refuses, TransientError for an unreachable or busy relay.
    """

    def __init__(
        self,
        *,
        name: str,
        host: str,
        port: int,
        sender: str,
        username: str | None = None,
        password: str | None = None,
        tls: Literal["none", "starttls", "implicit"] = "starttls",
        timeout: float = 30,
        max_bytes: int = 20_000_000,
    ) -> None:
        if bool(username) != bool(password):
            raise ConfigError(f"Page {name}: a username and a password go together; one of them is missing.")
        self._name = name
        self._where = f"Page {name} ({host}:{port})"
        self._host = host
        self._port = port
        self._sender = sender
        self._username = username
        self._password = password
        self._tls = tls
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._relay: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        self._relay = self._open(untold)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        relay, self._relay = self._relay, None
        if relay is not None:
            _hang_up(relay)

    def send(
        self,
        *,
        to: Sequence[str],
        subject: str,
        text: str,
        html: str | None = None,
        attachments: Sequence[Path] = (),
    ) -> str:
        """Send one message, or nothing of it; returns its Message-ID."""
        if self._relay is None:
            raise ConfigError(f"{self._where}: no connection is open; use Mail in a with statement.")
        message = self._compose(to, subject, text, html, attachments)
        size = len(message.as_bytes())
        self._check_size(size)
        self._check_announced(self._relay, size)
        with self._explained("the message"):
            try:
                refused = self._relay.send_message(message, from_addr=self._sender, to_addrs=list(to))
            except smtplib.SMTPRecipientsRefused as error:
                refused = error.recipients
        if refused:
            raise explain_recipients(self._where, refused, to)
        identifier = str(message["Message-ID"])
        logger.info("mail_sent page=%s recipients=%d bytes=%d id=%s", self._name, len(to), size, identifier)
        return identifier

    def probe(self, tell: Tell = untold) -> str:
        """Greet the relay, log in and name the sender, without a message; there is nothing to add to success.

        It is no part of a ``with`` statement: it connects by itself.
        """
        if self._tls == "implicit":  # smtplib connects and looks at the certificate in one
            reach(self._where, self._host, self._port, timeout=self._timeout, tell=tell)
        else:
            tell("resolves")
            resolve(self._where, self._host, self._port)
        relay = self._open(tell)
        try:
            tell("sender")
            with self._explained("the sender"):
                relay.ehlo_or_helo_if_needed()
                code, text = relay.mail(self._sender)
                if code >= 400:
                    raise smtplib.SMTPSenderRefused(code, text, self._sender)
                relay.rset()
        finally:
            _hang_up(relay)
        return ""

    def _open(self, tell: Tell) -> smtplib.SMTP:
        with contextlib.ExitStack() as undo:
            tell("certificate" if self._tls == "implicit" else "answers")
            with self._explained("the connection"):
                relay = self._connect()
                undo.callback(relay.close)
                if self._tls == "starttls":
                    tell("certificate")
                    relay.starttls(context=ssl.create_default_context())
            if self._username and self._password:
                tell("login")
                with self._explained("the login"):
                    relay.login(self._username, self._password)
            undo.pop_all()
        return relay

    def _connect(self) -> smtplib.SMTP:
        if self._tls == "implicit":
            trusted = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=trusted)
        return smtplib.SMTP(self._host, self._port, timeout=self._timeout)

    @contextlib.contextmanager
    def _explained(self, step: str) -> Iterator[None]:
        try:
            yield
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise explain(self._where, step, error) from None

    def _compose(
        self, to: Sequence[str], subject: str, text: str, html: str | None, attachments: Sequence[Path]
    ) -> EmailMessage:
        message = EmailMessage()
        try:
            message["From"] = self._sender
            message["To"] = ", ".join(to)
            message["Subject"] = subject
        except ValueError:
            raise ConfigError(f"{self._where}: sender, recipients and subject are one line each.") from None
        if not to:
            raise ConfigError(f"{self._where}: the message has no recipient.")
        message["Date"] = now()
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message.set_content(text)
        if html is not None:
            message.add_alternative(html, subtype="html")
        self._attach(message, attachments)
        return message

    def _attach(self, message: EmailMessage, attachments: Sequence[Path]) -> None:
        try:
            # Base64 makes 78 bytes with the line end out of 57: what cannot fit is not even read.
            self._check_size(sum(path.stat().st_size for path in attachments) * 78 // 57)
            for path in attachments:
                kind, encoding = mimetypes.guess_type(path.name)
                main, _, sub = (kind if kind and not encoding else "application/octet-stream").partition("/")
                message.add_attachment(path.read_bytes(), maintype=main, subtype=sub, filename=path.name)
        except OSError as error:
            raise ConfigError(
                f"{self._where}: an attachment cannot be read: {error.strerror}, {error.filename}."
            ) from error

    def _check_size(self, size: int) -> None:
        if size > self._max_bytes:
            raise DeliveryError(
                f"{self._where}: the message would have {size} bytes, the limit is {self._max_bytes}. Nothing was "
                "sent; deliver the file another way."
            )

    def _check_announced(self, relay: smtplib.SMTP, size: int) -> None:
        """The limit that a relay tells in its greeting (RFC 1870), where it tells one."""
        with self._explained("the greeting"):
            relay.ehlo_or_helo_if_needed()
        announced = relay.esmtp_features.get("size", "")
        if announced.isdigit() and 0 < int(announced) < size:
            raise DeliveryError(
                f"{self._where}: the message would have {size} bytes and is larger than the relay takes, {announced}. "
                "Nothing was sent; deliver the file another way."
            )


def _hang_up(relay: smtplib.SMTP) -> None:
    with contextlib.suppress(smtplib.SMTPException, OSError):
        relay.quit()
    relay.close()
