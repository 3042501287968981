"""``campus pages`` as an operator meets it: what it shows, what it does, and its exit codes."""

import re
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client

from common.blocks import SftpServer
from common.pages import find_page
from common.settings import settings
from tests.common.cli.terminal import Answer, Terminal
from tests.common.pages.dashboard import save_form

WAREHOUSE = "type: oracle\nhost: db.example\nservice_name: DW\nusername: reader\npassword: secret:warehouse\nowner: dw@campus.example\n"
ALMA = "type: sftp\nhost: alma.example\nusername: alma\npassword: file:/run/secrets/alma\nhost_key: ssh-ed25519 AAAA\n"


class Pages:
    """The verbs on page files of the test's own, in the environment ``drill``."""

    def __init__(self, campus: Terminal, root: Path) -> None:
        self._campus, self.folder = campus, root / "drill"
        self.folder.mkdir()
        self.root = root
        self.write("alma-sftp", ALMA)
        self.write("warehouse", WAREHOUSE)
        campus("secrets", "set", "warehouse", stdin="hunter2-and-more\n")

    def __call__(self, *arguments: str) -> Answer:
        return self._campus("pages", "--folder", str(self.root), *arguments)

    def write(self, system: str, text: str) -> None:
        (self.folder / f"{system}.yaml").write_text(text, encoding="utf-8")

    def edit(self, **values: object) -> None:
        """Saves the page of alma-sftp in the dashboard."""
        save_form("alma-sftp-drill", **values)


@pytest.fixture
def pages(campus: Terminal, tmp_path: Path) -> Pages:
    return Pages(campus, tmp_path)


def row(answer: Answer, system: str) -> list[str]:
    """The cells of a system's line, of which every system has exactly one."""
    (line,) = [line for line in answer.output.splitlines() if line.split()[:1] == [system]]
    return re.split(r" {2,}", line.strip())


def test_a_plan_is_applied_and_then_there_is_nothing_to_do(pages: Pages) -> None:
    """Prevents a script that cannot tell in step from out of step."""
    planned = pages("plan")
    assert planned.code == 2
    assert row(planned, "alma-sftp-drill") == ["alma-sftp-drill", "create", "sftp alma.example"]
    assert planned.output.endswith("Nothing was changed: 2 create\n")
    applied = pages("apply")
    assert applied.code == 0
    assert applied.output.splitlines() == [
        "created  alma-sftp-drill",
        "created  warehouse-drill",
        "Applied to drill: 2 created, 2 page files",
    ]
    assert pages("plan").code == 0
    again = pages("apply")
    assert (again.code, again.output) == (0, "Nothing to do, 2 page files\n")


def test_one_command_says_which_flows_use_a_system(pages: Pages) -> None:
    """Prevents a search through the flows before a server is moved."""
    pages("apply")
    listed = pages("list")
    assert listed.code == 0
    flows = row(listed, "warehouse")[5]
    assert "library/patrons_to_alma" in flows
    assert "parking/customers_to_permits" in flows
    assert row(listed, "alma-sftp")[:5] == [
        "alma-sftp", "sftp", "alma.example", "alma", "library/patrons_to_alma",
    ]  # fmt: skip
    assert "used by   library/patrons_to_alma" in pages("show", "alma-sftp").output


def test_the_list_shows_owner_secrets_last_edit_and_drift(pages: Pages) -> None:
    """Prevents a page whose secret is gone, or whose host was changed at night, from staying unseen."""
    pages("apply")
    assert row(pages("list"), "warehouse")[2:5] == ["db.example", "reader", "dw@campus.example"]
    assert "set" in row(pages("list"), "warehouse")
    assert "password file" in row(pages("list"), "alma-sftp")
    pages.edit(host="night.example")
    cells = row(pages("list"), "alma-sftp")
    assert cells[-1] == "dashboard: host"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", cells[-2])
    with get_client(sync_client=True) as client:
        secret = client.read_block_document_by_name("warehouse-drill", "secret")
        client.delete_block_document(secret.id)
    assert "password missing" in row(pages("list"), "warehouse")
    missing = pages("plan")
    assert missing.code == 2
    assert "names secret:warehouse, and there is no Secret warehouse-drill" in missing.output


def test_a_page_is_shown_as_its_file_would_have_it(pages: Pages) -> None:
    """Prevents a copy by hand from the dashboard's form into a file."""
    pages("apply")
    pages.edit(path="/night", rename=False)
    answer = pages("show", "alma-sftp")
    assert answer.code == 0
    text, _, rest = answer.output.partition("\n\n")
    assert text.splitlines() == [*ALMA.splitlines(), "rename: false", "path: /night"]
    assert re.search(r"^page      alma-sftp-drill, saved \d{4}-\d\d-\d\d \d\d:\d\d$", rest, re.MULTILINE)
    assert "secrets   password file\n" in rest
    assert "drift     rename false → the default, changed in the dashboard; path" in rest


def test_an_edit_in_the_dashboard_survives_an_apply_and_is_pulled(pages: Pages) -> None:
    """Prevents the two places in which a page can be changed from fighting each other."""
    pages("apply")
    pages.edit(host="night.example")
    planned = pages("plan", "alma-sftp")
    assert planned.code == 2
    assert "host night.example → alma.example, changed in the dashboard" in planned.output
    applied = pages("apply")
    assert applied.code == 0
    assert applied.output.startswith(
        "left     alma-sftp-drill  host night.example → alma.example, changed in"
    )
    assert "campus pages pull writes it into the files" in applied.output
    pulled = pages("pull")
    assert (pulled.code, pulled.output) == (
        0,
        "updated  alma-sftp-drill  host\nFiles of drill: 1 updated\n",
    )
    assert "host: night.example" in (pages.folder / "alma-sftp.yaml").read_text(encoding="utf-8")
    assert pages("plan").code == 0
    assert pages("pull").output == "Nothing to do: no page was edited in the dashboard\n"


def test_a_field_that_both_changed_is_a_failure_of_apply_and_pull(pages: Pages) -> None:
    """Prevents a pipeline that goes on although the server does not have what was reviewed."""
    pages("apply")
    pages.edit(host="night.example")
    pages.write("alma-sftp", ALMA.replace("alma.example", "day.example"))
    for verb in ("apply", "pull"):
        answer = pages(verb)
        assert answer.code == 2
        assert answer.output.startswith("left     alma-sftp-drill  host")
    assert pages("apply", "alma-sftp", "--overwrite").code == 0
    assert find_page("alma-sftp", SftpServer).host == "day.example"


def test_a_system_is_added_by_one_page(pages: Pages) -> None:
    """Prevents a new partner from needing code, a build or a deploy."""
    pages("apply")
    pages.write("permits-sftp", ALMA.replace("alma.example", "permits.example"))
    assert pages("apply").output == "created  permits-sftp-drill\nApplied to drill: 1 created, 3 page files\n"
    assert find_page("permits-sftp", SftpServer).host == "permits.example"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "alma-stfp"), "There is no page alma-stfp in drill (did you mean alma-sftp?)."),
        (("apply", "alma"), "There is no page alma in drill"),
    ],
)
def test_a_system_that_has_no_page_is_one_sentence(
    pages: Pages, arguments: tuple[str, ...], message: str
) -> None:
    """Prevents a traceback for a slip."""
    answer = pages(*arguments)
    assert answer.code == 1
    assert answer.error.startswith(f"ConfigError {message}")


def test_a_page_of_another_environment_is_not_applied_by_mistake(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prevents pages of one environment on the server under another's names."""
    monkeypatch.setenv("CAMPUS_ENV", "drll")
    settings.cache_clear()
    answer = pages("apply")
    assert answer.code == 1
    assert "/drll (did you mean drill?): CAMPUS_ENV names it." in answer.error


def test_an_image_without_page_files_lists_what_the_server_has(
    pages: Pages, campus: Terminal, tmp_path: Path
) -> None:
    """Prevents a worker's host from having to have a checkout for a look at the pages."""
    pages("apply")
    listed = campus("pages", "--folder", str(tmp_path / "none"), "list")
    assert listed.code == 0
    assert row(listed, "warehouse")[:3] == ["warehouse", "oracle", "db.example"]
    assert campus("pages", "--folder", str(tmp_path / "none"), "plan").code == 1


def test_the_schemas_are_written_where_the_pages_are(pages: Pages) -> None:
    """Prevents an editor that checks pages against another version's fields."""
    assert [line.split() for line in pages("schema").output.splitlines()] == [
        ["written", "page.schema.json"],
        ["written", "sandbox.schema.json"],
    ]
    assert {line.split()[0] for line in pages("schema").output.splitlines()} == {"unchanged"}
