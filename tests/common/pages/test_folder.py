"""The folders of page files: every slip at once, and no page that leads into another environment."""

from pathlib import Path

import pytest

from common.errors import ConfigError
from common.pages.folder import read_folder
from tests.common.pages.conftest import SFTP

REST = "type: rest\nurl: https://{system}.example/v1\n"
S3 = "type: s3\nbucket: {system}\naccess_key_id: a\nsecret_access_key: secret:s\npath: in\n"
SHAREPOINT = "type: sharepoint\ntenant: t\nclient_id: c\nclient_secret: secret:s\nsite: {system}.example:/sites/x\npath: in\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for env in ("dev", "prod", "sandbox"):
        (tmp_path / env).mkdir()
    return tmp_path


def write(root: Path, place: str, text: str = SFTP) -> None:
    (root / place).write_text(text.format(system="alma"), encoding="utf-8")


def failure(env: str, root: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        read_folder(env, root)
    return str(caught.value)


def test_all_that_is_wrong_in_a_folder_is_told_at_once(root: Path) -> None:
    """Prevents ten runs for ten slips."""
    write(root, "dev/alma.yaml", "type: sftp\nhost: a\n")
    write(root, "dev/Beta_x.yaml")
    write(root, "dev/gamma.yml")
    write(root, "dev/README.md", "no page")
    assert failure("dev", root).splitlines() == [
        "3 things are wrong; nothing was changed.",
        "  1. dev/Beta_x.yaml: a system is named in lower-case letters and digits, with - between words.",
        "  2. dev/alma.yaml: username: field required; host_key: field required.",
        "  3. dev/gamma.yml: a page file ends in .yaml.",
    ]


@pytest.mark.parametrize("text", [SFTP, REST, S3, SHAREPOINT])
def test_a_page_that_leads_to_another_environments_system_is_refused(root: Path, text: str) -> None:
    """Prevents a test from delivering to production, because a page was copied and one line forgotten."""
    write(root, "prod/alma.yaml", text)
    write(root, "dev/alma.yaml", text)
    assert "dev/alma.yaml: it leads to the same place as prod/alma.yaml, " in failure("dev", root)
    assert "prod/alma.yaml: it leads to the same place as dev/alma.yaml, " in failure("prod", root)
    write(root, "dev/alma.yaml", text.replace("{system}", "test.{system}"))
    assert set(read_folder("dev", root)) == {"alma"}


def test_another_folder_of_the_same_server_is_another_place(root: Path) -> None:
    """Prevents the rule from standing in the way of a partner who has one server, with a folder for tests."""
    write(root, "prod/alma.yaml")
    write(root, "dev/alma.yaml", f"{SFTP}path: /test\n")
    assert set(read_folder("dev", root)) == {"alma"}


def test_a_broken_page_of_another_environment_is_not_this_ones_matter(root: Path) -> None:
    """Prevents a slip in dev from stopping a change in prod."""
    write(root, "prod/alma.yaml")
    write(root, "dev/alma.yaml", "type: stfp\n")
    assert set(read_folder("prod", root)) == {"alma"}


def test_an_environment_that_is_none_is_told_with_the_nearest(root: Path) -> None:
    """Prevents a second production for a misspelt CAMPUS_ENV."""
    assert failure("prd", root) == (
        f"There is no folder {root.name}/prd (did you mean prod?): CAMPUS_ENV names it."
    )


def test_the_sandboxs_pages_are_not_applied(root: Path) -> None:
    """Prevents pages without hosts: only a running sandbox knows them."""
    assert "filled in by the sandbox when it starts" in failure("sandbox", root)
