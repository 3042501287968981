"""``make bench``: what deliveries, files and loads cost, beside what they have to cost.

Whoever is compared takes turns, so that whatever else the machine does meets all of them. Their ratios can be
compared between machines and days, their seconds cannot.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, TypeAlias

import typer
from rich.console import Console

from tests.bench.duels import Outcome
from tests.bench.files import transfers
from tests.bench.loads import loads as loads_of
from tests.bench.reports import PEAK_LIMIT, delivery_table, duel_faults, duel_table
from tests.bench.runs import compete, run_twice_the_rows, servers

__all__ = ["bench", "delivery", "files", "loads"]

app = typer.Typer(
    epilog='Examples: [bold]make bench[/bold] · [bold]make bench ARGS="delivery --rows 200000"[/bold] · '
    '[bold]make bench ARGS="files --megabytes 50 --repeats 1"[/bold] · [bold]make bench ARGS=loads[/bold]',
    rich_markup_mode="rich",
    add_completion=False,
)
report, progress = Console(), Console(stderr=True, log_path=False)

Repeats: TypeAlias = Annotated[int, typer.Option(min=1, help="Turns that count, after one that does not.")]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
Rows: TypeAlias = Annotated[int, typer.Option(min=1, help="Rows of the table.")]


@app.callback(invoke_without_command=True)
def bench(context: typer.Context) -> None:
    """Measure against real servers that are started for it; without a name, the delivery."""
    if context.invoked_subcommand is None:
        delivery()


@app.command()
def delivery(
    rows: Rows = 1_000_000,
    repeats: Repeats = 5,
    pandas_repeats: Annotated[int, typer.Option(help="The same for pandas, which is slow; 0 spares it.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Deliver a generated table from PostgreSQL to an SFTP server, in three ways that take turns.

    Fails when rows differ from those that COPY delivers, or when a delivery takes more than 400 MB.
    """
    with progress.status("Starting PostgreSQL and OpenSSH, making the table"), servers(rows) as job:
        results = compete(
            job, {"limit": repeats, "ours": repeats, "pandas": min(repeats, pandas_repeats)}, _tell
        )
        twice = run_twice_the_rows(job)
    if as_json:
        figures = {
            name: asdict(result) | {"turns": [turn._asdict() for turn in result.turns]}
            for name, result in results.items()
        }
        answer = {"rows": rows, "candidates": figures, "ours_twice_the_rows": twice._asdict()}
        report.print_json(json.dumps(answer))
    else:
        report.print(delivery_table(rows, results))
        report.print(
            f"Peak memory of ours: {results['ours'].peak:,.0f} MB for {rows:,} rows, "
            f"{twice.peak:,.0f} MB for {2 * rows:,}."
        )
    faults = []
    if different := results["ours"].different:
        faults.append(f"ours and the limit delivered different rows: {', '.join(different)}")
    if (peak := max(results["ours"].peak, twice.peak)) > PEAK_LIMIT:
        faults.append(f"ours took {peak:,.0f} MB, more than {PEAK_LIMIT} MB")
    _end(faults)


@app.command()
def files(
    megabytes: Annotated[int, typer.Option(min=1, help="Size of the file, in 10^6 bytes.")] = 200,
    repeats: Repeats = 3,
    as_json: AsJson = False,
) -> None:
    """Put a file into every kind of store and get it back: beside sftp, smbclient, curl and cp.

    Fails when bytes differ, or when ours takes more than 400 MB.
    """
    with progress.status("Starting one server after the other"):
        outcomes = list(transfers(megabytes * 1_000_000, repeats, _tell))
    _show(f"A file of {megabytes:,} MB", outcomes, as_json=as_json)


@app.command()
def loads(rows: Rows = 1_000_000, repeats: Repeats = 3, as_json: AsJson = False) -> None:
    """Write a table to CSV and load it from there: beside psql and mariadb.

    Fails when rows differ, or when ours takes more than 400 MB.
    """
    with progress.status("Starting PostgreSQL, then MariaDB"):
        outcomes = list(loads_of(rows, repeats, _tell))
    _show(f"{rows:,} rows of CSV", outcomes, as_json=as_json)


def _show(title: str, outcomes: Iterable[Outcome], *, as_json: bool) -> None:
    if as_json:
        report.print_json(json.dumps([outcome.figures() for outcome in outcomes]))
    else:
        report.print(duel_table(title, outcomes))
    _end(duel_faults(outcomes))


def _tell(line: str) -> None:
    progress.log(line, highlight=False)


def _end(faults: list[str]) -> None:
    for fault in faults:
        progress.print(f"[red]{fault}[/red]")
    raise typer.Exit(bool(faults))


if __name__ == "__main__":
    app()
