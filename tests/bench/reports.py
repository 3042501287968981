"""Figures as tables, and what a reader has to know who sees them."""

import statistics
from collections.abc import Iterable, Mapping

from rich.box import SIMPLE_HEAD
from rich.table import Table

from tests.bench.duels import Outcome
from tests.bench.runs import Result

__all__ = ["PEAK_LIMIT", "delivery_table", "duel_faults", "duel_table"]

PEAK_LIMIT = 400  # MB, the most that anything of ours may take, whatever its length


def delivery_table(rows: int, results: Mapping[str, Result]) -> Table:
    """The ways of one delivery."""
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


def duel_table(title: str, outcomes: Iterable[Outcome]) -> Table:
    """Ours beside plain clients."""
    table = Table(title=title, box=SIMPLE_HEAD)
    table.caption = (
        "Medians of the seconds; ratio: of our time to the client's in the same turn; peak: of ours."
    )
    for heading in ("", "beside", "its s", "our s", "ratio", "peak MB", "same"):
        table.add_column(
            heading,
            justify="left" if heading in {"", "beside", "same"} else "right",
            no_wrap=heading != "same",
        )
    for outcome in outcomes:
        if outcome.missing:
            table.add_row(outcome.title, outcome.client, *[""] * 4, outcome.missing)
            continue
        table.add_row(
            outcome.title,
            outcome.client,
            *(
                f"{statistics.median(turn.wall for turn in side):.2f}"
                for side in (outcome.plain, outcome.ours)
            ),
            f"{outcome.ratio:.2f}",
            f"{outcome.peak:,.0f}",
            "no: " + ", ".join(outcome.different) if outcome.different else "yes",
        )
    return table


def duel_faults(outcomes: Iterable[Outcome], limit: float = PEAK_LIMIT) -> list[str]:
    """What must not be: other bytes or rows than the plain client's, or memory that grows with them."""
    faults = []
    for outcome in outcomes:
        if outcome.different:
            faults.append(f"{outcome.title}: different from {outcome.client}: {', '.join(outcome.different)}")
        if outcome.ours and outcome.peak > limit:
            faults.append(f"{outcome.title}: ours took {outcome.peak:,.0f} MB, more than {limit} MB")
    return faults


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"
