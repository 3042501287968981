"""The command, and an environment of a test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.settings import settings
from tests.common.cli.partners import Partners
from tests.common.cli.shared_key import KEY, public_line
from tests.common.cli.terminal import Terminal


@pytest.fixture
def drill(prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An environment that is empty, and is so again after the test."""
    from common.pages.server import connected, read_documents

    monkeypatch.setenv("CAMPUS_ENV", "drill")
    monkeypatch.setenv("COLUMNS", "250")
    settings.cache_clear()
    with connected() as client:  # one client for all that the test does
        yield "drill"
        for document in [d for d in read_documents(client) if str(d.name).endswith("-drill")]:
            client.delete_block_document(document.id)
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def campus(drill: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(monkeypatch, capsys)


@pytest.fixture(params=[3])
def partners(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Partners]:
    """Three systems, unless a test asks for more."""
    partners = Partners(tmp_path, request.param)
    yield partners
    partners.stop()


@pytest.fixture
def shared(campus: Terminal, partners: Partners) -> str:
    """The public key that logs in to all these systems, each of which has a page."""
    from common.blocks import SshKey

    line = public_line(campus("keys", "add", KEY).output)
    partners.install(line)
    for system in partners.systems:
        partners.page(system, SshKey.load(f"{KEY}-drill")).save(f"{system}-drill")
    return line
