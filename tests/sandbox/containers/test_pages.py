"""The role that registers the sandbox's pages: complete, as often as one likes, and clear about what is missing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prefect.blocks.system import Secret
from prefect.settings import PREFECT_API_URL, temporary_settings
from typer.testing import CliRunner

from common.blocks import OracleDatabase, RestApi, SftpServer
from common.errors import ConfigError, TransientError
from common.pages import list_pages
from common.sandbox.containers.__main__ import app
from common.sandbox.containers.pages import register_pages, scan_host_key, wait_for_prefect
from common.sandbox.pages import SECRET
from common.sandbox.partners import HttpFault, HttpPartner, HttpSystem, SftpPartner
from common.sandbox.systems import Endpoint, Endpoints, Systems
from tests.servers.process import free_port

PASSWORD = "pass-4711"
FILES = {
    "zz-base": "type: oracle\nservice_name: CAMPUS\nusername: reader\n",
    "zz-files": "type: sftp\nusername: alma\npath: /patrons\n",
    "zz-calls": "type: rest\n",
    "zz-post": "type: mail\nsender: a@campus.example\ntls: none\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pages of systems that no other test has."""
    for system, text in FILES.items():
        (tmp_path / f"{system}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def cleared(prefect_server: None) -> Iterator[None]:
    """Takes the pages away again: they would be no system's in the tests that come after."""
    name = SECRET.document("sandbox")
    try:
        others = Secret.load(name)
    except ValueError:  # the sandbox of other tests is not up
        others = None
    yield
    for page_name, page in list_pages().items():
        if page_name.startswith("zz-"):
            type(page).delete(page_name)
    if others:
        others.save(name, overwrite=True)


def endpoints(**changes: object) -> Endpoints:
    at = Endpoint("partner", 1)
    return replace(Endpoints(at, at, at, at, "ssh-ed25519 AAAA", PASSWORD), **changes)


def test_every_page_is_registered_and_told_without_secrets(
    folder: Path, cleared: None, sftp_partner: SftpPartner
) -> None:
    """Prevents a flow in a container that finds no page, or half of one; and a password in the log."""
    sftp = f"127.0.0.1:{sftp_partner.port}"
    command = ["pages", f"--pages={folder}", f"--sftp={sftp}", "--warehouse=oracle:1521/FREEPDB1"]
    result = CliRunner().invoke(app, command, env={"CAMPUS_SANDBOX_PASSWORD": PASSWORD})
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["zz-base-sandbox", "oracle", "reader@oracle:1521/FREEPDB1"],
        ["zz-calls-sandbox", "rest", "http://partner-rest:8080/zz-calls"],
        ["zz-files-sandbox", "sftp", f"alma@{sftp}/patrons"],
        ["zz-post-sandbox", "mail", "partner-mail:2525"],
    ]
    files, calls = SftpServer.load("zz-files-sandbox"), RestApi.load("zz-calls-sandbox")
    assert (files.port, files.host_key) == (sftp_partner.port, sftp_partner.host_key)
    assert [secret.get() for secret in (files.password, calls.token)] == [PASSWORD, PASSWORD]


def test_a_second_run_brings_the_pages_to_what_is_now(folder: Path, cleared: None) -> None:
    """Prevents a stack that starts once only, and pages that still have the old host key or service."""
    for service, key in ((None, "ssh-ed25519 AAAA"), ("FREEPDB1", "ssh-ed25519 BBBB")):
        lines = list(register_pages(Systems(folder), endpoints(service_name=service, host_key=key)))
        assert len(lines) == len(FILES)
    assert OracleDatabase.load("zz-base-sandbox").service_name == "FREEPDB1"
    assert SftpServer.load("zz-files-sandbox").host_key == "ssh-ed25519 BBBB"


def test_the_host_key_is_the_servers(sftp_partner: SftpPartner) -> None:
    """Prevents a page that every delivery refuses: the key changed, it would say."""
    assert scan_host_key(Endpoint("127.0.0.1", sftp_partner.port), 5) == sftp_partner.host_key


def test_a_partner_that_does_not_come_up_is_named() -> None:
    """Prevents a start that waits for ever, or tells of a socket."""
    port = free_port()
    with pytest.raises(
        TransientError, match=f"SSH server at 127.0.0.1:{port} has not answered for 0 seconds"
    ):
        scan_host_key(Endpoint("127.0.0.1", port), 0)


@pytest.mark.parametrize(
    ("url", "error"),
    [
        (None, "PREFECT_API_URL is unset"),
        ("http://127.0.0.1:1/api", "at http://127.0.0.1:1/api has not answered"),
    ],
)
def test_a_missing_prefect_server_is_told(url: str | None, error: str) -> None:
    """Prevents pages that land on a server which Prefect starts for a moment, where nobody finds them."""
    with (
        temporary_settings(restore_defaults=[PREFECT_API_URL])
        if url is None
        else temporary_settings({PREFECT_API_URL: url}),
        pytest.raises((ConfigError, TransientError), match=error),
    ):
        wait_for_prefect(0)


def test_a_refused_login_is_told(folder: Path, tmp_path: Path) -> None:
    """Prevents a traceback of an HTTP library where one variable is wrong."""
    with HttpPartner(tmp_path, [HttpSystem("api", collections=("health",))]) as server:
        server.faults.append(HttpFault(match="", status=401, times=100))
        with (
            temporary_settings({PREFECT_API_URL: server.url("api")}),
            pytest.raises(ConfigError, match="correct PREFECT_API_AUTH_STRING") as caught,
        ):
            list(register_pages(Systems(folder), endpoints()))
    assert PASSWORD not in str(caught.value)
