"""Checkouts that may be changed, and the server that they are deployed to."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client

from common.deployment.target import Target
from common.settings import settings
from tests.repo.repository import ROOT, files

PARTS = {"flows", "deployments", ".github", "prefect.yaml"}
MAIN = Target("sandbox", "main", "campus-flows:local", build=False, push=False)


def copied(to: Path) -> Path:
    """What a deploy reads of the repository, in a folder of its own."""
    for path in files():
        if path.parts[0] in PARTS:
            (to / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, to / path)
    return to


def edited(file: Path, right: str, wrong: str) -> None:
    """Replaces what is in the file once, and has to be there."""
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Tester", "-c", "user.email=tester@campus.example"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copied(tmp_path)


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of main with one commit, and nobody who says anything by variables."""
    for name in ("CAMPUS_ENV", "CAMPUS_BRANCH", "CAMPUS_IMAGE", "CAMPUS_REGISTRY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "prefect.yaml").write_text("name: campus-flows\n", encoding="utf-8")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=One")
    return tmp_path


@pytest.fixture(scope="session")
def client(prefect_server: None) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        yield client


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Makes this process one of the environment that is named, for the test."""

    def enter(name: str) -> None:
        monkeypatch.setenv("CAMPUS_ENV", name)
        settings.cache_clear()

    yield enter
    monkeypatch.undo()
    settings.cache_clear()
