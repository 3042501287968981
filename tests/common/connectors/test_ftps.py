"""Ftps: what is peculiar to FTP inside TLS; what every file store has to do is in stores/."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from common.connectors.ftps import Ftps
from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError, TransientError
from tests.servers.ftps import FtpServer, ftp_server
from tests.servers.process import free_port

Connect = Callable[..., Ftps]

PROBE = ["resolves", "answers", "certificate", "login", "readable", "writable"]


def page(server: FtpServer, **options: Any) -> Ftps:
    """A connector to a server; any argument can be given otherwise."""
    given = {
        "name": "ftps-sandbox",
        "host": server.host,
        "port": server.port,
        "username": server.username,
        "password": server.password,
        "certificate": server.fingerprint,
    }
    return Ftps(**given | options)


@pytest.fixture
def ftps_to(ftps: FtpServer) -> Connect:
    """Makes a connector to ProFTPD, whose folder is empty."""
    for file in ftps.root.iterdir():
        file.unlink()
    return lambda **options: page(ftps, **options)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with a disk of 1 MB of its own."""
    folder = tmp_path / "root"
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
    folder.mkdir()
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("NOT TESTED AGAINST PROFTPD: a full disk; this machine lets nobody mount a small one")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_known_authority_is_enough(
    ftps_to: Connect, ftps: FtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fingerprint on the page would have to be renewed with every certificate."""
    with pytest.raises(ConfigError, match="certificate is not trusted"), ftps_to(certificate=""):
        pass
    monkeypatch.setenv("SSL_CERT_FILE", str(ftps.certificate))
    with ftps_to(certificate="") as store:
        store.put_bytes(b"x", "patrons.csv")
    with (
        pytest.raises(ConfigError, match="certificate is not trusted"),
        ftps_to(certificate="", host="localhost"),
    ):
        pass


def test_implicit_tls_is_there_from_the_first_byte_on(tmp_path: Path) -> None:
    """Some partners have port 990 only."""
    with ftp_server(tmp_path, "TLSOptions UseImplicitSSL") as server:
        with page(server, tls="implicit") as store:
            store.put_bytes(b"x", "patrons.csv")
        assert (server.root / "patrons.csv").read_bytes() == b"x"


def test_plain_ftp_is_never_spoken(tmp_path: Path) -> None:
    """A client that goes on without TLS sends the password in clear."""
    with (
        ftp_server(tmp_path, "TLSEngine off") as server,
        pytest.raises(ConfigError, match="offers no TLS"),
        page(server),
    ):
        pass


def test_a_server_without_mlsd_is_listed_all_the_same(tmp_path: Path) -> None:
    """Microsoft's server, among others, knows names and sizes only."""
    with ftp_server(tmp_path, "<Limit MLSD>", "DenyAll", "</Limit>") as server, page(server) as store:
        store.put_bytes(b"xy", "b.csv")
        store.put_bytes(b"x", "a.csv")
        store.move("b.csv", "folder/b.csv")
        files = store.list() + store.list("folder")
    assert [(file.name, file.size, file.modified) for file in files] == [
        ("a.csv", 1, None),
        ("b.csv", 2, None),
    ]


def test_a_full_disk_keeps_yesterdays_file(small_disk: Path, tmp_path: Path) -> None:
    """What the partner had must still be there, and nothing half beside it."""
    with ftp_server(tmp_path) as server, page(server) as store:
        store.put_bytes(b"yesterday", "patrons.csv")
        with pytest.raises((DeliveryError, TransientError), match="make room"):
            store.put_bytes(b"x" * 3_000_000, "patrons.csv")
        assert [(file.name, file.size) for file in store.list()] == [("patrons.csv", 9)]


def test_a_connection_lost_in_the_middle_leaves_no_trace(tmp_path: Path) -> None:
    """Partners pick up what lies there: neither half a file nor its temporary name may stay."""
    with ftp_server(tmp_path, "TransferRate STOR 400") as server, page(server) as store:
        store.put_bytes(b"yesterday", "patrons.csv")
        lost = threading.Thread(target=_end_the_session, args=(server,))
        lost.start()
        with pytest.raises(TransientError, match=r"connection broke.*patrons\.csv"):
            store.put_bytes(b"x" * 5_000_000, "patrons.csv")
        lost.join()
        assert [(file.name, file.stat().st_size) for file in server.root.iterdir()] == [("patrons.csv", 9)]


def _end_the_session(server: FtpServer) -> None:
    """Kill the process that serves the login, as soon as it has something of a file."""
    while not any(file.stat().st_size for file in server.root.glob("*.part")):
        time.sleep(0.01)
    for session in psutil.Process(int(server.pid.read_text())).children():
        session.kill()


def test_a_silent_server_ends_the_wait(ftps_to: Connect) -> None:
    """Without a limit a server that accepts and says nothing would hold the run for ever."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = {"port": silent.getsockname()[1], "connect_timeout": 0.3}
        with pytest.raises(TransientError, match=r"broke at the step 'certificate'"), ftps_to(**options):
            pass


@pytest.mark.parametrize("name", ["a\r\nDELE b", "tab\tbed"])
def test_no_name_holds_another_command(name: str, ftps_to: Connect) -> None:
    """A line end in a name made from data would be a command of its own."""
    with ftps_to() as store, pytest.raises(ConfigError, match="line end"):
        store.put_bytes(b"x", name)


def test_a_probe_tells_its_steps(ftps_to: Connect) -> None:
    """`campus pages check` shows where a server fails."""
    told: list[str] = []
    assert ftps_to().probe(told.append) == ""
    assert told == PROBE


@pytest.mark.parametrize(
    ("options", "step", "kind", "message"),
    [
        ({"host": "ftp.partner.invalid"}, "resolves", TransientError, "does not resolve"),
        ({"port": free_port()}, "answers", TransientError, "no server listens there"),
        ({"certificate": "ab" * 32}, "certificate", ConfigError, "certificate is not trusted"),
        ({"password": "wrong-3318"}, "login", ConfigError, "refused the login"),
        ({"path": "/incomming"}, "readable", SourceError, "/incomming does not exist"),
    ],
    ids=["name", "port", "certificate", "password", "folder"],
)
def test_what_is_wrong_at_a_server_is_told_by_its_step(
    options: dict[str, Any], step: str, kind: type[DataFlowError], message: str, ftps_to: Connect
) -> None:
    """Name, network, trust, login and folder have different people to ask; none is told the password."""
    told: list[str] = []
    with pytest.raises(kind, match=message) as caught:
        ftps_to(**options).probe(told.append)
    assert told[-1] == step
    assert "wrong-3318" not in str(caught.value)


def test_a_fingerprint_that_is_none_is_said_so(ftps_to: Connect) -> None:
    """A SHA-1 fingerprint, or one with a digit missing, must not read like an attack."""
    with pytest.raises(ConfigError, match="64 hexadecimal digits"):
        ftps_to(certificate="AB:CD")
