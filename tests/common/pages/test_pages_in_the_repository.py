"""The pages of the repository: one for each system that a flow uses, in every environment, and short."""

from pathlib import Path

import pytest
import yaml
from prefect.blocks.system import Secret

from common.blocks import Database, MailRelay, RestApi, SftpServer
from common.catalog import all_flows
from common.connectors.ssh_keys import parse_host_key
from common.pages.entries import kind_of
from common.pages.files import parse_page_file
from common.pages.folder import PAGES, read_folder
from common.pages.references import references

ENVIRONMENTS = ("sandbox", "dev", "prod")
FILES = [path for env in ENVIRONMENTS for path in sorted((PAGES / env).glob("*.yaml"))]
SYSTEMS = sorted({s for entry in all_flows() for s in (entry.feed.source, *entry.feed.sinks)})
COMPLETE = ("dev", "prod")


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_every_system_of_a_flow_has_a_page(env: str) -> None:
    """Prevents a flow that is deployed to an environment in which its partner is unknown."""
    assert [path.stem for path in FILES if path.parent.name == env] == SYSTEMS


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_page_is_compact_has_an_owner_and_names_its_schema(path: Path) -> None:
    """Prevents pages that grow into programs, and pages that nobody answers for."""
    text = path.read_text(encoding="utf-8")
    schema = "sandbox" if path.parent.name == "sandbox" else "page"
    assert text.startswith(f"# yaml-language-server: $schema=../{schema}.schema.json\n")
    assert 3 <= len(yaml.safe_load(text)) <= 8
    assert len(text.splitlines()) <= 9
    assert yaml.safe_load(text)["owner"].endswith("@campus.example")


@pytest.mark.parametrize("env", COMPLETE)
def test_the_pages_of_an_environment_are_right(env: str) -> None:
    """Prevents a slip from being found on the day somebody applies it; also that dev leads to prod."""
    assert sorted(read_folder(env)) == SYSTEMS


@pytest.mark.parametrize("path", [p for p in FILES if p.parent.name in COMPLETE], ids=name)
def test_a_page_makes_a_connector(path: Path) -> None:
    """Prevents a page that is complete and of no use: a host key that is none, a login without a secret."""
    entries = parse_page_file(path).entries
    secrets = {"secret": Secret(value="x"), "key": None}
    blocks = {field: secrets[reference.word] for field, reference in references(entries).items()}
    page = kind_of(entries)(**({k: v for k, v in entries.items() if k != "type"} | blocks))
    match page:
        case SftpServer():
            parse_host_key(page.host_key, name=path.stem)
            assert page.path.startswith("/")
            assert references(entries)
        case RestApi():
            assert page.url.startswith("https://")
            assert references(entries)
        case Database():
            assert references(entries)
        case MailRelay():
            assert page.tls != "none"
    if "key" not in [reference.word for reference in references(entries).values()]:
        page.open(path.stem)


def test_one_key_logs_in_to_several_partners() -> None:
    """Prevents a key for each system, of which each has to be rotated."""
    keys = [
        references(parse_page_file(p).entries).get("private_key") for p in FILES if p.parent.name == "prod"
    ]
    assert len([key for key in keys if key and key.name == "campus-delivery"]) > 1
