"""One login to an FTP server, with TLS before anything is said and on every data connection."""

import contextlib
import ftplib
import hashlib
import socket
import ssl
from collections.abc import Iterator
from typing import BinaryIO, Literal

from common.connectors.ftps_errors import Action, code_of, explain_opening, explain_refusal, tells_of_no_room
from common.connectors.probing import Step, Tell, untold
from common.errors import ConfigError, TransientError

__all__ = ["BLOCK", "FtpsSession", "parse_fingerprint"]

BLOCK = 1024 * 1024  # bytes that are sent or read at once


def parse_fingerprint(text: str, *, name: str) -> str:
    """A SHA-256 fingerprint as 64 hexadecimal digits, whatever separates them; ConfigError for anything else."""
    digits = text.lower().removeprefix("sha256:").replace(":", "").replace(" ", "")
    if len(digits) != 64 or set(digits) - set("0123456789abcdef"):
        raise ConfigError(
            f"Page {name}: the certificate has to be its SHA-256 fingerprint, 64 hexadecimal digits, as "
            "openssl x509 -fingerprint -sha256 shows it."
        )
    return digits


class _Channel(ftplib.FTP_TLS):
    """ftplib's client, which trusts as the page says and goes on with one TLS session.

    Servers may insist that a data connection shows the session of the control connection, as the proof that it
    comes from whoever logged in (RFC 4217 section 10.4); ftplib does not offer it.
    """

    def __init__(self, fingerprint: str, *, implicit: bool, timeout: float) -> None:
        self._fingerprint = fingerprint
        self._implicit = implicit
        context = ssl.create_default_context()
        if fingerprint:  # that this certificate is the one is all there is to know
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        super().__init__(context=context, timeout=timeout, encoding="utf-8")

    def reach(self, host: str, port: int, timeout: float) -> None:
        """Connect, without a word."""
        self.host, self.port = host, port
        self.sock = socket.create_connection((host, port), timeout=timeout)
        self.af = self.sock.family

    def greet(self) -> None:
        """Make it TLS, and look at the certificate."""
        if self._implicit:
            self.sock = self.context.wrap_socket(self._plain(), server_hostname=self.host)
        self.file = self._plain().makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        if not self._implicit:
            self.auth()
        self._compare(self.sock)
        if self.sock is not None:
            self.sock.settimeout(self.timeout)

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - TLS comes next
        try:
            session = self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None
            secure = self.context.wrap_socket(connection, server_hostname=self.host, session=session)
            self._compare(secure)
        except BaseException:
            connection.close()
            raise
        return secure, size

    def _plain(self) -> socket.socket:
        if self.sock is None:
            raise EOFError
        return self.sock

    def _compare(self, connection: socket.socket | None) -> None:
        certificate = (
            connection.getpeercert(binary_form=True) if isinstance(connection, ssl.SSLSocket) else None
        )
        found = hashlib.sha256(certificate or b"").hexdigest()
        if self._fingerprint and found != self._fingerprint:
            raise ssl.SSLCertVerificationError(f"expected {self._fingerprint}, found {found}")


class FtpsSession:
    """The login to one server. It can be opened again after the connection was lost."""

    def __init__(
        self,
        *,
        name: str,
        host: str,
        port: int,
        username: str,
        password: str,
        certificate: str,
        tls: Literal["explicit", "implicit"],
        connect_timeout: float,
        read_timeout: float,
    ) -> None:
        self.where = f"Page {name} ({username}@{host})"
        self._host = host
        self._port = port
        self._username = username
        self._password = password
        self._fingerprint = parse_fingerprint(certificate, name=name) if certificate else ""
        self._implicit = tls == "implicit"
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._client: _Channel | None = None

    @property
    def client(self) -> ftplib.FTP_TLS:
        """The open session; ConfigError when there is none."""
        if self._client is None:
            raise ConfigError(f"{self.where}: no session is open; use Ftps in a with statement.")
        return self._client

    @property
    def alive(self) -> bool:
        """Whether the connection stands, as far as this side knows."""
        return self._client is not None and self._client.sock is not None

    def open(self, tell: Tell = untold) -> None:
        """Connect, begin TLS, compare the certificate and log in."""
        self.close()
        client = _Channel(self._fingerprint, implicit=self._implicit, timeout=self._read_timeout)
        with contextlib.ExitStack() as undone:
            undone.callback(client.close)
            with self._at("answers", tell):
                client.reach(self._host, self._port, self._connect_timeout)
            with self._at("certificate", tell):
                client.greet()
            with self._at("login", tell):
                client.login(self._username, self._password)
                client.prot_p()
            undone.pop_all()
        self._client = client

    def close(self) -> None:
        """End the session; harmless when there is none."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(ftplib.Error, OSError, EOFError):
                if client.sock is not None:
                    client.sock.settimeout(self._connect_timeout)
                    client.quit()
            client.close()

    @contextlib.contextmanager
    def _at(self, step: Step, tell: Tell) -> Iterator[None]:
        tell(step)
        try:
            yield
        except (ftplib.Error, OSError, EOFError, UnicodeError) as error:
            # a reply may hold what it answers, and that may be the password
            raise explain_opening(self.where, step, error, self._connect_timeout) from None

    @contextlib.contextmanager
    def explained(self, action: Action, path: str) -> Iterator[None]:
        """Turn whatever ftplib raises inside into this project's errors, naming ``path``."""
        try:
            yield
        except (ftplib.Error, OSError, EOFError) as error:
            code = code_of(error)
            if code is None:
                if self._client is not None:  # nothing more is to be waited for on this connection
                    self._client.close()
                raise TransientError(
                    f"{self.where}: the connection broke, or nothing came for {self._read_timeout:g} s, at the "
                    f"attempt to {action} {path} ({type(error).__name__})."
                ) from error
            raise explain_refusal(self.where, action, path, code, full=tells_of_no_room(error)) from None

    def store(self, path: str, source: BinaryIO) -> None:
        """Send a file; where the server ends the data connection, its reply says why, and is raised instead."""
        try:
            self.client.storbinary(f"STOR {path}", source, BLOCK)
        except TimeoutError:
            raise
        except OSError:
            self.client.voidresp()
            raise

    def size(self, path: str) -> int | None:
        """A file's size in bytes (RFC 3659 section 4); None where there is no such file, or it cannot be told."""
        try:
            self.client.voidcmd("TYPE I")  # a list leaves the session in text mode, which has no sizes
            return self.client.size(path)
        except ftplib.error_perm:
            return None
