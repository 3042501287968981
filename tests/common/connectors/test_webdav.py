"""WebDav: what is peculiar to files by HTTP; what every file store has to do is in stores/."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from common.connectors.webdav import WebDav
from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError, TransientError
from tests.servers.certificates import write_certificate
from tests.servers.process import HOST, free_port, running
from tests.servers.proxy import FaultyNetwork
from tests.servers.webdav import DavServer, dav_server

Connect = Callable[..., WebDav]

PROBE = ["resolves", "answers", "login", "readable", "writable"]


def page(server: DavServer, **options: Any) -> WebDav:
    """A connector to a server; any argument can be given otherwise."""
    given = {
        "name": "webdav-sandbox",
        "url": server.url(),
        "username": server.username,
        "password": server.password,
    }
    return WebDav(**given | options)


@pytest.fixture
def webdav_to(webdav: DavServer) -> Connect:
    """Makes a connector to WsgiDAV, whose folder is empty."""
    for file in webdav.root.iterdir():
        file.unlink()
    return lambda **options: page(webdav, **options)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with a disk of 1 MB of its own."""
    folder = tmp_path / "root"
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
    folder.mkdir()
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("NOT TESTED AGAINST WSGIDAV: a full disk; this machine lets nobody mount a small one")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_receipt_says_whether_a_file_took_its_name_in_one_step(webdav_to: Connect) -> None:
    """A server deletes the older file before it moves the new one: between the two there is none."""
    with webdav_to() as store:
        assert store.put_bytes(b"yesterday", "patrons.csv").atomic
        assert not store.put_bytes(b"today", "patrons.csv").atomic
    with webdav_to(rename=False) as store:
        assert not store.put_bytes(b"today", "permits.csv").atomic


def test_a_broken_put_without_rename_leaves_no_half_file(webdav_to: Connect, webdav: DavServer) -> None:
    """Where a file has its final name from its first byte on, half of it is worse than none."""
    with (
        FaultyNetwork(webdav.port, after=1_000_000) as network,
        webdav_to(url=webdav.url(port=network.port), rename=False) as store,
        pytest.raises(TransientError, match=r"to write /patrons\.csv.*: no whole answer"),
    ):
        store.put_bytes(b"x" * 5_000_000, "patrons.csv")
    assert list(webdav.root.iterdir()) == []


def test_a_silent_server_ends_the_wait(webdav_to: Connect, webdav: DavServer) -> None:
    """Without a limit a stalled upload would hold its run, and the next ones, for ever."""
    with (
        FaultyNetwork(webdav.port, after=1_000_000, fault="stall") as network,
        webdav_to(url=webdav.url(port=network.port), read_timeout=0.5) as store,
        pytest.raises(TransientError, match="no whole answer"),
    ):
        store.put_bytes(b"x" * 20_000_000, "patrons.csv")
    assert [file.name for file in webdav.root.iterdir() if not file.name.endswith(".part")] == []


def test_a_full_disk_keeps_yesterdays_file(small_disk: Path, tmp_path: Path) -> None:
    """What the partner had must still be there, and nothing half beside it."""
    with dav_server(tmp_path) as server, page(server) as store:
        store.put_bytes(b"yesterday", "patrons.csv")
        with pytest.raises((DeliveryError, TransientError), match=r"patrons\.csv"):
            store.put_bytes(b"x" * 3_000_000, "patrons.csv")
    assert [(file.name, file.read_bytes()) for file in small_disk.iterdir()] == [
        ("patrons.csv", b"yesterday")
    ]


def test_a_certificate_that_nobody_vouches_for_gets_no_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password must not go to whoever answers; one that is vouched for is enough."""
    certificate = write_certificate(tmp_path / "server.pem")
    with dav_server(tmp_path, certificate) as server:
        told: list[str] = []
        with pytest.raises(ConfigError, match="certificate is not trusted"):
            page(server).probe(told.append)
        assert told[-1] == "certificate"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert page(server).probe() == ""


def test_a_name_that_the_server_cuts_is_no_delivery(webdav_to: Connect) -> None:
    """WsgiDAV answers 201 and calls the file "patrons"; the partner would never find it."""
    with webdav_to() as store, pytest.raises(DeliveryError, match="another name than /patrons;1"):
        store.put_bytes(b"x", "patrons;1.csv")


def test_a_folder_is_not_removed_with_all_that_is_in_it(webdav_to: Connect, webdav: DavServer) -> None:
    """DELETE of a folder takes everything in it along."""
    with webdav_to() as store:
        store.put_bytes(b"x", "a.csv")
        store.move("a.csv", "loaded/a.csv")
        with pytest.raises(DeliveryError, match="is a folder"):
            store.remove("loaded")
        assert store.exists("loaded/a.csv")
        store.remove("loaded/a.csv")
    (webdav.root / "loaded").rmdir()


def test_a_web_server_that_is_no_webdav_is_said_so(webdav: DavServer, tmp_path: Path) -> None:
    """The address of a partner's web page, copied from a mail, answers as well."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", "--bind", HOST, str(port)]
    with (
        running(command, port=port, log=tmp_path / "log"),
        page(webdav, url=f"http://{HOST}:{port}") as store,
        pytest.raises(SourceError, match="may be no WebDAV"),
    ):
        store.list()
    with pytest.raises(ConfigError, match="url must be"):
        page(webdav, url="ftp://files.partner.example")


def test_a_probe_tells_its_steps(webdav_to: Connect) -> None:
    """`campus pages check` shows where a server fails."""
    told: list[str] = []
    assert webdav_to().probe(told.append) == ""
    assert told == PROBE


def test_a_probe_leaves_the_name_to_the_proxy_that_there_is(
    webdav_to: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy, also one for all protocols, no other name than its own resolves."""
    monkeypatch.setenv("ALL_PROXY", f"http://{HOST}:{free_port()}")
    told: list[str] = []
    with pytest.raises(TransientError, match=r"to look at /: no whole answer \(ConnectError\)"):
        webdav_to(url="http://dav.partner.invalid/dav").probe(told.append)
    assert told == ["resolves", "answers"]


@pytest.mark.parametrize(
    ("options", "step", "kind", "message"),
    [
        ({"url": "http://dav.partner.invalid/dav"}, "resolves", TransientError, "does not resolve"),
        ({"url": f"http://127.0.0.1:{free_port()}/dav"}, "answers", TransientError, "ConnectError"),
        ({"password": "wrong-3318"}, "login", ConfigError, "refused the login"),
        ({"path": "/incomming"}, "readable", SourceError, "/incomming does not exist"),
        ({"path": "/a-file"}, "readable", ConfigError, "/a-file is not a folder"),
    ],
    ids=["name", "port", "password", "folder", "file"],
)
def test_what_is_wrong_at_a_server_is_told_by_its_step(
    options: dict[str, Any], step: str, kind: type[DataFlowError], message: str, webdav_to: Connect
) -> None:
    """Name, network, login and folder have different people to ask; none is told the password."""
    with webdav_to() as store:
        store.put_bytes(b"x", "a-file")
    told: list[str] = []
    with pytest.raises(kind, match=message) as caught:
        webdav_to(**options).probe(told.append)
    assert told[-1] == step
    assert "wrong-3318" not in str(caught.value)
