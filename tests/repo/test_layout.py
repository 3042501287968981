"""What may lie in the repository."""

import re
from pathlib import Path

import pytest

from tests.repo.repository import ROOT, files

TOP = {
    ".ci",
    ".dockerignore",
    ".env.example",
    ".github",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Makefile",
    "README.md",
    "common",
    "deployments",
    "docker",
    "docker-compose.yml",
    "flows",
    "prefect.yaml",
    "pyproject.toml",
    "tests",
    "uv.lock",
}
# Lines of a module: beyond that it has more than one reason to change. A test module is a list, and may be longer.
LONGEST = {"common": 250, "flows": 250, "docker": 250, "tests": 350}
TEXTS = [p for p in files() if p.name != "uv.lock" and "golden" not in p.parts]


def _lines_with(pattern: str) -> list[str]:
    found = re.compile(pattern)
    return [
        f"{path}:{number}"
        for path in TEXTS
        for number, line in enumerate((ROOT / path).read_text("utf-8", errors="ignore").splitlines(), 1)
        if found.search(line)
    ]


def test_the_top_folder_holds_what_the_plan_says() -> None:
    """Prevents a drawer of odds and ends; a new name here is a decision, made in TOP."""
    assert {path.parts[0] for path in files()} == TOP


def test_no_secrets_are_committed() -> None:
    """Prevents the one file with secrets from ever being part of a commit."""
    assert [p for p in files() if p.name.startswith(".env") and p.name != ".env.example"] == []
    assert not _lines_with("BEGIN ([A-Z]+ )?PRIVATE" + " KEY")


def test_no_file_tells_of_the_machine_it_was_written_on() -> None:
    """Prevents a path that exists at one desk only."""
    assert _lines_with(r"(?<![\w.$}-])/(work|root|Users|home)/\w") == []


def test_nothing_is_left_open() -> None:
    """Prevents a note in the code from standing in for work or for an issue."""
    assert _lines_with(r"\b(TO" + "DO|FIX" + "ME|XX" + r"X|x" + r"fail|NotImplemented" + r"Error)\b") == []


@pytest.mark.parametrize("path", [p for p in files() if p.suffix == ".py"], ids=str)
def test_a_module_is_short(path: Path) -> None:
    """Prevents the module that everybody edits."""
    lines = (ROOT / path).read_text("utf-8").count("\n")
    assert lines <= LONGEST[path.parts[0]]
