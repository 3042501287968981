"""Connectors to the shared servers, as a page would make them."""

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from common.connectors.http.login import login
from common.connectors.http.session import Session
from common.connectors.mail import Mail
from common.connectors.rest import Rest
from common.connectors.sftp import Sftp
from common.sandbox.partners import HttpFault, HttpPartner, MailPartner, SftpPartner
from tests.servers.certificates import write_certificate
from tests.servers.openssh import OpenSsh
from tests.servers.partners import HTTP_SYSTEMS, PASSWORD, SFTP_SYSTEMS, TOKEN

LOGIN = inspect.signature(login).parameters.keys() - {"name", "timeout"}


@pytest.fixture
def sftp_to(sftp_partner: SftpPartner) -> Callable[..., Sftp]:
    """Makes a connector to one of the SFTP partner's systems; any argument can be given otherwise."""

    def connector(system: str, **options: Any) -> Sftp:
        page = {
            "name": f"{system}-sandbox",
            "host": "127.0.0.1",
            "port": sftp_partner.port,
            "username": SFTP_SYSTEMS[system].username,
            "password": PASSWORD,
            "host_key": sftp_partner.host_key,
        }
        return Sftp(**page | options)

    return connector


@pytest.fixture
def sftp_to_openssh(openssh: OpenSsh) -> Callable[..., Sftp]:
    """Makes a connector to OpenSSH's server, in its folder; any argument can be given otherwise."""

    def connector(**options: Any) -> Sftp:
        page = {
            "name": "openssh-sandbox",
            "host": openssh.host,
            "port": openssh.port,
            "username": openssh.username,
            "private_key": openssh.private_key,
            "host_key": openssh.host_key,
            "path": str(openssh.root),
        }
        return Sftp(**page | options)

    return connector


@pytest.fixture
def rest_to(http_partner: HttpPartner) -> Callable[..., Rest]:
    """Makes a connector to one of the HTTP partner's systems, impatient enough for a test."""

    def connector(system: str, **options: Any) -> Rest:
        page = {
            "name": f"{system}-sandbox",
            "url": http_partner.url(system),
            "backoff": 0.001,
            "token": TOKEN,
        }
        given = page | options
        credentials = {key: given.pop(key) for key in list(given) if key in LOGIN}
        own = {key: given.pop(key) for key in ("concurrency", "check_path") if key in given}
        return Rest(Session(**given, auth=login(given["name"], **credentials)), **own)

    return connector


@pytest.fixture
def mail_to(mail_partner: MailPartner) -> Callable[..., Mail]:
    """Makes a connector to the mail partner, without a login."""

    def connector(**options: Any) -> Mail:
        page = {
            "name": "relay-sandbox",
            "host": "127.0.0.1",
            "port": mail_partner.port,
            "sender": "flows@campus.example",
            "tls": "none",
        }
        return Mail(**page | options)

    return connector


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for the loopback address that nobody knows, with its key, in one file."""
    return write_certificate(tmp_path / "relay.pem")


@pytest.fixture(autouse=True)
def _empty_openssh(request: pytest.FixtureRequest) -> None:
    if "openssh" in request.fixturenames:
        for file in request.getfixturevalue("openssh").root.iterdir():
            file.unlink()


@pytest.fixture
def names(openssh: OpenSsh) -> Callable[[], list[str]]:
    """The files that are in OpenSSH's folder now."""
    return lambda: sorted(file.name for file in openssh.root.iterdir())


@pytest.fixture(autouse=True)
def _empty_http_partner(request: pytest.FixtureRequest) -> Iterator[None]:
    partner = request.getfixturevalue("http_partner") if "http_partner" in request.fixturenames else None
    if partner is not None:
        for system in HTTP_SYSTEMS:
            for file in partner.folder(system).rglob("*.*"):
                file.unlink()
    yield
    if partner is not None:
        partner.faults.clear()


@pytest.fixture
def requests(http_partner: HttpPartner) -> Callable[[], list[str]]:
    """What the partner was asked, as ``PUT 201``."""

    def read() -> list[str]:
        log = http_partner.folder("engage") / "requests.jsonl"
        entries = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [f"{entry['method']} {entry['status']}" for entry in entries]

    return read


@pytest.fixture
def fail(http_partner: HttpPartner) -> Callable[..., None]:
    """Lets the partner's next requests fail."""

    def induce(method: str = "PUT", **options: Any) -> None:
        http_partner.faults.append(HttpFault(f"{method} /engage/", **options))

    return induce
