"""What the documents say exists, exists."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer

from common.cli.app import app
from tests.repo.repository import ROOT, files

DOCUMENTS = [p for p in files() if p.suffix == ".md" and p.parts[0] != ".github"]
FENCE = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def _commands(path: Path) -> list[list[str]]:
    """The commands of a document's ``sh`` fences as words, without variables before them and prompts."""
    text = (ROOT / path).read_text(encoding="utf-8")
    lines = [line.removeprefix("$ ") for fence in FENCE.findall(text) for line in fence.splitlines()]
    words = [shlex.split(part, comments=True) for line in lines for part in re.split(r" (?:&&|·|\|) ", line)]
    return [command for found in words if (command := [w for w in found if not re.match(r"[A-Z_]+=", w)])]


def _made() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


COMMANDS = [
    pytest.param(words, id=f"{path}: {' '.join(words)}") for path in DOCUMENTS for words in _commands(path)
]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_that_is_shown_exists(words: list[str]) -> None:
    """Prevents a reader's first attempt from failing: targets of make, verbs and options of campus."""
    match words:
        case ["make", *rest]:
            assert {word for word in rest if not word.startswith("-")} <= _made() | {"."}
        case ["campus" | ".venv/bin/campus", *rest]:
            command = typer.main.get_command(app)
            while isinstance(command, typer.core.TyperGroup) and rest and not rest[0].startswith("-"):
                assert rest[0] in command.commands
                command, rest = command.commands[rest[0]], rest[1:]
            known = {
                option
                for parameter in command.params
                for option in (*parameter.opts, *parameter.secondary_opts)
            } | {"--help"}
            assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= known


def test_the_readme_shows_how_to_try_and_to_test() -> None:
    """Prevents a stranger from having to guess the two commands that matter most."""
    shown = [words for words in _commands(Path("README.md")) if words[0] == "make"]
    assert {"demo", "test"} <= {word for words in shown for word in words}


def test_every_target_has_help() -> None:
    """Prevents a command that only its author knows."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {
        line for line in makefile.splitlines() if re.match(r"[a-z-]+:", line) and "  ## " not in line
    } == set()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == _made()


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_a_link_leads_somewhere(path: Path) -> None:
    """Prevents a page of documentation from pointing at a file that has moved."""
    links = LINK.findall((ROOT / path).read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / path.parent / link).exists()] == []


def test_every_dependency_has_its_reason() -> None:
    """Prevents a library that nobody remembers the use of."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    groups = [project["project"]["dependencies"], *extras, *project["dependency-groups"].values()]
    names = {re.split(r"[\[<>=]", item)[0] for group in groups for item in group if isinstance(item, str)}
    explained = set(re.findall(r"`([a-z0-9-]+)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
    assert names - {"campus-flows"} <= explained  # itself, with its extras
