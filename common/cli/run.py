"""``campus run``: one flow, in this process."""

import inspect
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer

from common.cli.progress import console, quiet_prefect, send_logs, steps_told
from common.errors import ConfigError
from common.settings import settings

if TYPE_CHECKING:
    from common.catalog import CatalogEntry
    from common.run import Delivery

__all__ = ["parsed", "run"]


def run(
    flow: Annotated[str, typer.Argument(help="Which flow, as <group>/<name>; campus flows lists them.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write and check everything, deliver nothing.")
    ] = False,
    param: Annotated[list[str] | None, typer.Option(help="A parameter as name=value; repeatable.")] = None,
) -> None:
    """Run one flow in this process, against the environment that CAMPUS_ENV names.

    In the sandbox environment it uses the sandbox that is up, or starts one for this run.

    Examples: [bold]campus run library/patrons_to_alma --dry-run[/bold] ·
    [bold]campus run parking/customers_to_permits --param as_of=2026-09-01[/bold]
    """
    quiet_prefect()
    with ExitStack() as stack:
        if settings().env == "sandbox":
            from common.sandbox.control import DEFAULT_PEOPLE, sandboxed
            from common.sandbox.home import SandboxHome

            status = stack.enter_context(console.status("Starting the sandbox"))
            stack.enter_context(
                sandboxed(
                    SandboxHome.of_settings(),
                    keep=False,
                    people=DEFAULT_PEOPLE,
                    tell=lambda s: status.update(f"{s} ..."),
                )
            )
            status.stop()
        from prefect.exceptions import ParameterTypeError

        from common.catalog import find_flow
        from common.run import recording

        entry = find_flow(flow)
        parameters = parsed(entry, param or [])
        stack.enter_context(steps_told(lambda line: console.print(f"  {line}", style="dim", highlight=False)))
        runs = stack.enter_context(recording(rehearsal=dry_run))
        try:
            entry.load()(**parameters)
        except ParameterTypeError as error:
            raise ConfigError(f"{entry.label}: {' '.join(str(error).split())}.") from None
        finally:
            send_logs()
        _show(entry, [delivery for run in runs for delivery in run.deliveries], dry_run)


def parsed(entry: "CatalogEntry", given: list[str]) -> dict[str, Any]:
    """``name=value`` texts as the flow's parameters; Prefect turns the texts into their types.

    Raises ConfigError for a name that the flow does not have.
    """
    known = inspect.signature(entry.load().fn).parameters
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in known:
            raise ConfigError(
                f"--param {text}: write name=value; {entry.label} has: {', '.join(known) or 'none'}."
            )
        found[name] = value
    return found


def _show(entry: "CatalogEntry", deliveries: "list[Delivery]", dry_run: bool) -> None:
    from common.cli.receipts import delivery_table, preview_table

    title = "Rehearsed: nothing was sent" if dry_run else "Delivered"
    console.print(delivery_table(((entry.label, delivery) for delivery in deliveries), title))
    for delivery in deliveries if dry_run else ():
        if delivery.parcel:
            console.print(preview_table(delivery.parcel))
            if delivery.difference:
                console.print(
                    f"Against the last delivery: {delivery.difference.added:,} lines added, "
                    f"{delivery.difference.removed:,} lines removed."
                )
            else:
                console.print("There is no earlier delivery to compare it with.")
        else:
            console.print(
                f"Against what {delivery.receipt.system} has acknowledged: {delivery.receipt.rows:,} rows are new or "
                f"changed, {delivery.receipt.removed:,} have left."
            )
