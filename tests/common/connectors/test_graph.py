"""Microsoft Graph: what is peculiar to it, beside the contract of every file store in ``stores``.

The server is our own, written from Microsoft's documentation; nothing here was tried on Microsoft's.
"""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from common.blocks import SharePointDrive
from common.connectors.graph import GraphDrive
from common.connectors.graph_upload import CHUNK, SMALL
from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError, TransientError
from tests.common.connectors.stores.place import empty, sizes
from tests.servers.graph import GraphServer
from tests.servers.graph_app import APPS, DRIVE, SITE, TENANT
from tests.servers.process import HOST, free_port
from tests.servers.proxy import FaultyNetwork

Connect = Callable[..., GraphDrive]


@pytest.fixture
def graph_to(graph: GraphServer) -> Iterator[Connect]:
    """Makes a connector to the empty drive, impatient enough for a test; any argument can be given otherwise."""

    def connector(**options: Any) -> GraphDrive:
        page = {
            "name": "sharepoint-sandbox",
            "tenant": TENANT,
            "client_id": "writer",
            "client_secret": APPS["writer"],
            "drive": DRIVE,
            "url": graph.url,
            "login_url": graph.url,
            "backoff": 0.001,
        }
        return GraphDrive(**page | options)

    empty(graph.root)
    graph.reset()
    yield connector
    empty(graph.root)
    graph.reset()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of three chunks, the last one short."""
    local = tmp_path / "advising.csv"
    local.write_bytes(bytes(range(250)) * (2 * CHUNK // 250) + b"the end" * 100)
    return local


@pytest.mark.parametrize("size", [SMALL, SMALL + 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_a_file_arrives_whole_at_every_edge(
    size: int, graph_to: Connect, graph: GraphServer, tmp_path: Path
) -> None:
    """A chunk of another length than 320 KiB's multiples is taken at first, and the file refused at its end."""
    local = tmp_path / "advising.csv"
    local.write_bytes((bytes(range(251)) * (size // 251 + 1))[:size])
    with graph_to() as drive:
        drive.put(local, "advising.csv")
    assert (graph.root / "advising.csv").read_bytes() == local.read_bytes()
    assert any("createUploadSession" in line for line in graph.requests()) == (size > SMALL)


@pytest.mark.parametrize("done", [False, True], ids=["chunk lost", "answer lost"])
def test_an_upload_goes_on_where_the_server_says_that_it_stopped(
    done: bool, graph_to: Connect, graph: GraphServer, large: Path
) -> None:
    """Whether a chunk or only the answer to it was lost, sending it again blindly would spoil or end the session."""
    graph.fail("PUT /up/", 503, done=done)
    with graph_to() as drive:
        drive.put(large, "advising.csv")
    assert (graph.root / "advising.csv").read_bytes() == large.read_bytes()
    chunks = [line for line in graph.requests() if line.startswith("PUT")]
    assert (
        chunks == ["PUT 503", "PUT 202", "PUT 201"] if done else ["PUT 503", "PUT 202", "PUT 202", "PUT 201"]
    )


def test_a_connection_that_breaks_is_taken_up_again(
    graph_to: Connect, graph: GraphServer, large: Path
) -> None:
    """A gigabyte over a bad line would never arrive if every break began it anew."""
    with FaultyNetwork(graph.port, after=CHUNK + 1_000_000) as network:
        url = f"http://{HOST}:{network.port}"
        with graph_to(url=url, login_url=url) as drive:
            drive.put(large, "advising.csv")
    assert (graph.root / "advising.csv").read_bytes() == large.read_bytes()
    assert [line for line in graph.requests() if line.startswith("PUT")] == ["PUT 202", "PUT 202", "PUT 201"]


def test_an_upload_that_is_given_up_leaves_no_session(
    graph_to: Connect, graph: GraphServer, large: Path
) -> None:
    """What was sent so far counts against the drive's room until the session expires."""
    for _ in range(4):
        graph.fail("PUT /up/", 503)
    with graph_to() as drive, pytest.raises(TransientError, match=r"write /advising\.csv now \(503"):
        drive.put(large, "advising.csv")
    assert sizes(graph.root) == {}
    assert graph.unfinished == 0


def test_a_session_that_expired_begins_anew_with_the_next_attempt(
    graph_to: Connect, graph: GraphServer, large: Path
) -> None:
    """Graph answers 404 then, which for any other address means that a person has to act."""
    graph.fail("PUT /up/", 404)
    with graph_to() as drive:
        with pytest.raises(TransientError, match=r"session of /advising\.csv has ended"):
            drive.put(large, "advising.csv")
        drive.put(large, "advising.csv")
    assert sizes(graph.root) == {"advising.csv": large.stat().st_size}


def test_a_server_that_asks_to_wait_is_waited_for(graph_to: Connect, graph: GraphServer) -> None:
    """Whoever goes on asking a server that throttles is throttled longer."""
    graph.fail("PUT /v1.0", 429, headers={"Retry-After": "1"})
    with graph_to() as drive:
        drive.put_bytes(b"x", "advising.csv")
    assert sizes(graph.root) == {"advising.csv": 1}
    graph.fail("PUT /v1.0", 429, headers={"Retry-After": "3600"})
    with graph_to() as drive, pytest.raises(TransientError, match="asks to wait 3600 s"):
        drive.put_bytes(b"x", "advising.csv")


@pytest.mark.parametrize("life", [{"told": 0.0}, {"lasts": 0.0}], ids=["told", "untold"])
def test_a_token_that_ends_on_the_way_is_renewed(
    life: dict[str, float], graph_to: Connect, graph: GraphServer, large: Path
) -> None:
    """A token lasts an hour: a long delivery outlives it, and an administrator may revoke it before."""
    graph.reset(**life)
    with graph_to() as drive:
        if "lasts" in life:
            with pytest.raises(ConfigError, match=r"refuses the token \(401, InvalidAuthenticationToken"):
                drive.put(large, "advising.csv")
            graph.reset()
        drive.put(large, "advising.csv")
        drive.remove("advising.csv")
    # a token for each of four requests, where each has ended with its request
    assert sum("oauth2" in line for line in graph.requests()) == (1 if "lasts" in life else 4)


def test_the_answer_to_a_move_or_a_removal_may_be_lost(graph_to: Connect, graph: GraphServer) -> None:
    """Tried again, both find their work done: that is no failure."""
    with graph_to() as drive:
        drive.put_bytes(b"x", "charges.csv")
        graph.fail("PATCH /v1.0", 503, done=True)
        drive.move("charges.csv", "loaded/charges.csv")
        assert sizes(graph.root) == {"loaded/charges.csv": 1}
        graph.fail("DELETE /v1.0", 503, done=True)
        drive.remove("loaded/charges.csv")
    assert sizes(graph.root) == {}


def test_a_folder_is_never_removed_or_moved_for_a_file(graph_to: Connect, graph: GraphServer) -> None:
    """Graph deletes a folder with everything in it, without asking."""
    (graph.root / "2026").mkdir()
    (graph.root / "2026" / "kept.csv").write_bytes(b"x")
    with graph_to() as drive:
        drive.put_bytes(b"y", "new.csv")
        for attempt in (
            lambda: drive.remove("2026"),
            lambda: drive.move("2026", "other"),
            lambda: drive.move("new.csv", "2026"),
        ):
            with pytest.raises(SourceError, match="or is a folder"):
                attempt()
    assert sizes(graph.root) == {"2026/kept.csv": 1, "new.csv": 1}


def test_a_site_leads_to_its_drive(graph_to: Connect, graph: GraphServer) -> None:
    """People know the address of their site; the drive's id is in no dialog of SharePoint."""
    with graph_to(drive="", site=SITE, path="inbox") as drive:
        (graph.root / "inbox").mkdir()
        assert drive.put_bytes(b"x", "advising.csv").path == "/inbox/advising.csv"
    assert sizes(graph.root) == {"inbox/advising.csv": 1}
    with pytest.raises(ConfigError, match="one of them, not both"):
        graph_to(site=SITE)


@pytest.mark.parametrize(
    ("options", "step", "kind", "message"),
    [
        ({"login_url": "http://login.partner.invalid"}, "resolves", TransientError, "does not resolve"),
        ({"login_url": f"http://{HOST}:{free_port()}"}, "answers", TransientError, "ConnectError"),
        ({"tenant": "elsewhere.example"}, "login", ConfigError, "400, AADSTS90002"),
        ({"client_secret": "wrong-secret-3318"}, "login", ConfigError, "401, AADSTS7000215.*secret expires"),
        ({"drive": "", "site": "campus.sharepoint.com:/sites/x"}, "readable", ConfigError, "no drive of"),
        ({"path": "incomming"}, "readable", SourceError, "folder /incomming does not exist"),
        ({"client_id": "reader", "client_secret": APPS["reader"]}, "writable", DeliveryError, "permission"),
    ],
    ids=["name", "port", "tenant", "secret", "site", "folder", "rights"],
)
def test_what_is_wrong_at_a_drive_is_told_by_its_step(
    options: dict[str, Any], step: str, kind: type[DataFlowError], message: str, graph_to: Connect
) -> None:
    """Network, app registration, site and rights are in the hands of different people; none is told a secret."""
    told: list[str] = []
    with pytest.raises(kind, match=message) as caught:
        graph_to(**options).probe(told.append)
    assert told[-1] == step
    assert "secret-" not in str(caught.value)


def test_a_page_leads_to_microsoft_through_the_proxy_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a proxy no other name than its own resolves: a check that insists on that would call every page wrong."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://{HOST}:{free_port()}")
    page = SharePointDrive(tenant=TENANT, client_id="writer", client_secret=SecretStr("x"), site=SITE)
    told: list[str] = []
    where = r"Page advising-prod \(app writer at graph\.microsoft\.com\): no whole answer"
    with pytest.raises(TransientError, match=where):
        page.open("advising-prod").probe(told.append)
    assert told == ["resolves", "answers"]


def test_a_drive_that_works_is_told_step_by_step(graph_to: Connect, graph: GraphServer) -> None:
    """A check that says only yes leaves open what it has looked at."""
    told: list[str] = []
    assert graph_to().probe(told.append) == ""
    assert told == ["resolves", "answers", "login", "readable", "writable"]
    assert sizes(graph.root) == {}


def test_the_addresses_that_are_passwords_are_told_nobody(
    graph_to: Connect, graph: GraphServer, large: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads an upload's address in a log can write to the drive, and a download's shows the file."""
    graph.fail("PUT /up/", 500)
    with caplog.at_level(logging.INFO), graph_to(attempts=2) as drive:
        drive.put(large, "advising.csv")
        drive.get("advising.csv", tmp_path / "back.csv")
        for _ in range(3):
            graph.fail("PUT /up/", 503)
            graph.fail("DELETE /up/", 503)
        with pytest.raises(TransientError) as caught:
            drive.put(large, "advising.csv")
    assert "graph_put page=sharepoint-sandbox path=/advising.csv" in caplog.text
    assert "graph_leftover" in caplog.text
    for secret in ("/up/", "/down/", APPS["writer"], "Bearer"):
        assert secret not in caplog.text + str(caught.value) + str(caught.value.__cause__)


def test_nothing_works_outside_a_with_statement(graph_to: Connect) -> None:
    """A client that nobody closes would keep its connections."""
    with pytest.raises(ConfigError, match="with statement"):
        graph_to().put_bytes(b"x", "advising.csv")
