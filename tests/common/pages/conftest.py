"""An environment of its own on the real Prefect server, with page files in a folder of the test."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import BlockDocument

from common.blocks import SshKey
from common.pages.apply import apply_pages
from common.pages.folder import read_folder
from common.pages.plan import Plan, make_plan
from common.pages.pull import pull_pages
from common.pages.register import Register
from common.pages.server import read_documents
from common.settings import settings
from tests.common.pages.dashboard import document_named, save_form

VALUE = "hunter2-and-more"
SFTP = "type: sftp\nhost: {system}.example\nusername: campus\nprivate_key: key:delivery\nhost_key: ssh-ed25519 AAAA\n"


class Environment:
    """What a test does: as a writer of files, as an operator in the dashboard, and with the command's functions."""

    def __init__(self, root: Path, env: str) -> None:
        self.root, self.env = root, env
        (root / env).mkdir()

    def write(self, system: str, text: str = SFTP) -> Path:
        path = self.root / self.env / f"{system}.yaml"
        path.write_text(text.format(system=system), encoding="utf-8")
        return path

    def change(self, system: str, before: str, after: str) -> None:
        path = self.root / self.env / f"{system}.yaml"
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")

    def text(self, system: str) -> str:
        return (self.root / self.env / f"{system}.yaml").read_text(encoding="utf-8")

    def key(self, name: str = "delivery", text: str = VALUE) -> None:
        SshKey(private_key=text).save(f"{name}-{self.env}", overwrite=True)

    def apply(self, *systems: str, overwrite: bool = False) -> dict[str, str]:
        """What was done to each page that was not as it should be."""
        files = read_folder(self.env, self.root)
        return {a.page.system: a.done for a in apply_pages(self.env, files, systems, overwrite=overwrite)}

    def pull(self, *systems: str, overwrite: bool = False) -> dict[str, str]:
        files = read_folder(self.env, self.root)
        pulled = pull_pages(self.env, files, systems, overwrite=overwrite, root=self.root)
        return {p.page.system: p.done for p in pulled}

    def plan(self) -> Plan:
        with get_client(sync_client=True) as client:
            return make_plan(client, read_folder(self.env, self.root), Register(client, self.env))

    def outcomes(self) -> dict[str, str]:
        return {system: page.outcome for system, page in self.plan().pages.items()}

    def document(self, system: str) -> BlockDocument:
        return document_named(f"{system}-{self.env}")

    def edit(self, system: str, **values: object) -> None:
        save_form(f"{system}-{self.env}", **values)

    def delete(self, system: str) -> None:
        document = self.document(system)
        with get_client(sync_client=True) as client:
            client.delete_block_document(document.id)

    def clear(self) -> None:
        with get_client(sync_client=True) as client:
            for document in list(read_documents(client)):
                if str(document.name).endswith(f"-{self.env}"):
                    client.delete_block_document(document.id)


@pytest.fixture
def environment(
    prefect_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Environment]:
    """An environment with one key, ``delivery``, and no page yet; flows of this test are in it."""
    env = f"t{uuid4().hex[:8]}"
    monkeypatch.setenv("CAMPUS_ENV", env)
    settings.cache_clear()
    environment = Environment(tmp_path, env)
    environment.key()
    yield environment
    environment.clear()
    monkeypatch.undo()
    settings.cache_clear()
