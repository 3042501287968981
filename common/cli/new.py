"""``campus new``: the beginning of a flow, complete enough to run in the sandbox at once."""

import re
from pathlib import Path
from string import Template
from typing import Annotated

import typer
from rich.console import Console

from common.errors import ConfigError

__all__ = ["new", "planned"]

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = Path(__file__).with_name("new_flow")
# short enough for every line of the templates to stay as the formatter wants it
LABEL = re.compile(
    r"(?P<group>[a-z][a-z0-9_]{1,19})/(?P<name>(?=.{1,35}$)(?P<what>[a-z][a-z0-9_]*)_to_(?P<where>[a-z][a-z0-9_]*))"
)
CONTACT = re.compile(r"^Contact: (\S+@\S+?)\.?(?:\s|$)", re.MULTILINE)


def new(
    flow: Annotated[str, typer.Argument(help="What it shall be called: <group>/<what>_to_<where>.")],
) -> None:
    """Begin a flow: its file, query, test, deployment, page in the sandbox, and place in the group's README.

    What it writes runs at once: it delivers everyone's name to a file server of the sandbox.

    Example: [bold]campus new housing/residents_to_starrez[/bold]
    """
    console = Console(soft_wrap=True, highlight=False)
    files = planned(flow, PROJECT)
    group, name = flow.split("/")
    for path, text in files.items():
        console.print(f"  {'changed' if path.exists() else 'written'}  {path.relative_to(PROJECT)}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    console.print(
        "\nWhat is yours to do, until make check and make test are content:\n"
        f"  1. the query and the contract: whom and what the receiver may have\n"
        f"  2. the docstring, flows/{group}/README.md, and the hour in prefect.yaml: each says where\n"
        f"  3. make run FLOW={flow} ARGS=--dry-run\n"
        f'  4. make test ARGS="tests/flows/{group}/test_{name}.py --golden" writes the golden file; read it\n'
        f"  5. the pages of dev and prod"
    )


def planned(flow: str, root: Path) -> dict[Path, str]:
    """Every file of the checkout at ``root`` that the flow needs written or changed, with its whole new text.

    Raises ConfigError for a name that is not ``<group>/<what>_to_<where>``, and where a file is there already.
    """
    if not (found := LABEL.fullmatch(flow)):
        raise ConfigError(
            f"{flow}: write <group>/<what>_to_<where>, in lower case with _ between words, such as "
            "housing/residents_to_starrez; at most 20 characters for the group and 35 for the rest."
        )
    group, name = found["group"], found["name"]
    folder = root / "flows" / group
    readme = folder / "README.md"
    about = readme.read_text(encoding="utf-8") if readme.exists() else ""
    contact = CONTACT.search(about)
    words = {
        **found.groupdict(),
        "sink": f"{found['where']}-sftp".replace("_", "-"),
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
        root / "tests" / "flows" / group / f"test_{name}.py": _text("test.py", words),
    }
    if there := [str(path.relative_to(root)) for path in fresh if path.exists()]:
        raise ConfigError(f"{', '.join(there)}: already there, and nothing was changed. Choose another name.")
    shared = {
        folder / "__init__.py": "",
        root / "deployments" / "pages" / "sandbox" / f"{words['sink']}.yaml": _text("page.yaml", words),
    }
    deployments, owners = root / "prefect.yaml", root / ".github" / "CODEOWNERS"
    return (
        fresh
        | {path: text for path, text in shared.items() if not path.exists()}
        | {readme: _with_row(about, words["row"]) if about else _text("README.md", words)}
        | {deployments: deployments.read_text(encoding="utf-8") + _text("deployment.yaml", words)}
        | ({} if _owned(owners, group) else {owners: _with_owner(owners, group)})
    )


def _text(template: str, words: dict[str, str]) -> str:
    return Template((TEMPLATES / f"{template}.template").read_text(encoding="utf-8")).substitute(words)


def _with_row(readme: str, row: str) -> str:
    """The group's README with one more line in its table of flows. Raises ConfigError if it has no such table."""
    table = re.search(r"^\| Flow \|.*\n(?:\|.*\n)+", readme, re.MULTILINE)
    if not table:
        raise ConfigError("The group's README has no table that begins with | Flow |; give it one first.")
    return f"{readme[: table.end()]}{row}\n{readme[table.end() :]}"


def _owned(owners: Path, group: str) -> bool:
    return any(
        line.startswith(f"/flows/{group}/") for line in owners.read_text(encoding="utf-8").splitlines()
    )


def _with_owner(owners: Path, group: str) -> str:
    line = f"{f'/flows/{group}/':<31} @campus-flows/{group.replace('_', '-')}\n"
    return owners.read_text(encoding="utf-8") + line
