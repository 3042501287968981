"""The pages that a set-up brings to a server whose secrets are still to come."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.blocks.system import Secret

from common.blocks import MailRelay
from common.deployment.first_pages import set_up_pages
from common.pages.server import connected, read_documents

ENV = "first"


@pytest.fixture
def folder(prefect_server: None, tmp_path: Path) -> Iterator[Path]:
    """Two pages: one that needs nothing, and one that needs a secret."""
    pages = tmp_path / ENV
    pages.mkdir()
    relay = "type: mail\nhost: smtp.campus.example\nsender: a@campus.example\n"
    (pages / "open-relay.yaml").write_text(relay)
    (pages / "relay.yaml").write_text(f"{relay}username: flows\npassword: secret:relay-password\n")
    yield tmp_path
    with connected() as client:
        for document in [d for d in read_documents(client) if str(d.name).endswith(f"-{ENV}")]:
            client.delete_block_document(document.id)


def test_a_page_waits_for_its_secret_and_holds_up_no_other(folder: Path) -> None:
    """Prevents the first start of a stack from failing since nobody could have set a secret before."""
    assert list(set_up_pages(ENV, folder)) == [
        ("created", "open-relay-first"),
        ("waits", "relay-first for secret:relay-password"),
    ]
    Secret(value="w-4411").save("relay-password-first")
    assert {name: outcome for outcome, name in set_up_pages(ENV, folder)} == {
        "open-relay-first": "unchanged",
        "relay-first": "created",
    }


def test_a_restart_leaves_what_was_edited_in_the_dashboard(folder: Path) -> None:
    """Prevents the set-up, which runs at every start, from taking back last night's repair."""
    list(set_up_pages(ENV, folder))
    page = MailRelay.load("open-relay-first")
    page.host = "other.campus.example"
    page.save("open-relay-first", overwrite=True)
    assert ("left", "open-relay-first") in list(set_up_pages(ENV, folder))
    assert MailRelay.load("open-relay-first").host == "other.campus.example"


def test_the_sandbox_fills_in_its_own_pages() -> None:
    """Prevents pages without host and port beside those of the running sandbox."""
    assert list(set_up_pages("sandbox")) == []
