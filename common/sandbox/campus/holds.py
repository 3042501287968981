"""Holds and privacy: PS_SRVC_IND_DATA, the FERPA flag and PS_FERPA_OVERRIDE."""

from typing import Final

import numpy as np
import pyarrow as pa

from common.sandbox.campus.draws import Draws
from common.sandbox.campus.population import NEVER, Population
from common.sandbox.campus.rows import BLANK, Days, Ints, fill, replaced, stacked, text
from common.sandbox.campus.terms import INSTITUTION, Term

__all__ = ["ferpa_flags", "hold_rows", "hold_table", "override_table", "withhold_everything"]

_INDICATORS: Final = (
    ("BUR", "PASTDUE", "BURSAR", 40),
    ("REG", "TRANSCR", "REGISTRAR", 10),
    ("ADV", "MUSTSEE", "ADVISING", 20),
    ("HLT", "IMMUNE", "HEALTH", 12),
    ("LIB", "OVERDUE", "LIBRARY", 8),
    ("PKG", "UNPAID", "PARKING", 5),
    ("ATH", "VARSITY", "ATHLETICS", 3),
    ("HON", "HONORS", "HONORS", 5),
    ("VET", "CHAPTR33", "VETERANS", 3),
)
"""Code, reason, office, weight. The last three are positive indicators."""

_CODES, _REASONS, _OFFICES, _WEIGHTS = zip(*_INDICATORS, strict=True)
_FIRST_POSITIVE: Final = 6
_MONEY: Final = ("BUR", "LIB", "PKG")
_CATEGORIES: Final = ("NAME", "ADDR", "PHON", "EMAL", "PROG")
"""The items of directory information that a student can withhold one by one (assumed)."""


def hold_table(population: Population, draws: Draws, term: Term) -> pa.Table:
    """Service indicators of a tenth of the students; some have two, some the same one twice."""
    held = draws.some(population.students, 10)
    more = draws.split(held, {"another": 10, "the same again": 5})
    kinds = draws.weighted(_WEIGHTS, len(population))
    others = (kinds + 1) % len(_CODES)
    placed = draws.days(population.since, np.full(len(population), population.today))

    def rows(who: Ints, kind: Ints, hour: int) -> pa.Table:
        return hold_rows(
            draws, population.emplid.take(pa.array(who)), kind[who], placed[who], term, hour=hour
        )

    return stacked(
        rows(held, kinds, 9),
        rows(more["another"], others, 10),
        rows(more["the same again"], kinds, 11),
    )


def hold_rows(
    draws: Draws, emplid: pa.Array, kind: Ints | None, placed: Days, term: Term, *, hour: int
) -> pa.Table:
    """One service indicator for each EMPLID, placed on a day at some minute of the given hour."""
    rows = len(emplid)
    kind = draws.weighted(_WEIGHTS, rows) if kind is None else kind
    at = placed.astype("datetime64[s]") + hour * 3600 + draws.numbers(0, 3600, rows)
    owing = np.isin(np.array(_CODES)[kind], _MONEY)
    return fill(
        "PS_SRVC_IND_DATA",
        rows,
        EMPLID=emplid,
        SRVC_IND_DTTM=at,
        OPRID=text([f"{office[:8]}01" for office in _OFFICES], kind),
        INSTITUTION=INSTITUTION,
        SRVC_IND_CD=text(_CODES, kind),
        SRVC_IND_REASON=text(_REASONS, kind),
        SRVC_IND_ACT_TERM=term.strm,
        SRVC_IND_ACTIVE_DT=placed,
        POS_SRVC_INDICATOR=text(("N", "Y"), (kind >= _FIRST_POSITIVE).astype(np.int64)),
        DEPTID=text(_OFFICES, kind),
        CONTACT="Service Center",
        AMOUNT=np.where(owing, draws.numbers(500, 250_000, rows), 0) / 100,
    )


def ferpa_flags(population: Population, draws: Draws) -> pa.Array:
    """For each person Y (directory information withheld), N, or a blank: nobody ever recorded an answer."""
    shares = draws.split(population.students, {"held": 5, "unknown": 2})
    flags = replaced(pa.repeat("N", len(population)), shares["held"], "Y")
    unknown = np.union1d(shares["unknown"], np.flatnonzero(population.career == NEVER)[::20])
    return replaced(flags, unknown, pa.repeat(BLANK, len(unknown)))


def override_table(population: Population, draws: Draws, flags: pa.Array) -> pa.Table:
    """What each withholding student withholds: everything, or for a third of them one item only."""
    held = np.flatnonzero(np.array(flags.to_pylist()) == "Y")
    partly = draws.some(held, 33)
    fully = np.setdiff1d(held, partly)
    return stacked(
        withhold_everything(population.emplid.take(pa.array(fully)), population.since[fully]),
        _withheld(population.emplid.take(pa.array(partly)), "ADDR", population.since[partly]),
    )


def withhold_everything(emplid: pa.Array, since: Days) -> pa.Table:
    """The rows of people who withhold all their directory information."""
    return stacked(*(_withheld(emplid, category, since) for category in _CATEGORIES))


def _withheld(emplid: pa.Array, category: str, since: Days) -> pa.Table:
    return fill("PS_FERPA_OVERRIDE", len(emplid), EMPLID=emplid, FERPA_CATEGORY=category, STATUS_DT=since)
