"""``campus new``: the beginning of a flow, complete enough to run in the sandbox at once."""

import re
from pathlib import Path
from string import Template
from typing import Annotated

import typer
import yaml
from rich.console import Console

from common.errors import ConfigError

__all__ = ["new", "planned"]

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = Path(__file__).with_name("new_flow")
# short enough for every line of the templates to stay as the formatter wants it
LABEL = re.compile(
    r"(?P<group>[a-z][a-z0-9_]{1,19})/"
    r"(?P<name>(?=.{1,35}$)(?P<what>[a-z][a-z0-9_]*)_to_(?P<where>[a-z][a-z0-9_]*))"
)
CONTACT = re.compile(r"^Contact: (\S+@\S+?)\.?(?:\s|$)", re.MULTILINE)
FLOWS_TABLE = re.compile(r"^\| Flow \|.*\n(?:\|.*\n)+", re.MULTILINE)


def new(
    flow: Annotated[str, typer.Argument(help="What it shall be called: <group>/<what>_to_<where>.")],
) -> None:
    """Begin a flow: its file, query, test, deployment, page in the sandbox, and place in the group's README.

    What it writes runs at once: it delivers everyone's name to a file server of the sandbox.

    Example: [bold]campus new housing/residents_to_starrez[/bold]
    """
    console = Console(soft_wrap=True, highlight=False)
    plan = planned(flow, PROJECT)
    for path, text in plan.items():
        console.print(f"  {'changed' if path.exists() else 'written'}  {path.relative_to(PROJECT)}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    group, name = flow.split("/")
    console.print(
        "\nNow it is yours, until make check and make test are content:\n"
        "  1. the query and the contract: whom and what the receiver may have\n"
        f"  2. the docstring, flows/{group}/README.md and the hour in prefect.yaml\n"
        f"  3. make run FLOW={flow} ARGS=--dry-run\n"
        f'  4. make test ARGS="tests/flows/{group}/test_{name}.py --golden" writes the golden file: read it\n'
        "  5. the systems' pages in deployments/pages/dev and prod: campus pages plan shows what they change"
    )


def planned(flow: str, root: Path) -> dict[Path, str]:
    """Every file of the checkout at ``root`` that the flow needs written or changed, with its whole new text.

    Raises ConfigError for a name that is not ``<group>/<what>_to_<where>``, and where the flow is there already.
    """
    if not (found := LABEL.fullmatch(flow)):
        raise ConfigError(
            f"{flow}: write <group>/<what>_to_<where>, in lower case with _ between words, such as "
            "housing/residents_to_starrez; at most 20 characters for the group and 35 for the rest."
        )
    group, name, where = found["group"], found["name"], found["where"].replace("_", "-")
    folder, tests = root / "flows" / group, root / "tests" / "flows" / group
    readme, page = folder / "README.md", root / "deployments" / "pages" / "sandbox" / f"{where}-sftp.yaml"
    about, page_text = _read(readme), _read(page)
    contact = CONTACT.search(about)
    words = {
        **found.groupdict(),
        "sink": page.stem,
        "folder": _folder(page_text) if page_text else "incoming/",
        "contact": contact[1] if contact else f"{group.replace('_', '-')}@campus.example",
        "words": found["what"].replace("_", " "),
        "What": found["what"].replace("_", " ").capitalize(),
        "Where": found["where"].replace("_", " ").title(),
        "Group": group.replace("_", " ").title(),
        "CONTRACT": found["what"].upper(),
        "row": f"| `{name}` | say here what | nightly, 4:00 | `{found['what']}.csv` by SFTP |",
    }
    fresh = {
        folder / f"{name}.py": _text("flow.py", words),
        folder / f"{name}.sql": _text("flow.sql", words),
        tests / f"test_{name}.py": _text("test.py", words),
    }
    if there := [str(path.relative_to(root)) for path in fresh if path.exists()]:
        raise ConfigError(f"{', '.join(there)}: already there, and nothing was changed. Choose another name.")
    deployments, owners = root / "prefect.yaml", root / ".github" / "CODEOWNERS"
    joined = {
        folder / "__init__.py": "",
        readme: _with_row(about, words["row"]) if about else _text("README.md", words),
        page: page_text or _text("page.yaml", words),
        deployments: _read(deployments) + _text("deployment.yaml", words),
        owners: _with_owner(_read(owners), group),
    }
    return fresh | {path: text for path, text in joined.items() if not path.exists() or text != _read(path)}


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _text(template: str, words: dict[str, str]) -> str:
    return Template(_read(TEMPLATES / f"{template}.template")).substitute(words)


def _folder(page: str) -> str:
    """Where the partner's server puts what is delivered, as a test of the sandbox sees it: ``patrons/``."""
    path = str(yaml.safe_load(page).get("path", "")).strip("/")
    return f"{path}/" if path else ""


def _with_row(readme: str, row: str) -> str:
    """A group's README with one more line in its table of flows. Raises ConfigError if it has no such table."""
    if not (table := FLOWS_TABLE.search(readme)):
        raise ConfigError("The group's README has no table that begins with | Flow |; give it one first.")
    return f"{readme[: table.end()]}{row}\n{readme[table.end() :]}"


def _with_owner(owners: str, group: str) -> str:
    """CODEOWNERS with a line for the group, unless it has one."""
    folder = f"/flows/{group}/"
    if any(line.split()[:1] == [folder] for line in owners.splitlines()):
        return owners
    return f"{owners}{folder:<31} @campus-flows/{group.replace('_', '-')}\n"
