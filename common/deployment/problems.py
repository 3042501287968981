"""Everything that is wrong with a deploy, told at once."""

from collections.abc import Iterable
from typing import NamedTuple

from common.errors import ConfigError

__all__ = ["Problem", "refusal"]

NAMED = 3  # places that one problem names before it only counts them


class Problem(NamedTuple):
    """What is wrong, and at which deployment or file."""

    where: str
    what: str


def refusal(problems: Iterable[Problem]) -> ConfigError:
    """The problems as one numbered list; what is wrong at many places alike is one of them."""
    places: dict[str, list[str]] = {}
    for where, what in problems:
        if where not in places.setdefault(what, []):
            places[what].append(where)
    lines = [f"  {number}. {_told(places[what])}: {what}" for number, what in enumerate(places, 1)]
    count = "1 thing is" if len(lines) == 1 else f"{len(lines)} things are"
    return ConfigError("\n".join([f"{count} wrong; nothing was changed.", *lines]))


def _told(places: list[str]) -> str:
    if len(places) <= NAMED:
        return ", ".join(places)
    return f"{', '.join(places[: NAMED - 1])} and {len(places) - NAMED + 1} more"
