"""Servers that tests share, started once in a test run, as a pytest plugin."""

from collections.abc import Iterator

import pytest

from common.sandbox.partners import HttpPartner, MailPartner, SftpPartner
from tests.servers import openssh as openssh_launcher
from tests.servers import pgp
from tests.servers import postgres as postgres_launcher
from tests.servers.openssh import OpenSsh
from tests.servers.partners import HTTP_SYSTEMS, MAIL_SYSTEMS, SFTP_SYSTEMS
from tests.servers.postgres import Postgres

__all__ = ["http_partner", "mail_partner", "openssh", "pgp_people", "postgres", "sftp_partner"]


@pytest.fixture(scope="session")
def openssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSsh]:
    """OpenSSH's SFTP server."""
    if not openssh_launcher.installed():
        pytest.skip("NOT TESTED AGAINST OPENSSH: no sshd on this machine (Debian: openssh-server)")
    with openssh_launcher.openssh_server(tmp_path_factory.mktemp("openssh")) as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, empty."""
    if not postgres_launcher.installed():
        pytest.skip(
            "NOT TESTED AGAINST POSTGRESQL: no initdb and postgres on this machine (Debian: postgresql)"
        )
    with postgres_launcher.postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def sftp_partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpPartner]:
    """An SFTP server with the systems of ``tests.servers.partners``."""
    with SftpPartner(tmp_path_factory.mktemp("sftp"), list(SFTP_SYSTEMS.values())) as partner:
        yield partner


@pytest.fixture(scope="session")
def http_partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpPartner]:
    """An HTTP interface with the systems of ``tests.servers.partners``."""
    with HttpPartner(tmp_path_factory.mktemp("http"), list(HTTP_SYSTEMS.values())) as partner:
        yield partner


@pytest.fixture(scope="session")
def mail_partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailPartner]:
    """A mail relay with the systems of ``tests.servers.partners``."""
    with MailPartner(
        tmp_path_factory.mktemp("mail"), list(MAIL_SYSTEMS.values()), max_bytes=1_000_000
    ) as partner:
        yield partner


@pytest.fixture(scope="session")
def pgp_people() -> Iterator[pgp.PgpPeople]:
    """People with OpenPGP keys, by name."""
    if not pgp.installed():
        pytest.skip("NOT TESTED AGAINST GNUPG: no gpg on this machine (Debian: gnupg)")
    with pgp.people() as people:
        yield people
