"""Two ways to do one thing, ours and a plain client's, in turns."""

import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from tests.bench.candidates import PROJECT
from tests.bench.measure import Usage, measure

__all__ = ["Duel", "Outcome", "Side", "fight"]

Side: TypeAlias = Literal["plain", "ours"]


def _as_it_is(_: Side) -> None:
    """Most need nothing before a turn."""


@dataclass(frozen=True, slots=True)
class Duel:
    """What is done, and by which commands: ``plain`` is the client that stands beside ours.

    ``ready`` is called before every turn with whose it is. ``different`` tells afterwards what ours has done otherwise
    than the plain client.
    """

    title: str
    client: str
    plain: list[list[str]]
    ours: list[list[str]]
    different: Callable[[], list[str]]
    ready: Callable[[Side], None] = _as_it_is

    def turn(self, side: Side) -> Usage:
        """Does it once; RuntimeError with what the commands wrote where one of them fails."""
        self.ready(side)
        return measure(self.plain if side == "plain" else self.ours, PROJECT)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The turns of both; where there were none, ``missing`` says which program is not here."""

    title: str
    client: str
    plain: tuple[Usage, ...] = ()
    ours: tuple[Usage, ...] = ()
    different: tuple[str, ...] = ()
    missing: str = ""

    @property
    def ratio(self) -> float:
        """The median of our time to the plain client's in the same turn."""
        pairs = zip(self.ours, self.plain, strict=True)
        return statistics.median(ours.wall / plain.wall for ours, plain in pairs)

    @property
    def peak(self) -> float:
        """The most memory that ours took, in MB."""
        return max(turn.peak for turn in self.ours)

    def figures(self) -> dict[str, Any]:
        """All of it, for JSON."""
        told = {"what": self.title, "beside": self.client, "missing": self.missing}
        if self.missing:
            return told
        turns = {name: [turn._asdict() for turn in getattr(self, name)] for name in ("plain", "ours")}
        return told | turns | {"ratio": self.ratio, "different": self.different}


def fight(duels: Iterable[Duel], repeats: int, tell: Callable[[str], None]) -> Iterator[Outcome]:
    """One duel after the other, its two sides in turns; the first turn of each does not count."""
    for duel in duels:
        turns: dict[Side, list[Usage]] = {"plain": [], "ours": []}
        for _ in range(repeats + 1):
            for side, taken in turns.items():
                taken.append(duel.turn(side))
        plain, ours = (tuple(taken[1:]) for taken in turns.values())
        outcome = Outcome(duel.title, duel.client, plain, ours, tuple(duel.different()))
        tell(f"{outcome.title}: {outcome.ratio:.2f} times {outcome.client}, {outcome.peak:,.0f} MB")
        yield outcome
