"""Everything that is wrong with a deploy, told at once."""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from common.errors import ConfigError

__all__ = ["Problem", "nearest", "refusal"]

NAMED = 3  # places that one problem names before it only counts them


class Problem(NamedTuple):
    """What is wrong, and at which deployment or file."""

    where: str
    what: str


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, as a question in parentheses."""
    near = difflib.get_close_matches(word, list(known), 1)
    return f" (did you mean {near[0]}?)" if near else ""


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
