"""Servers that tests share, started once in a test run, as a pytest plugin."""

from collections.abc import Iterator

import pytest

from common.sandbox.partners import HttpPartner, MailPartner, SftpPartner
from tests.servers import ftps as ftps_launcher
from tests.servers import mariadb as mariadb_launcher
from tests.servers import openssh as openssh_launcher
from tests.servers import pgp
from tests.servers import postgres as postgres_launcher
from tests.servers import samba as samba_launcher
from tests.servers.ftps import FtpServer
from tests.servers.graph import GraphServer, graph_server
from tests.servers.mariadb import MariaDb
from tests.servers.openssh import OpenSsh
from tests.servers.partners import HTTP_SYSTEMS, MAIL_SYSTEMS, SFTP_SYSTEMS
from tests.servers.postgres import Postgres
from tests.servers.s3 import S3Server, s3_server
from tests.servers.samba import Samba
from tests.servers.webdav import DavServer, dav_server

__all__ = [
    "ftps",
    "graph",
    "http_partner",
    "mail_partner",
    "mariadb",
    "openssh",
    "pgp_people",
    "postgres",
    "s3",
    "samba",
    "sftp_partner",
    "strict_s3",
    "webdav",
]


@pytest.fixture(scope="session")
def ftps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FtpServer]:
    """An FTP server with explicit TLS."""
    if not ftps_launcher.installed():
        pytest.skip(
            "NOT TESTED AGAINST PROFTPD: not on this machine (Debian: proftpd-core, proftpd-mod-crypto)"
        )
    with ftps_launcher.ftp_server(tmp_path_factory.mktemp("ftps")) as server:
        yield server


@pytest.fixture(scope="session")
def openssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSsh]:
    """OpenSSH's SFTP server."""
    if not openssh_launcher.installed():
        pytest.skip("NOT TESTED AGAINST OPENSSH: no sshd on this machine (Debian: openssh-server)")
    with openssh_launcher.openssh_server(tmp_path_factory.mktemp("openssh")) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDb]:
    """A MariaDB server with an empty database, without TLS."""
    if not mariadb_launcher.installed():
        pytest.skip("NOT TESTED AGAINST MARIADB: no mariadbd on this machine (Debian: mariadb-server)")
    with mariadb_launcher.mariadb_server() as server:
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
def samba() -> Iterator[Samba]:
    """Samba, with a share to write to, one to read and a small one."""
    if reason := samba_launcher.cannot_run():
        pytest.skip(f"NOT TESTED AGAINST SAMBA: {reason}")
    with samba_launcher.samba_server() as server:
        yield server


@pytest.fixture(scope="session")
def webdav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DavServer]:
    """A WebDAV server without TLS."""
    with dav_server(tmp_path_factory.mktemp("webdav")) as server:
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
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """moto's S3, which lets everybody do everything."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="session")
def strict_s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """moto's S3, which looks at keys, signatures and policies."""
    with s3_server(tmp_path_factory.mktemp("strict-s3"), strict=True) as server:
        yield server


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphServer]:
    """A drive of SharePoint, as far as Microsoft's documentation describes it."""
    with graph_server(tmp_path_factory.mktemp("graph")) as server:
        yield server


@pytest.fixture(scope="session")
def pgp_people() -> Iterator[pgp.PgpPeople]:
    """People with OpenPGP keys, by name."""
    if not pgp.installed():
        pytest.skip("NOT TESTED AGAINST GNUPG: no gpg on this machine (Debian: gnupg)")
    with pgp.people() as people:
        yield people
