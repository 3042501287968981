"""PS_ADDRESSES: homes with their past and future, mailing addresses and rooms on campus."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.sandbox.campus.draws import Draws
from common.sandbox.campus.people import coming_days
from common.sandbox.campus.places import AWKWARD_LINES, CITIES, FOREIGN, STREETS
from common.sandbox.campus.population import CURRENT, Population
from common.sandbox.campus.rows import BLANK, Days, Ints, assign, fill, joined, stacked, text

__all__ = ["address_tables", "homes"]

_CITY, _STATE, _POSTAL = zip(*CITIES, strict=True)
_LINES: Final = tuple(AWKWARD_LINES.values())


def address_tables(population: Population, draws: Draws, housing: pa.Table) -> dict[str, pa.Table]:
    """PS_ADDRESSES; the DORM rows say what PS_CU_HOUSING says."""
    today = population.today
    residents = pc.is_in(population.emplid, value_set=housing["EMPLID"].combine_chunks()).to_numpy(
        zero_copy_only=False
    )
    silent = draws.some(np.flatnonzero(~population.abroad & ~residents), 0.8)
    housed = np.setdiff1d(population.everyone, silent)
    settled = housed[population.since[housed] < today - 1]
    moves = draws.split(settled, {"moved": 12, "gone away": 0.8, "moving": 0.6})
    abroad = population.abroad[housed]

    since = population.since.copy()
    since[moves["moved"]] = draws.days(since[moves["moved"]] + 1, np.full(len(moves["moved"]), today))
    home = _abroad(
        homes(draws, population.emplid.take(pa.array(housed)), since[housed]), draws, np.flatnonzero(abroad)
    )
    home = _with_awkward_lines(home, draws, np.flatnonzero(~abroad & ~np.isin(housed, moves["gone away"])))

    former, moving, vanished = moves["moved"], moves["moving"], moves["gone away"]
    unlisted = home.take(pa.array(np.searchsorted(housed, vanished)))
    ended = {"EFFDT": np.full(len(vanished), today - 1), "EFF_STATUS": "I"}
    unlisted = assign("PS_ADDRESSES", unlisted, np.arange(len(vanished)), **ended)
    mailing = draws.some(housed[population.standing[housed] == CURRENT], 45)
    return {
        "PS_ADDRESSES": stacked(
            home,
            homes(draws, population.emplid.take(pa.array(former)), population.since[former]),
            unlisted,
            homes(draws, population.emplid.take(pa.array(moving)), coming_days(population, len(moving))),
            homes(draws, population.emplid.take(pa.array(mailing)), population.since[mailing], kind="MAIL"),
            _rooms(housing),
        )
    }


def homes(draws: Draws, emplid: pa.Array, since: Days, kind: str = "HOME") -> pa.Table:
    """Plain addresses in the United States."""
    rows = len(emplid)
    city = draws.numbers(0, len(CITIES), rows)
    number = pc.cast(pa.array(draws.numbers(1, 9999, rows)), pa.string())
    unit = joined("Apt ", pc.cast(pa.array(draws.numbers(1, 400, rows)), pa.string()))
    return fill(
        "PS_ADDRESSES",
        rows,
        EMPLID=emplid,
        ADDRESS_TYPE=kind,
        EFFDT=since,
        EFF_STATUS="A",
        COUNTRY="USA",
        ADDRESS1=joined(number, draws.pick(STREETS, rows), separator=" "),
        ADDRESS2=pc.if_else(pa.array(draws.chance(30, rows)), unit, BLANK),
        CITY=text(_CITY, city),
        STATE=text(_STATE, city),
        POSTAL=text(_POSTAL, city),
    )


def _abroad(home: pa.Table, draws: Draws, rows: Ints) -> pa.Table:
    """The homes with the given rows in other countries."""
    place = draws.numbers(0, len(FOREIGN), len(rows))
    names = ("COUNTRY", "ADDRESS1", "CITY", "STATE", "POSTAL")
    lines = {
        name: text(values, place) for name, values in zip(names, zip(*FOREIGN, strict=True), strict=True)
    }
    return assign("PS_ADDRESSES", home, rows, **lines, ADDRESS2=BLANK)


def _with_awkward_lines(home: pa.Table, draws: Draws, rows: Ints) -> pa.Table:
    chosen = np.sort(np.concatenate(list(draws.split(rows, dict.fromkeys(AWKWARD_LINES, 0.25)).values())))
    return assign("PS_ADDRESSES", home, chosen, ADDRESS1=text(_LINES, np.arange(len(chosen)) % len(_LINES)))


def _rooms(housing: pa.Table) -> pa.Table:
    housing = housing.filter(pc.field("HOUSING_STATUS") == "A")
    return fill(
        "PS_ADDRESSES",
        housing.num_rows,
        EMPLID=housing["EMPLID"],
        ADDRESS_TYPE="DORM",
        EFFDT=housing["CHECKIN_DT"],
        EFF_STATUS="A",
        COUNTRY="USA",
        ADDRESS1=joined(housing["BUILDING"], housing["ROOM"], separator=" "),
        ADDRESS2="1 Campus Dr",
        CITY="Boulder",
        STATE="CO",
        POSTAL="80310",
    )
