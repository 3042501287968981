"""Persons and their names: PS_PERSON, PS_NAMES, PS_PERS_DATA_EFFDT, PS_CITIZENSHIP, PS_VISA_PMT_DATA."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.sandbox.campus.draws import Draws
from common.sandbox.campus.names import (
    APOSTROPHES,
    AT_LIMIT,
    FIRST_NAMES,
    HYPHENS,
    LAST_NAMES,
    MIDDLE_NAMES,
    MONONYMS,
    NICKNAMES,
    NON_ASCII,
    ONE_LETTER,
    SUFFIXES,
)
from common.sandbox.campus.places import FOREIGN
from common.sandbox.campus.population import CURRENT, GRADUATED, Population
from common.sandbox.campus.rows import BLANK, Days, Ints, fill, joined, replaced, stacked, text

__all__ = ["coming_days", "display_name", "people_tables"]

_SEXES: Final = ("F", "M", "U")
_AWKWARD_NAMES: Final[Mapping[str, tuple[float, tuple[tuple[str, str], ...]]]] = {
    "non-ASCII": (3, NON_ASCII),
    "one letter": (0.3, ONE_LETTER),
    "apostrophe": (1, APOSTROPHES),
    "hyphen": (1, HYPHENS),
    "at limit": (0.1, AT_LIMIT),
    "mononym": (0.3, tuple((BLANK, name) for name in MONONYMS)),
}
"""Percent of the people, and the first and last names they have."""


def people_tables(population: Population, draws: Draws) -> dict[str, pa.Table]:
    """The tables of what people are and are called."""
    people, emplid, sex = len(population), population.emplid, text(_SEXES, population.sex)
    home = draws.numbers(0, len(FOREIGN), people)
    countries = np.array([row[0] for row in FOREIGN], dtype=np.object_)
    country = pa.array(np.where(population.abroad, countries[home], "USA"), pa.string())
    foreigners = np.flatnonzero(population.abroad)
    visitors = population.since[foreigners]
    return {
        "PS_PERSON": fill(
            "PS_PERSON",
            people,
            EMPLID=emplid,
            BIRTHDATE=population.born,
            BIRTHCOUNTRY=country,
            DT_OF_DEATH=population.died,
        ),
        "PS_NAMES": _names(population, draws),
        "PS_PERS_DATA_EFFDT": fill(
            "PS_PERS_DATA_EFFDT",
            people,
            EMPLID=emplid,
            EFFDT=population.since,
            MAR_STATUS=text(("S", "M", "U"), draws.weighted((70, 20, 10), people)),
            SEX=sex,
            FT_STUDENT=text(("N", "Y"), (population.standing == CURRENT).astype(np.int64)),
        ),
        "PS_CITIZENSHIP": fill(
            "PS_CITIZENSHIP",
            people,
            EMPLID=emplid,
            COUNTRY=country,
            CITIZENSHIP_STATUS=text(("1", "4"), population.abroad.astype(np.int64)),
        ),
        "PS_VISA_PMT_DATA": fill(
            "PS_VISA_PMT_DATA",
            len(foreigners),
            EMPLID=emplid.take(pa.array(foreigners)),
            COUNTRY="USA",
            VISA_PERMIT_TYPE=text(("F1", "J1"), draws.weighted((85, 15), len(foreigners))),
            EFFDT=visitors,
            VISA_WRKPMT_STATUS="A",
            STATUS_DT=visitors,
            DT_ISSUED=visitors,
            EXPIRATN_DT=visitors + 5 * 365,
        ),
    }


def display_name(first: pa.Array, middle: pa.Array, last: pa.Array, suffix: pa.Array) -> pa.Array:
    """NAME_DISPLAY: the parts that there are, one blank between them, cut to the column's 50 characters."""
    name = pc.replace_substring_regex(joined(first, middle, last, suffix, separator=" "), " +", " ")
    return pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(name), 0, 50))


def coming_days(population: Population, rows: int) -> Days:
    """Days after today, the first row's tomorrow: for rows that become current as time passes."""
    return population.today + 1 + np.arange(rows) % 30


def _names(population: Population, draws: Draws) -> pa.Table:
    everyone, people = population.everyone, len(population)
    first, family = draws.pick(FIRST_NAMES, people), draws.numbers(0, len(LAST_NAMES), people)
    last = text(LAST_NAMES, family)
    middle = pc.if_else(pa.array(draws.chance(45, people)), draws.pick(MIDDLE_NAMES, people), BLANK)
    shares = draws.split(
        everyone, {name: percent for name, (percent, _) in _AWKWARD_NAMES.items()} | {"suffix": 1.0}
    )
    for name, (_, pairs) in _AWKWARD_NAMES.items():
        who = shares[name]
        variety = np.arange(len(who)) % len(pairs)
        first = replaced(first, who, text([pair[0] for pair in pairs], variety))
        last = replaced(last, who, text([pair[1] for pair in pairs], variety))
        middle = replaced(middle, who, pa.repeat(BLANK, len(who)))
    heirs = shares["suffix"]
    suffix = replaced(pa.repeat(BLANK, people), heirs, draws.pick(SUFFIXES, len(heirs)))

    renamed = draws.some(np.flatnonzero(population.since < population.today - 1), 6)
    effective = population.since.copy()
    effective[renamed] = draws.days(effective[renamed] + 1, np.full(len(renamed), population.today))
    marrying = draws.some(everyone, 0.4)
    preferring = draws.some(everyone, 22)
    nicknamed = draws.some(preferring, 60)
    undecided = draws.some(nicknamed[population.since[nicknamed] < population.today - 2], 5)
    graduates = draws.some(np.flatnonzero(population.standing == GRADUATED), 50)

    def rows(
        who: Ints,
        kind: str,
        since: Days,
        *,
        given: pa.Array = first,
        family: pa.Array = last,
        status: str = "A",
    ) -> pa.Table:
        parts = [column.take(pa.array(who)) for column in (given, middle, family, suffix)]
        return fill(
            "PS_NAMES",
            len(who),
            EMPLID=population.emplid.take(pa.array(who)),
            NAME_TYPE=kind,
            EFFDT=since,
            EFF_STATUS=status,
            FIRST_NAME=parts[0],
            MIDDLE_NAME=parts[1],
            LAST_NAME=parts[2],
            NAME_SUFFIX=parts[3],
            NAME_DISPLAY=display_name(*parts),
        )

    known_as = replaced(first, nicknamed, draws.pick(NICKNAMES, len(nicknamed)))
    other_family = text(LAST_NAMES, (family + draws.numbers(1, len(LAST_NAMES), people)) % len(LAST_NAMES))
    preferred_since = draws.days(population.since, np.full(people, population.today - 2))
    return stacked(
        rows(everyone, "PRI", effective),
        rows(renamed, "PRI", population.since[renamed], family=other_family),
        rows(marrying, "PRI", coming_days(population, len(marrying)), family=other_family),
        rows(preferring, "PRF", preferred_since[preferring], given=known_as),
        rows(undecided, "PRF", np.full(len(undecided), population.today - 1), given=known_as, status="I"),
        rows(graduates, "DEG", population.today - draws.numbers(1, 30, len(graduates))),
    )
