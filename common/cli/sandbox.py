"""``campus sandbox``: a campus and its partners on this machine."""

from typing import Annotated

import typer
from rich.table import Table

from common.cli.progress import console

__all__ = ["app"]

app = typer.Typer(
    help="A synthetic campus, its database and its partners, on this machine.",
    epilog="Example: [bold]campus sandbox up[/bold]",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


@app.command()
def up(
    people: Annotated[int, typer.Option(min=200, help="How many people are on campus.")] = 5_000,
    seed: Annotated[int, typer.Option(help="Another number makes other people.")] = 7,
) -> None:
    """Start the sandbox and keep it running; print its connection pages.

    Example: [bold]campus sandbox up --people 20000[/bold]
    """
    from common.sandbox import control
    from common.sandbox.home import SandboxHome

    home = SandboxHome.of_settings()
    if control.is_up(home):
        console.print("The sandbox is up already.")
    else:
        with console.status("Starting") as status:
            control.up(home, people=people, seed=seed, tell=lambda step: status.update(f"{step} ..."))
    control.enter(home)
    _print_pages()
    api = control.api_url(home)
    console.print(f"Dashboard  {api.removesuffix('/api')}", soft_wrap=True)
    console.print(f"Files      {home.partners}", soft_wrap=True)
    console.print(
        "Next       campus run library/patrons_to_alma · campus sandbox next-day · campus sandbox down"
    )


@app.command()
def down() -> None:
    """Stop the sandbox; what partners received stays until the next start.

    Example: [bold]campus sandbox down[/bold]
    """
    from common.sandbox import control
    from common.sandbox.home import SandboxHome

    count = control.down(SandboxHome.of_settings())
    console.print(f"Stopped {count} programs." if count else "Nothing was running.")


@app.command("next-day")
def next_day() -> None:
    """Let a day pass on campus: admissions, drops, moves, new names, holds, terminations.

    Example: [bold]campus sandbox next-day && campus run student_affairs/students_to_engage[/bold]
    """
    from common.sandbox import control
    from common.sandbox.home import SandboxHome

    home = SandboxHome.of_settings()
    changes = control.pass_day(home)
    table = Table(
        "change", "people", title=f"It is {home.recall('campus')['today']} on campus", title_justify="left"
    )
    for kind, count in sorted(changes.items()):
        table.add_row(kind, f"{count:,}")
    console.print(table)


def _print_pages() -> None:
    from common.pages import list_pages

    table = Table("page", "kind", "user", "at", "owner")
    for name, page in list_pages().items():
        shown = page.model_dump()
        at = shown.get("url") or f"{shown.get('host')}:{shown.get('port')}{shown.get('path') or ''}"
        table.add_row(name, page.kind, shown.get("username") or "", at, page.owner)
    console.print(table)
