"""Smb: what is peculiar to a Windows share; what every file store has to do is in stores/."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import smbclient
import tenacity
from smbprotocol.exceptions import SMBAuthenticationError

from common.connectors.smb import Smb
from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError, TransientError
from tests.servers.process import free_port
from tests.servers.proxy import FaultyNetwork
from tests.servers.samba import Samba, samba_server

Connect = Callable[..., Smb]

PROBE = ["resolves", "answers", "login", "readable", "writable"]


@pytest.fixture
def smb_to(samba: Samba) -> Connect:
    """Makes a connector to Samba; any argument can be given otherwise."""
    for file in samba.root.iterdir():
        file.unlink()

    def connector(**options: Any) -> Smb:
        page = {
            "name": "samba-sandbox",
            "host": samba.host,
            "port": samba.port,
            "share": "campus",
            "username": samba.username,
            "password": samba.password,
        }
        return Smb(**page | options)

    return connector


def test_each_page_has_a_session_of_its_own(smb_to: Connect, samba: Samba) -> None:
    """The library keeps one connection for each server: a second page would go on as the first one's user."""
    with smb_to() as writing, smb_to(share="readonly", encrypt=False) as reading:
        writing.put_bytes(b"x", "patrons.csv")
        assert [file.name for file in reading.list()] == ["patrons.csv"]
        with pytest.raises(ConfigError, match="refused the login"), smb_to(password="wrong"):
            pass
        writing.put_bytes(b"still open", "patrons.csv")
    with pytest.raises(SMBAuthenticationError):
        smbclient.listdir(rf"\\{samba.host}\campus", port=samba.port)


def test_a_server_that_cannot_encrypt_gets_nothing_unless_the_page_allows_it(
    smb_to: Connect,
) -> None:
    """Names of people would cross the network in clear, and nobody would notice."""
    with samba_server("server smb encrypt = off") as server:
        page = {"port": server.port, "password": server.password}
        with pytest.raises(ConfigError, match=r"cannot encrypt.*encrypt to false"), smb_to(**page):
            pass
        with smb_to(**page, encrypt=False) as smb:
            smb.put_bytes(b"x", "patrons.csv")
        assert (server.root / "patrons.csv").read_bytes() == b"x"


def test_a_full_disk_keeps_yesterdays_file(smb_to: Connect, samba: Samba, tmp_path: Path) -> None:
    """The share's people have to make room; what they had must still be there, and nothing half beside it."""
    if samba.small is None:
        pytest.skip("NOT TESTED AGAINST SAMBA: a full disk; this machine lets nobody mount a small one")
    local = tmp_path / "patrons.csv"
    local.write_bytes(b"x" * 4_000_000)
    with smb_to(share="small") as smb:
        smb.put_bytes(b"yesterday", "patrons.csv")
        with pytest.raises(DeliveryError, match=r"small has no room.*make room"):
            smb.put(local, "patrons.csv")
    assert [(file.name, file.read_bytes()) for file in samba.small.iterdir()] == [
        ("patrons.csv", b"yesterday")
    ]


def test_a_file_that_somebody_has_open_is_tried_again(smb_to: Connect, samba: Samba, tmp_path: Path) -> None:
    """A spreadsheet left open on a desk blocks its file until somebody goes home; half a file must not be read."""
    with smb_to() as smb:
        smb.put_bytes(b"yesterday", "patrons.csv")
        with smbclient.open_file(
            rf"\\{samba.host}\campus\patrons.csv",
            "r+b",
            username=samba.username,
            password=samba.password,
            port=samba.port,
            connection_cache=(cache := {}),
        ):
            for attempt in (
                lambda: smb.put_bytes(b"today", "patrons.csv"),
                lambda: smb.get("patrons.csv", tmp_path / "patrons.csv"),
            ):
                with pytest.raises(TransientError, match=r"another program has .*patrons\.csv open"):
                    attempt()
        smbclient.reset_connection_cache(connection_cache=cache)
    assert [(file.name, file.read_bytes()) for file in samba.root.iterdir()] == [
        ("patrons.csv", b"yesterday")
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["..\\other.csv", "patrons.csv:stream", "what?.csv", "patrons.csv.", "a /b"])
def test_a_name_that_windows_reads_otherwise_is_refused(name: str, smb_to: Connect, samba: Samba) -> None:
    """A backslash leads to another folder there, a colon to where nobody looks, and a last dot is dropped."""
    with smb_to() as smb, pytest.raises(ConfigError, match="cannot be on a share"):
        smb.put_bytes(b"x", name)
    assert list(samba.root.iterdir()) == []


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_silent_server_ends_the_wait(direction: Any, smb_to: Connect, samba: Samba, tmp_path: Path) -> None:
    """The library waits for ever, for an answer and for room to send: the run, and the next ones, would hang."""
    local = tmp_path / "patrons.csv"
    local.write_bytes(b"x" * 20_000_000)
    with (
        FaultyNetwork(samba.port, after=1_500, fault="stall", direction=direction) as network,
        smb_to(port=network.port, read_timeout=1) as smb,
        pytest.raises(TransientError, match="nothing came for 1 s"),
    ):
        smb.put(local, "patrons.csv")
    # it goes when the server has noticed that the first connection is gone
    assert (
        tenacity.Retrying(
            retry=tenacity.retry_if_result(bool),
            stop=tenacity.stop_after_delay(20),
            wait=tenacity.wait_fixed(0.05),
        )(lambda: list(samba.root.iterdir()))
        == []
    )


def test_no_thread_stays_behind_and_no_traceback_is_logged(
    smb_to: Connect, samba: Samba, caplog: pytest.LogCaptureFixture
) -> None:
    """The library reads in a thread, which writes a traceback for every lost connection."""
    caplog.set_level(logging.INFO)
    before = set(threading.enumerate())
    with smb_to() as smb:
        smb.put_bytes(b"x", "patrons.csv")
    with pytest.raises(ConfigError), smb_to(password="wrong"):
        pass
    with (
        FaultyNetwork(samba.port, after=100_000) as network,
        smb_to(port=network.port) as smb,
        pytest.raises(TransientError),
    ):
        smb.put_bytes(b"x" * 5_000_000, "patrons.csv")
    assert set(threading.enumerate()) == before
    assert {record.name.partition(".")[0] for record in caplog.records} == {"common"}


def test_nothing_works_outside_a_with_statement(smb_to: Connect) -> None:
    """A session that nobody closes would keep its thread, and the run, alive."""
    with pytest.raises(ConfigError, match="with statement"):
        smb_to().put_bytes(b"x", "patrons.csv")


def test_a_probe_tells_its_steps(smb_to: Connect) -> None:
    """`campus pages check` shows where a share fails."""
    told: list[str] = []
    assert smb_to().probe(told.append) == ""
    assert told == PROBE


@pytest.mark.parametrize(
    ("options", "step", "kind", "message"),
    [
        ({"host": "files.campus.invalid"}, "resolves", TransientError, "does not resolve"),
        ({"port": free_port()}, "answers", TransientError, "no server listens there"),
        ({"password": "wrong-3318"}, "login", ConfigError, "refused the login"),
        ({"username": "nobody-here"}, "login", ConfigError, "refused the login"),
        ({"share": "campuss"}, "readable", ConfigError, "no share campuss"),
        ({"path": "/incomming"}, "readable", SourceError, "/incomming does not exist"),
        ({"path": "/a-file"}, "readable", ConfigError, "/a-file is not a folder"),
        ({"share": "readonly"}, "writable", DeliveryError, "permission to write"),
    ],
    ids=["name", "port", "password", "user", "share", "folder", "file", "rights"],
)
def test_what_is_wrong_at_a_share_is_told_by_its_step(
    options: dict[str, Any], step: str, kind: type[DataFlowError], message: str, smb_to: Connect
) -> None:
    """Name, network, login, share and folder are in the hands of different people; none is told the password."""
    with smb_to() as smb:
        smb.put_bytes(b"x", "a-file")
    told: list[str] = []
    with pytest.raises(kind, match=message) as caught:
        smb_to(**options).probe(told.append)
    assert told[-1] == step
    assert "wrong-3318" not in str(caught.value)
