"""The synthetic campus: all its tables, from a seed, a size and a day."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

import pyarrow as pa

from common.errors import ConfigError
from common.sandbox.campus.academics import academic_tables
from common.sandbox.campus.addresses import address_tables
from common.sandbox.campus.awkward import people_like
from common.sandbox.campus.catalog_tables import catalog_tables
from common.sandbox.campus.contacts import contact_tables
from common.sandbox.campus.draws import Draws
from common.sandbox.campus.employment import employment_tables
from common.sandbox.campus.holds import ferpa_flags, hold_table, override_table
from common.sandbox.campus.people import people_tables
from common.sandbox.campus.personal_data import personal_data
from common.sandbox.campus.population import Population, populate
from common.sandbox.campus.residents import housing_table, vehicle_table
from common.sandbox.campus.tables import TABLES
from common.sandbox.campus.terms import Term, Terms, term_tables, terms

__all__ = ["TODAY", "Campus", "build_campus"]

TODAY: Final = date(2026, 9, 1)
"""The day of a campus for which no other is asked: the second week of fall 2026."""

_FEWEST_PEOPLE, _MOST_PEOPLE = 200, 500_000


@dataclass(frozen=True)
class Campus:
    """A campus on one day: its tables by name, columns in upper case as in PeopleSoft."""

    seed: int
    today: date
    term: Term
    tables: dict[str, pa.Table] = field(repr=False)

    def people_like(self, category: str) -> list[str]:
        """The EMPLIDs, in order, of the people of an awkward category (``awkward.CATEGORIES``)."""
        return people_like(category, self.tables, self.today, self.term.strm)


def build_campus(seed: int = 7, people: int = 5000, today: date = TODAY) -> Campus:
    """The campus of a seed, a size and a day: the same ones give byte-equal tables everywhere.

    Enrollments and classes are kept for the current term and, fewer of them, for the last full term before
    it; terms, programs and term records reach back three years. The classes of the coming term are planned.
    """
    if not _FEWEST_PEOPLE <= people <= _MOST_PEOPLE:
        raise ConfigError(
            f"A campus of {people} people cannot be built: from {_FEWEST_PEOPLE} on there is room for every "
            f"awkward case, and class numbers last for {_MOST_PEOPLE}."
        )
    around = terms(today)
    population = populate(seed, people, today, around)
    tables = {
        **term_tables(around),
        **catalog_tables(today),
        **_person_tables(seed, population, around),
        **academic_tables(seed, population, around),
        **employment_tables(population, Draws(seed, "employment")),
    }
    flags = ferpa_flags(population, Draws(seed, "ferpa"))
    tables["PS_FERPA_OVERRIDE"] = override_table(population, Draws(seed, "ferpa items"), flags)
    tables["PS_PERSONAL_DATA"] = personal_data(tables, today, flags)
    return Campus(seed, today, around.current, {name: tables[name] for name in TABLES})


def _person_tables(seed: int, population: Population, around: Terms) -> dict[str, pa.Table]:
    housing = housing_table(population, Draws(seed, "housing"), around.current)
    people = people_tables(population, Draws(seed, "people"))
    return {
        **people,
        **address_tables(population, Draws(seed, "addresses"), housing),
        **contact_tables(population, Draws(seed, "contacts"), people["PS_NAMES"]),
        "PS_CU_HOUSING": housing,
        "PS_CU_VEHICLE": vehicle_table(population, Draws(seed, "vehicles")),
        "PS_SRVC_IND_DATA": hold_table(population, Draws(seed, "holds"), around.current),
    }
