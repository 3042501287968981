"""The tasks of every week, each counted in edits or commands. A key's rotation is in ``test_key_rotation``."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from common.blocks import SftpServer
from common.catalog import all_flows, find_flow
from common.pages import find_page
from common.sandbox.pages import save_page
from common.sandbox.partners import SftpPartner, SftpSystem
from tests.common.cli.terminal import Terminal
from tests.common.pages.dashboard import save_form
from tests.conftest import Sandbox

FLOW = "library/patrons_to_alma"


@pytest.fixture
def new_server(sandbox: Sandbox, tmp_path: Path) -> Iterator[SftpPartner]:
    """The server that Alma moves to, with the same login."""
    page = sandbox.services.pages["alma-sftp"]
    system = SftpSystem("moved", "alma", page.password.get(), folders=("/patrons",))
    with SftpPartner(tmp_path / "new", [system]) as partner:
        yield partner
    save_page("alma-sftp", page)


def test_a_destination_is_changed_by_one_edit_and_the_next_run_goes_there(
    sandbox: Sandbox, new_server: SftpPartner, tmp_path: Path
) -> None:
    """Prevents a change of a server from needing code, a build or a deploy."""
    run: Callable[[], object] = find_flow(FLOW).load()
    run()
    assert len(sandbox.received("alma-sftp")) == 1
    sandbox.clear()
    save_form("alma-sftp-sandbox", port=new_server.port, host_key=new_server.host_key)
    run()
    assert sandbox.received("alma-sftp") == {}
    assert [p.parent.name for p in (tmp_path / "new").rglob("*.zip")] == ["patrons"]


def test_a_system_is_added_by_one_page_for_each_environment(campus: Terminal, tmp_path: Path) -> None:
    """Prevents a new partner from being entered in a list, a module and a deployment as well."""
    page = "type: sftp\nhost: {}.example\nusername: u\npassword: env:P\nhost_key: ssh-ed25519 AAAA\n"
    (tmp_path / "drill").mkdir()
    (tmp_path / "drill" / "starrez-sftp.yaml").write_text(page.format("starrez"), encoding="utf-8")
    assert campus("pages", "--folder", str(tmp_path), "apply").code == 0
    assert find_page("starrez-sftp", SftpServer).host == "starrez.example"


def test_one_command_finds_the_flows_of_a_system(campus: Terminal) -> None:
    """Prevents a system from being taken down under a flow that nobody thought of."""
    SftpServer(host="h", username="u", host_key="ssh-ed25519 AAAA").save("warehouse-drill")
    users = [entry.label for entry in all_flows() if entry.feed.source == "warehouse"]
    assert len(users) > 1
    assert f"used by   {', '.join(users)}\n" in campus("pages", "show", "warehouse").output
