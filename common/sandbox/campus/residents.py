"""The tables a campus adds for housing and parking: PS_CU_HOUSING and PS_CU_VEHICLE (assumed)."""

from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.sandbox.campus.draws import Draws
from common.sandbox.campus.places import HALLS
from common.sandbox.campus.population import Population
from common.sandbox.campus.rows import Days, Ints, assign, fill, joined, padded, replaced, stacked, text
from common.sandbox.campus.terms import CAREERS, Term

__all__ = ["housing_table", "vehicle_rows", "vehicle_table"]

_CARS: Final = (
    ("Toyota", "Corolla"),
    ("Subaru", "Outback"),
    ("Honda", "Civic"),
    ("Ford", "F-150"),
    ("Volkswagen", "ID.4"),
    ("Mercedes-Benz", "C 300"),
    ("Citroën", "2CV"),
    ("Chevrolet", "Bolt EV"),
    ("Vespa", "Primavera 50"),
)
_MAKES, _MODELS = zip(*_CARS, strict=True)
_STATES: Final = ("CO", "CO", "CO", "CO", "NM", "WY", "TX", "CA", "ON")
_COLORS: Final = ("BLACK", "WHITE", "SILVER", "BLUE", "RED", "GREEN", "GREY/BLUE")
_ON_ROAD, _ROOMS_PER_FLOOR, _BEDS = 12, 40, 2


def housing_table(population: Population, draws: Draws, term: Term) -> pa.Table:
    """A third of the undergraduates have a bed of their own this term; some have cancelled theirs."""
    undergraduates = population.current_students
    undergraduates = undergraduates[population.career[undergraduates] == CAREERS.index("UGRD")]
    who = draws.some(undergraduates, 33)
    bed = draws.order(len(who))
    hall, place = bed % len(HALLS), bed // len(HALLS)
    room = place // _BEDS
    cancelled = draws.some(np.arange(len(who)), 3)
    return fill(
        "PS_CU_HOUSING",
        len(who),
        EMPLID=population.emplid.take(pa.array(who)),
        STRM=term.strm,
        HOUSING_STATUS=replaced(pa.repeat("A", len(who)), cancelled, "C"),
        BUILDING=text(HALLS, hall),
        ROOM=joined(
            pc.cast(pa.array(1 + room // _ROOMS_PER_FLOOR), pa.string()),
            padded(1 + room % _ROOMS_PER_FLOOR, 2),
        ),
        BED=text(("A", "B"), place % _BEDS),
        MEAL_PLAN=text(("ALL7", "MW15", "MW10", " "), draws.weighted((50, 30, 15, 5), len(who))),
        CHECKIN_DT=date.fromordinal(term.begin.toordinal() - 5),
        CHECKOUT_DT=date.fromordinal(term.end.toordinal() + 1),
    )


def vehicle_table(population: Population, draws: Draws) -> pa.Table:
    """Vehicles of a third of the employees and a fifth of the students; a few have two, or share a plate."""
    owners = np.union1d(draws.some(population.staff, 35), draws.some(population.current_students, 20))
    second = draws.some(owners, 8)
    registered = draws.days(population.since, np.full(len(population), population.today))
    cars = stacked(
        vehicle_rows(draws, population.emplid.take(pa.array(owners)), 1, registered[owners]),
        vehicle_rows(draws, population.emplid.take(pa.array(second)), 2, registered[second]),
    )
    plates = cars["PLATE"].combine_chunks()
    family = draws.some(np.arange(1, len(owners)), 0.5)
    return assign("PS_CU_VEHICLE", cars, family, PLATE=plates.take(pa.array(family - 1)))


def vehicle_rows(draws: Draws, emplid: pa.Array, number: int | Ints, registered: Days) -> pa.Table:
    """One vehicle for each of the EMPLIDs."""
    rows = len(emplid)
    car = draws.numbers(0, len(_CARS), rows)
    letters = [draws.pick(tuple("ABCDEFGHJKLMNPRSTVWXYZ"), rows) for _ in range(3)]
    year = registered.astype("datetime64[Y]").astype(np.int64) + 1970
    return fill(
        "PS_CU_VEHICLE",
        rows,
        EMPLID=emplid,
        VEHICLE_NBR=number,
        PLATE=joined(joined(*letters), padded(draws.numbers(0, 1000, rows), 3), separator="-"),
        STATE=draws.pick(_STATES, rows),
        MAKE=text(_MAKES, car),
        MODEL=text(_MODELS, car),
        COLOR=draws.pick(_COLORS, rows),
        YEAR=year - draws.numbers(0, _ON_ROAD, rows),
        REGISTERED_DT=registered,
        EFF_STATUS=text(("A", "I"), draws.weighted((93, 7), rows)),
    )
