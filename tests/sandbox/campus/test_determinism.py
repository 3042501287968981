"""The same seed, size and day give the same campus: everywhere, every time."""

import hashlib
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from common.errors import ConfigError
from common.sandbox.campus import Campus, build_campus, next_day

PROJECT = Path(__file__).parents[3]
PRINT_DIGESTS = """
import sys
sys.path.insert(0, {here!r})
from test_determinism import digest
from common.sandbox.campus import build_campus, next_day
campus = build_campus(seed=3, people=200)
print(digest(campus), digest(next_day(campus)[0]))
"""


def digest(campus: Campus) -> str:
    """A fingerprint of all values, independent of how Arrow lays them out in memory."""
    sha = hashlib.sha256()
    for name, table in campus.tables.items():
        sha.update(name.encode())
        for column in table.columns:
            sha.update(repr(column.to_pylist()).encode())
    return sha.hexdigest()


def test_another_process_with_other_hashing_builds_the_same_campus(small_campus: Campus) -> None:
    """A walk over a set somewhere would give every machine, and every run, a campus of its own."""
    printed = subprocess.run(
        [sys.executable, "-c", PRINT_DIGESTS.format(here=str(Path(__file__).parent))],
        env=os.environ | {"PYTHONHASHSEED": "4711", "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert printed.split() == [digest(small_campus), digest(next_day(small_campus)[0])]


def test_the_small_campus_is_still_the_one_it_was(small_campus: Campus) -> None:
    """Golden files of flows are made from campuses: whoever changes this digest changes them all."""
    assert digest(small_campus) == "15130ff63f8d2012cd846cc164871a569ec8609a9544efd04a43d9f1eeb2702a"


def test_another_seed_gives_another_campus(small_campus: Campus) -> None:
    """A seed that is ignored would let a test pass on the one campus it was written for."""
    other = build_campus(seed=4, people=200)
    assert other.tables["PS_NAMES"] != small_campus.tables["PS_NAMES"]
    assert other.tables["PS_STDNT_ENRL"] != small_campus.tables["PS_STDNT_ENRL"]


def test_the_same_seed_gives_equal_tables(small_campus: Campus) -> None:
    """The comparison above must not pass because tables never compare equal."""
    again = build_campus(seed=3, people=200)
    assert again.tables == small_campus.tables


@pytest.mark.parametrize(
    ("today", "strm"),
    [
        (date(2026, 9, 1), "2267"),
        (date(2026, 12, 25), "2271"),
        (date(2027, 2, 1), "2271"),
        (date(2027, 5, 20), "2274"),
        (date(2027, 7, 1), "2274"),
        (date(2028, 2, 29), "2281"),
    ],
)
def test_a_campus_can_be_built_for_any_day_of_the_year(today: date, strm: str) -> None:
    """Between two terms the coming one is current; a campus of late December must not fail in January."""
    campus = build_campus(people=200, today=today)
    assert campus.term.strm == strm
    assert campus.people_like("wait_listed")
    assert next_day(campus)[0].today.toordinal() == today.toordinal() + 1


@pytest.mark.parametrize("people", [0, 199, 500_001])
def test_a_size_that_cannot_be_built_is_refused(people: int) -> None:
    """Too few people have no room for the awkward ones, too many have no class numbers left."""
    with pytest.raises(ConfigError, match=f"A campus of {people} people cannot be built"):
        build_campus(people=people)
