"""``campus pages check``: whether every system of the environment can be used, now."""

import time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from common.cli.progress import console
from common.cli.server import enter_server
from common.errors import ConfigError
from common.settings import settings

if TYPE_CHECKING:
    from common.probing import Finding

__all__ = ["check"]

COLUMNS = (
    SpinnerColumn(),
    TextColumn("{task.description}"),
    TimeElapsedColumn(),
    TextColumn("[dim]{task.fields[step]}"),
)


def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Systems to check; all of them if none is named."),
    ] = None,
    write: Annotated[
        bool,
        typer.Option(
            "--write/--no-write", help="Leave a probe file at file servers for a moment, or only look."
        ),
    ] = True,
) -> None:
    """Connect to the systems of the environment, side by side: name, port, trust, login, folder, query.

    A file server gets a probe file, which is removed at once; a database runs a query that reads no table; an
    interface is asked for one page; a relay is told the sender. The command fails when a system does.

    Examples: [bold]campus pages check[/bold] · [bold]campus pages check alma-sftp warehouse[/bold]
    """
    enter_server()
    from common.blocks import Page
    from common.credentials.documents import Inventory
    from common.pages import find_page, page_name
    from common.probing import probe_pages

    own = f"-{settings().env}"
    systems = [name.removesuffix(own) for name in names or []] or Inventory().systems()
    if not systems:
        raise ConfigError(f"The Prefect server has no pages of {settings().env}: campus pages apply")
    started, failed = time.monotonic(), []
    width = max(map(len, systems))
    with Progress(*COLUMNS, console=console, transient=True, disable=not console.is_terminal) as progress:
        tasks = {page_name(s): progress.add_task(s.ljust(width), total=None, step="") for s in systems}
        pages = {page_name(s): lambda s=s: find_page(s, Page) for s in systems}
        for finding in probe_pages(
            pages, lambda name, step: progress.update(tasks[name], step=step), write=write
        ):
            progress.remove_task(tasks[finding.name])
            system = finding.name.removesuffix(own)
            progress.console.print(_line(finding, system.ljust(width)), highlight=False, soft_wrap=True)
            if finding.failed:
                failed.append(system)
    took = f"in {time.monotonic() - started:.1f} s"
    if failed:
        console.print(
            f"{len(failed)} of {len(systems)} systems of {settings().env} fail {took}: {', '.join(sorted(failed))}",
            style="bold red",
            soft_wrap=True,
            highlight=False,
        )
        raise typer.Exit(1)
    told = "The system" if len(systems) == 1 else f"All {len(systems)} systems"
    console.print(f"{told} of {settings().env} can be used, found {took}", soft_wrap=True, highlight=False)


def _line(finding: "Finding", system: str) -> str:
    seconds = f"{finding.seconds:5.1f} s"
    if finding.failed:
        return f"[red]✗[/red] {system} {seconds}  [bold]{finding.failed}[/bold]: {escape(finding.text)}"
    mark = "[yellow]![/yellow]" if finding.text else "[green]✓[/green]"
    steps = " · ".join(finding.passed[1:])
    return (
        f"{mark} {system} {seconds}  [dim]{steps}[/dim]{f'; {escape(finding.text)}' if finding.text else ''}"
    )
