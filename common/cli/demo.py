"""``campus demo``: every flow there is, on a campus of its own."""

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from common.cli.progress import console, quiet_prefect, send_logs, steps_told

if TYPE_CHECKING:
    from common.catalog import CatalogEntry
    from common.run import Delivery
    from common.sandbox.home import SandboxHome

__all__ = ["demo"]


COLUMNS = (
    SpinnerColumn(finished_text="[green]✓"),
    TextColumn("{task.description}"),
    TimeElapsedColumn(),
    TextColumn("[dim]{task.fields[step]}"),
)


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", envvar="KEEP", help="Leave the dashboard and the partners running.")
    ] = False,
    people: Annotated[int, typer.Option(min=200, help="How many people are on campus.")] = 5_000,
) -> None:
    """Run every flow once against a synthetic campus and show what each partner got.

    Starts a Prefect server, the campus's database and the partners on free ports, and stops them again.

    Examples: [bold]campus demo[/bold] · [bold]campus demo --keep --people 20000[/bold]
    """
    from common.sandbox import control
    from common.sandbox.home import SandboxHome

    quiet_prefect()
    started, home = time.monotonic(), SandboxHome.of_settings()
    deliveries: list[tuple[str, Delivery]] = []
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(*COLUMNS, console=console))
        starting = progress.add_task("sandbox", total=1, step="")
        stack.enter_context(
            control.sandboxed(
                home, keep=keep, people=people, tell=lambda step: progress.update(starting, step=step)
            )
        )
        progress.update(starting, completed=1, step="up")
        from common.catalog import all_flows

        for entry in all_flows():
            deliveries += [(entry.label, delivery) for delivery in _run(entry, progress)]
        send_logs()
        progress.stop()
        _show(home, deliveries, time.monotonic() - started)
        if keep:
            console.print(f"Dashboard  {control.api_url(home).removesuffix('/api')}", soft_wrap=True)
            console.print("It stays up until: campus sandbox down")
    if not keep:
        console.print("To keep the dashboard up: KEEP=1 make demo")


def _run(entry: "CatalogEntry", progress: Progress) -> "list[Delivery]":
    """One flow, its steps shown as they happen."""
    from common.run import recording

    task = progress.add_task(entry.label, total=1, step="")
    with steps_told(lambda line: progress.update(task, step=line)), recording() as runs:
        entry.load()()
    deliveries = [delivery for run in runs for delivery in run.deliveries]
    progress.update(task, completed=1, step=f"{sum(d.receipt.rows for d in deliveries):,} rows delivered")
    return deliveries


def _show(home: "SandboxHome", deliveries: "list[tuple[str, Delivery]]", seconds: float) -> None:
    from common.cli.receipts import delivery_table

    console.print(delivery_table(deliveries, f"Delivered in {seconds:.0f} seconds"))
    counts = {
        folder.name: sum(path.is_file() for path in folder.rglob("*"))
        for folder in sorted(home.partners.iterdir())
    }
    console.print(f"Files      {home.partners}", soft_wrap=True)
    console.print("           " + " · ".join(f"{name}: {count:,}" for name, count in counts.items()))
