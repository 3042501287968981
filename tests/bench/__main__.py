"""``make bench``: what a delivery costs, beside what it has to cost and what a script would cost.

The candidates take turns, so that whatever else the machine does meets all of them. Their ratios can be
compared between machines and days, their seconds cannot.
"""

import json
import statistics
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.bench.runs import Result, compete, run_twice_the_rows, servers

__all__ = ["bench"]

PEAK_LIMIT = 400  # MB, the most that a delivery of any length may take

report, progress = Console(), Console(stderr=True, log_path=False)


def bench(
    rows: Annotated[int, typer.Option(min=1, help="Rows of the table.")] = 1_000_000,
    repeats: Annotated[int, typer.Option(min=1, help="Turns that count, after one that does not.")] = 5,
    pandas_repeats: Annotated[int, typer.Option(help="The same for pandas, which is slow; 0 spares it.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Deliver a generated table from PostgreSQL to an SFTP server, in three ways that take turns.

    Fails when rows differ from those that COPY delivers, or when a delivery takes more than 400 MB.
    """
    with progress.status("Starting PostgreSQL and OpenSSH, making the table"), servers(rows) as job:
        results = compete(
            job,
            {"limit": repeats, "ours": repeats, "pandas": min(repeats, pandas_repeats)},
            lambda line: progress.log(line, highlight=False),
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
        report.print(_table(rows, results))
        report.print(
            f"Peak memory of ours: {results['ours'].peak:,.0f} MB for {rows:,} rows, "
            f"{twice.peak:,.0f} MB for {2 * rows:,}."
        )
    faults = []
    if different := results["ours"].different:
        faults.append(f"ours and the limit delivered different rows: {', '.join(different)}")
    if (peak := max(results["ours"].peak, twice.peak)) > PEAK_LIMIT:
        faults.append(f"ours took {peak:,.0f} MB, more than {PEAK_LIMIT} MB")
    for fault in faults:
        progress.print(f"[red]{fault}[/red]")
    raise typer.Exit(bool(faults))


def _table(rows: int, results: Mapping[str, Result]) -> Table:
    table = Table(title=f"{rows:,} rows from PostgreSQL to an SFTP server")
    table.caption = (
        "Medians (min-max); ratio: of the time to the limit's in the same turn; peak: of all turns."
    )
    for heading in ("", "wall s", "ratio", "CPU s", "peak MB", "turns", "same rows"):
        table.add_column(heading, justify="left" if heading in {"", "same rows"} else "right")
    for name, result in results.items():
        table.add_row(
            name,
            _spread([turn.wall for turn in result.turns]),
            f"{result.ratio:.2f}",
            f"{statistics.median(turn.cpu for turn in result.turns):.2f}",
            f"{result.peak:,.0f}",
            str(len(result.turns)),
            "no: " + ", ".join(result.different) if result.different else "yes",
        )
    return table


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


if __name__ == "__main__":
    typer.run(bench)
