"""A mail partner: an SMTP server that keeps every message as a file."""

import asyncio
import contextlib
import logging
import re
import secrets
import socket
import ssl
import unicodedata
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from common.errors import ConfigError
from common.sandbox.partners.partner import LOOPBACK, Partner

__all__ = ["MailPartner", "MailSystem"]

# aiosmtpd warns at every login of an attribute that it sets itself.
logging.getLogger("mail.log").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class MailSystem:
    """One mailbox. With a username it takes what comes under that login, without one all the rest.

    ``refused`` are recipients that the server does not know, ``deferred`` those it puts off.
    """

    name: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    refused: frozenset[str] = frozenset()
    deferred: frozenset[str] = frozenset()


class MailPartner(Partner):
    """The SMTP server of all ``systems``; a message is kept as ``root/<system>/<number>-<subject>.eml``.

    ``max_bytes`` is the largest message it takes. With a ``tls`` context it speaks TLS: from the start
    with ``implicit_tls``, otherwise after STARTTLS.
    """

    def __init__(
        self,
        root: Path,
        systems: Sequence[MailSystem],
        *,
        port: int = 0,
        host: str = LOOPBACK,
        max_bytes: int = 30_000_000,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
    ) -> None:
        super().__init__(root, [system.name for system in systems], port=port, host=host)
        self._by_login = {system.username: system for system in systems}
        if len(self._by_login) < len(systems):
            raise ConfigError("Two systems of the mail partner have the same login, or both have none.")
        self._max_bytes = max_bytes
        self._tls = tls
        self._implicit_tls = implicit_tls

    @contextlib.asynccontextmanager
    async def _serving(self, listener: socket.socket) -> AsyncIterator[None]:
        sessions: list[SMTP] = []

        def session() -> SMTP:
            sessions.append(
                SMTP(
                    self,
                    hostname=LOOPBACK,
                    ident="partner",
                    data_size_limit=self._max_bytes,
                    enable_SMTPUTF8=True,
                    tls_context=None if self._implicit_tls else self._tls,
                    require_starttls=True,
                    auth_require_tls=False,
                    authenticator=self._authenticate,
                    loop=asyncio.get_running_loop(),
                )
            )
            return sessions[-1]

        tls = self._tls if self._implicit_tls else None
        async with await asyncio.get_running_loop().create_server(session, sock=listener, ssl=tls):
            yield
            for open_session in sessions:
                if open_session.transport is not None:
                    open_session.transport.close()

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: LoginPassword
    ) -> AuthResult:
        system = self._by_login.get(login.login.decode())
        if system is None or system.password is None:
            return AuthResult(success=False, handled=False)
        known = secrets.compare_digest(system.password.encode(), login.password)
        return AuthResult(success=known, handled=False, auth_data=system.username)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls its hooks by these names
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender if there is a mailbox for what it sends."""
        if session.auth_data not in self._by_login:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls its hooks by these names
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient that the mailbox does not refuse."""
        mailbox = self._by_login[session.auth_data]
        if address in mailbox.refused:
            return f"550 5.1.1 <{address}> is not known here"
        if address in mailbox.deferred:
            return f"451 4.7.1 <{address}> is to be tried later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message."""
        folder = self.folder(self._by_login[session.auth_data].name)
        content: Any = envelope.content
        number = 1 + max((int(file.name.partition("-")[0]) for file in folder.glob("*.eml")), default=0)
        subject = str(message_from_bytes(content, policy=policy.default)["Subject"] or "")
        (folder / f"{number:04d}-{_slug(subject)}.eml").write_bytes(content)
        return "250 OK"


def _slug(subject: str) -> str:
    plain = unicodedata.normalize("NFKD", subject).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "no-subject"
