"""``campus pages``: where each system is and how to log in to it, in files and on the Prefect server."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import yaml
from rich.console import Console
from rich.markup import escape

from common.cli.pages_check import check
from common.cli.progress import console
from common.cli.server import enter_server
from common.errors import ConfigError
from common.settings import settings

if TYPE_CHECKING:
    from common.pages.files import PageFile
    from common.pages.plan import Plan

__all__ = ["app"]

WIDE = 1_000  # columns where no terminal ends them
LEFT = 2  # exit code: nothing is wrong, and something is left to do

app = typer.Typer(
    help="Where each system is and how to log in to it.",
    epilog="Examples: [bold]campus pages list[/bold] · [bold]campus pages plan[/bold] · [bold]campus pages apply[/bold]",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
app.command("check")(check)

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]...", help="Systems; all of the environment if none is named."),
]


@app.callback()
def _folder(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder", metavar="FOLDER", help="Page files, in a folder for each environment; the checkout's."
        ),
    ] = None,
) -> None:
    context.obj = folder


@app.command("list")
def list_all(context: typer.Context) -> None:
    """List the pages of the environment that CAMPUS_ENV names: where, who, used by which flows, drift.

    Example: [bold]CAMPUS_ENV=prod campus pages list[/bold]
    """
    enter_server()
    from common.cli.pages_tables import page_table

    files = _files(context.obj, needed=False)
    found = _plan(files or {})
    if not found.pages:
        raise ConfigError(f"There are no pages of {settings().env}: campus pages apply")
    table = page_table(found, _users(), drift=files is not None)
    (console if console.is_terminal else Console(width=WIDE)).print(table)


@app.command()
def show(
    context: typer.Context, name: Annotated[str, typer.Argument(help="The system, as flows name it.")]
) -> None:
    """Show one page as its file would have it, its secrets' state, its flows, and what differs from the file.

    Example: [bold]campus pages show alma-sftp[/bold]
    """
    enter_server()
    from common.cli.pages_tables import differences, edited_at, secret_states

    system, files = name.removesuffix(f"-{settings().env}"), _files(context.obj, needed=False)
    found = _plan(files or {}, [system])
    page = found.pages[system]
    said = dict(page.held.entries if page.held else page.file or {})
    states = secret_states(page, found.holdings)
    rows = {
        "page": f"{system}-{settings().env}, {f'saved {edited_at(page)}' if page.held else 'not applied'}",
        "used by": ", ".join(_users().get(system, ())) or "no flow",
        "secrets": ", ".join(f"{field} {state}" for field, state in states.items()) or "none",
    }
    if files is not None and page.held:
        rows["drift"] = "; ".join(differences(page)) or "none"
    text = yaml.safe_dump(said, sort_keys=False, width=WIDE, allow_unicode=True)
    for line in (*text.splitlines(), "", *(f"{title:<8}  {told}" for title, told in rows.items())):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@app.command()
def plan(context: typer.Context, names: Names = None) -> None:
    """Show what apply would change on the server, field by field, and what was edited in the dashboard.

    Exit code 0: nothing to do. 2: something differs. 1: a page is wrong, or the server does not answer.

    Example: [bold]campus pages plan && echo in step[/bold]
    """
    enter_server()
    from common.cli.pages_tables import plan_table

    found = _plan(_files(context.obj) or {}, names or [])
    console.print(plan_table(found))
    for sentence in found.missing:
        console.print(f"[red]missing[/red]  {escape(sentence)}", soft_wrap=True, highlight=False)
    counts = Counter[str](page.outcome for page in found.pages.values())
    console.print(f"Nothing was changed: {_told(counts)}", soft_wrap=True)
    if found.differs:
        raise typer.Exit(LEFT)


@app.command()
def apply(
    context: typer.Context,
    names: Names = None,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Also over dashboard edits; delete pages whose file is gone."),
    ] = False,
) -> None:
    """Create and update the server's pages as the files say; leave what was edited in the dashboard.

    It may run again at any time. Exit code 0: the server has all that the files say. 2: it has not, because an edit in
    the dashboard would have been lost.

    Examples: [bold]campus pages apply[/bold] · [bold]campus pages apply alma-sftp --overwrite[/bold]
    """
    enter_server()
    from common.cli.pages_tables import differences
    from common.pages.apply import apply_pages

    files, counts, complete = _files(context.obj) or {}, Counter[str](), True
    for applied in apply_pages(settings().env, files, names or [], overwrite=overwrite):
        counts[applied.done] += 1
        complete = complete and applied.complete
        told = differences(applied.page) if applied.done in ("updated", "left") else ()
        _line(applied.done, applied.page.system, "; ".join(told))
    done = f"Applied to {settings().env}: {_told(counts)}" if counts else "Nothing to do"
    console.print(f"{done}, {len(files)} page files", soft_wrap=True)
    if counts["left"]:
        console.print(
            "What was left: campus pages pull writes it into the files, campus pages apply --overwrite takes it back.",
            soft_wrap=True,
        )
    if not complete:
        raise typer.Exit(LEFT)


@app.command()
def pull(
    context: typer.Context,
    names: Names = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also where the file was changed since it was applied.")
    ] = False,
) -> None:
    """Write what was edited in the dashboard into the page files; comments and order stay.

    Exit code 0: the files say it now. 2: something was left, and why.

    Example: [bold]campus pages pull && git diff deployments/pages[/bold]
    """
    enter_server()
    from common.pages.folder import PAGES
    from common.pages.pull import pull_pages

    counts, files = Counter[str](), _files(context.obj) or {}
    root = context.obj or PAGES
    for pulled in pull_pages(settings().env, files, names or [], overwrite=overwrite, root=root):
        counts[pulled.done] += 1
        reasons = [", ".join(pulled.fields), pulled.because]
        _line(pulled.done, pulled.page.system, ": ".join(filter(None, reasons)))
    console.print(
        f"Files of {settings().env}: {_told(counts)}"
        if counts
        else "Nothing to do: no page was edited in the dashboard"
    )
    if counts["left"]:
        raise typer.Exit(LEFT)


@app.command()
def schema(context: typer.Context) -> None:
    """Write the JSON Schemas that editors check page files with; the first line of a page names one.

    Example: [bold]campus pages schema[/bold]
    """
    from common.pages.folder import PAGES
    from common.pages.schema import SCHEMAS, json_schema

    for name, complete in SCHEMAS.items():
        path = (context.obj or PAGES) / name
        text = json.dumps(json_schema(complete=complete), indent=2) + "\n"
        same = path.exists() and path.read_text(encoding="utf-8") == text
        path.write_text(text, encoding="utf-8")
        console.print(f"{'unchanged' if same else 'written':<9}  {name}", highlight=False)


def _files(folder: Path | None, *, needed: bool = True) -> "dict[str, PageFile] | None":
    """The page files of the environment; None where they are not ``needed`` and there are none.

    The sandbox completes its pages itself, and an image has no page files.
    """
    from common.pages.folder import FILLED_IN, PAGES, read_folder

    root, env = folder or PAGES, settings().env
    if not needed and (env == FILLED_IN or not (root / env).is_dir()):
        return None
    return read_folder(env, root)


def _plan(files: "dict[str, PageFile]", names: list[str] | None = None) -> "Plan":
    from common.pages.plan import make_plan
    from common.pages.register import Register
    from common.pages.server import connected

    with connected() as client:
        return make_plan(client, files, Register(client, settings().env), names or [])


def _users() -> dict[str, list[str]]:
    """The flows that use each system."""
    from common.catalog import all_flows

    users: dict[str, list[str]] = {}
    for entry in all_flows():
        for system in (entry.feed.source, *entry.feed.sinks):
            users.setdefault(system, []).append(entry.label)
    return users


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items())


def _line(done: str, system: str, details: str) -> None:
    style = {"left": "red", "deleted": "red", "created": "green"}.get(done, "yellow")
    text = f"[{style}]{done:<8}[/] {system}-{settings().env}"
    console.print(f"{text}  {escape(details)}" if details else text, soft_wrap=True, highlight=False)
