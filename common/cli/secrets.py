"""``campus secrets``: passwords and tokens that pages name, set here and never shown again."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from common.cli.progress import console
from common.cli.server import enter_server
from common.clock import now
from common.errors import ConfigError
from common.settings import settings

__all__ = ["age", "app", "read_secret"]

app = typer.Typer(
    help="Passwords and tokens that pages name; one edit reaches every page.",
    epilog="Example: [bold]campus secrets set alma-sftp-password[/bold]",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


@app.command("set")
def set_value(
    name: Annotated[str, typer.Argument(help="Name as pages have it: secret:NAME.")],
    more: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Read it from here instead of asking for it."),
    ] = None,
) -> None:
    """Save a secret of this environment; the next run of every flow uses it.

    It is asked for, twice and unseen, or read from standard input or a file: as an argument everybody on the machine
    would see it.

    Examples: [bold]campus secrets set alma-sftp-password[/bold] ·
    [bold]campus secrets set engage-token --file token.txt[/bold]
    """
    if more:  # click would quote it in its own complaint
        raise ConfigError(
            "A secret is no argument: it is in the shell's history now, and was in the list of processes. Nothing was "
            "saved; have the system's owner make another one, and type it when it is asked for."
        )
    enter_server()
    from common.credentials.documents import Inventory, document_name
    from common.credentials.secrets import mended, set_secret

    document = document_name(name)
    new = set_secret(name, mended(read_secret(document, file)))
    users = sorted({use.page for use in Inventory().credential("secret", name).uses})
    told = (
        f"used by {', '.join(users)}" if users else f"no page names it yet; a page does with: secret:{name}"
    )
    console.print(f"{'Created' if new else 'Changed'} {document}; {told}", soft_wrap=True, highlight=False)


@app.command("list")
def list_all() -> None:
    """List the secrets of this environment: names, age and the pages that use them; never a value.

    Example: [bold]campus secrets list[/bold]
    """
    enter_server()
    from common.credentials.documents import Inventory

    inventory = Inventory()
    table = Table("secret", "set", "used by", box=box.SIMPLE, pad_edge=False)
    table.title, table.title_justify = f"Secrets of {settings().env}", "left"
    for name, secret in inventory.credentials("secret").items():
        users = ", ".join(f"{use.page} ({use.field})" for use in secret.uses)
        table.add_row(name, age(secret.updated), users or "no page")
    console.print(table)
    if elsewhere := inventory.elsewhere():
        told = ", ".join(f"{use.page} ({use.field})" for use in elsewhere)
        console.print(f"Kept on the page itself, in a file or in a variable: {told}", soft_wrap=True)


def read_secret(what: str, file: Path | None) -> str:
    """From the file, from standard input if that is no terminal, or from whoever sits there.

    Raises ConfigError for a file that cannot be read as text.
    """
    try:
        if file is not None:
            return file.read_text(encoding="utf-8")
        if not sys.stdin.isatty():
            return sys.stdin.read()
    except OSError as error:
        raise ConfigError(f"{file or 'Standard input'} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file or 'Standard input'} is not UTF-8 text.") from None
    answer: str = typer.prompt(what, hide_input=True, confirmation_prompt=True)
    return answer


def age(moment: datetime) -> str:
    """How long ago, as a person says it."""
    days = (now() - moment).days
    match days:
        case 0:
            return "today"
        case 1:
            return "1 day ago"
        case _:
            return f"{days:,} days ago"
