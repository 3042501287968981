"""``campus keys``: SSH keys that many pages share, changed without a delivery that fails."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from common.cli.progress import console
from common.cli.secrets import age, read_secret
from common.cli.server import enter_server
from common.errors import ConfigError, DataFlowError
from common.settings import settings

if TYPE_CHECKING:
    from common.credentials.key_documents import KeyDocument

__all__ = ["app"]

app = typer.Typer(
    help="SSH keys that pages share; one change reaches every page.",
    epilog="Example: [bold]campus keys rotate campus-delivery[/bold]",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Name = Annotated[str, typer.Argument(help="Name as pages have it: key:NAME.")]
Kind = Annotated[
    Literal["ed25519", "rsa"], typer.Option("--type", help="RSA where a partner knows nothing newer.")
]


@app.command("list")
def list_all() -> None:
    """List the keys of this environment: kind, fingerprint, age, and the pages that use them.

    Example: [bold]campus keys list[/bold]
    """
    enter_server()
    from common.credentials.documents import Inventory
    from common.credentials.key_documents import KeyDocument

    table = Table("key", "kind", "fingerprint", "made", "saved", "used by", box=box.SIMPLE, pad_edge=False)
    table.title, table.title_justify = f"SSH keys of {settings().env}", "left"
    faults = []
    for name, credential in Inventory().credentials("key").items():
        key, users = KeyDocument(name), ", ".join(use.page for use in credential.uses) or "no page"
        try:
            public = key.public()
            kind, fingerprint = public.kind, public.fingerprint
        except DataFlowError as error:
            kind, fingerprint = "", "see below"
            faults.append(str(error))
        shown = f"{name} (in rotation)" if key.previous else name
        table.add_row(shown, kind, fingerprint, key.made, age(credential.updated), users)
    console.print(table)
    for fault in faults:
        console.print(f"[red]✗[/red] {escape(fault)}", highlight=False, soft_wrap=True)


@app.command()
def show(name: Name) -> None:
    """Print the public key, for the partner of a new system.

    Example: [bold]campus keys show campus-delivery[/bold]
    """
    enter_server()
    from common.credentials.key_documents import KeyDocument

    console.print(KeyDocument(name).public().line, soft_wrap=True, highlight=False)


@app.command()
def add(
    name: Name,
    kind: Kind = "ed25519",
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Take over the private key in this file.")
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option("--passphrase-file", metavar="FILE", help="Passphrase of the key in the file."),
    ] = None,
) -> None:
    """Make the first key of a name, or take over one that partners know; print its public key.

    The private key is kept on the Prefect server alone, under a random passphrase that nobody sees.

    Examples: [bold]campus keys add campus-delivery[/bold] ·
    [bold]campus keys add campus-delivery --file id_rsa --passphrase-file passphrase.txt[/bold]
    """
    enter_server()
    from common.credentials.key_pairs import lock, make_pair
    from common.credentials.rotation import add as add_key
    from common.credentials.secrets import mended

    if passphrase_file and not file:
        raise ConfigError("A passphrase goes with the file of a key: --file.")
    passphrase = mended(read_secret("passphrase", passphrase_file)) if passphrase_file else None
    pair = lock(read_secret("private key", file), passphrase, where=str(file)) if file else make_pair(kind)
    _show(add_key(name, pair))


@app.command()
def rotate(
    name: Name,
    kind: Kind = "ed25519",
    finish: Annotated[
        bool, typer.Option("--finish", help="Forget the previous key, if every server takes the new one.")
    ] = False,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Forget the new key, if every server takes the previous one.")
    ] = False,
) -> None:
    """Make a new key and show what to tell the partners; deliveries go on with the previous one meanwhile.

    Flows show the new key first, and the previous one where a partner has not installed the new one yet. A second call
    shows the same key and the same mails again.

    Examples: [bold]campus keys rotate campus-delivery[/bold] · [bold]campus keys rotate campus-delivery --finish[/bold]
    """
    if finish and cancel:
        raise ConfigError("Either --finish or --cancel: one of the two keys has to stay.")
    enter_server()
    if finish or cancel:
        _end(name, "new" if finish else "previous")
        return
    from common.credentials.notices import new_key_mails
    from common.credentials.rotation import begin

    key, new = begin(name, kind)
    console.print(
        f"{key.credential.document} has a new key; the previous one stays in use where partners do not have it yet."
        if new
        else f"{key.credential.document} is being rotated since {key.made}: this is its new key still.",
        soft_wrap=True,
        highlight=False,
    )
    _show(key)
    for mail in new_key_mails(key.credential.uses, key.public()):
        console.rule(style="dim")
        copy = f"\nCc: {mail.copy}" if mail.copy else ""
        console.print(
            f"To: {mail.to}{copy}\nSubject: {mail.subject}\n", highlight=False, markup=False, soft_wrap=True
        )
        console.print(mail.text, highlight=False, markup=False, soft_wrap=True)
    console.rule(style="dim")
    console.print(
        f"Who has it already: campus pages check. When all have: campus keys rotate {name} --finish",
        soft_wrap=True,
        highlight=False,
    )


@app.command()
def passphrase(name: Name) -> None:
    """Lock the key with a new random passphrase, which only the Prefect server keeps. Partners need not know.

    Example: [bold]campus keys passphrase campus-delivery[/bold]
    """
    enter_server()
    from common.credentials.rotation import change_passphrase

    key = change_passphrase(name)
    users = ", ".join(use.page for use in key.credential.uses) or "no page"
    console.print(
        f"{key.credential.document} has a new passphrase; the next run of {users} uses it.",
        soft_wrap=True,
        highlight=False,
    )


def _show(key: "KeyDocument") -> None:
    public = key.public()
    console.print(f"\nPublic key   {public.line}", soft_wrap=True, highlight=False)
    console.print(f"Fingerprint  {public.fingerprint}", soft_wrap=True, highlight=False)
    users = ", ".join(use.page for use in key.credential.uses)
    console.print(f"Used by      {users or 'no page yet'}\n", soft_wrap=True, highlight=False)


def _end(name: str, keep: Literal["new", "previous"]) -> None:
    from common.credentials.rotation import end, let_in

    with console.status("Asking every server") as status:
        findings = end(name, keep, lambda page, step: status.update(f"{page}: {step}"))
    for finding in findings:
        if let_in(finding):
            console.print(
                f"[green]✓[/green] {finding.name} takes the {keep} key", highlight=False, soft_wrap=True
            )
        else:
            told = f"[red]✗[/red] {finding.name}: {escape(finding.text)}"
            console.print(told, highlight=False, soft_wrap=True)
    left = [finding.name for finding in findings if not let_in(finding)]
    if left:
        console.print(
            f"{len(left)} of {len(findings)} do not take the {keep} key: {', '.join(left)}. Both keys stay, and "
            "deliveries go on.",
            style="bold red",
            soft_wrap=True,
            highlight=False,
        )
        raise typer.Exit(1)
    other = "previous" if keep == "new" else "new"
    console.print(f"The {other} key is forgotten; partners may remove it.", soft_wrap=True, highlight=False)
