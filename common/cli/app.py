"""The command's front door: its verbs, its version, and how an error is told."""

import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from common.cli import demo, deploy, flows, keys, new, pages, run, sandbox, secrets, settings, setup
from common.errors import ConfigError, DataFlowError

__all__ = ["app", "main"]

app = typer.Typer(
    name="campus",
    help="Delivers campus data to campus groups.",
    epilog="Examples: [bold]campus demo[/bold] · [bold]campus run library/patrons_to_alma --dry-run[/bold]",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,  # locals hold rows
)
app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("flows")(flows.flows)
app.command("new")(new.new)
app.command("settings")(settings.show)
app.command("setup")(setup.setup)
app.command("deploy")(deploy.deploy)
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(pages.app, name="pages")
app.add_typer(secrets.app, name="secrets")
app.add_typer(keys.app, name="keys")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"campus-flows {version('campus-flows')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Runs the command; an error of ours is one sentence and exit code 1."""
    try:
        app()
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("common.sandbox"):
            raise
        _fail(ConfigError("The sandbox is not part of this image: set CAMPUS_ENV, or use a checkout."))
    except DataFlowError as error:
        _fail(error)


def _fail(error: DataFlowError) -> NoReturn:
    title = f"[bold red]{type(error).__name__}[/bold red]"
    Console(stderr=True).print(f"{title} {escape(str(error))}", highlight=False, soft_wrap=True)
    sys.exit(1)
