"""PS_STDNT_CAR_TERM: one row for each term in which a career was active."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.sandbox.campus.catalog import PLANS
from common.sandbox.campus.draws import Draws
from common.sandbox.campus.enrollments import term_units
from common.sandbox.campus.population import Population
from common.sandbox.campus.programs import Studies
from common.sandbox.campus.rows import Ints, Mask, fill, text
from common.sandbox.campus.terms import CAREERS, INSTITUTION, Terms

__all__ = ["term_load", "term_records"]

_LOADS: Final = ("N", "L", "H", "T", "F")
"""None, less than half, half, three quarters, full."""

_LOAD_LIMITS: Final = {"UGRD": (1, 6, 9, 12), "GRAD": (1, 5, 7, 9), "LAW": (1, 5, 8, 10)}
_LEVELS: Final = {
    "UGRD": ("10", "20", "30", "40"),
    "GRAD": ("GR", "GR", "GR", "GR"),
    "LAW": ("P1", "P2", "P3", "P3"),
}
_USUAL_UNITS: Final = {"UGRD": 14, "GRAD": 9, "LAW": 14}
_NOT_WITHDRAWN, _WITHDRAWN = "NWD", "WDR"


def term_records(
    draws: Draws,
    population: Population,
    careers: Studies,
    around: Terms,
    *,
    enrollments: pa.Table,
    withdrawn: Mask,
) -> pa.Table:
    """The rows of every kept career, from admission to its end; ``withdrawn`` from the current term.

    Units of terms whose enrollments are kept are counted from them; those of older terms are the usual ones.
    """
    admitted, finished = careers.admitted[careers.kept], careers.finished[careers.kept]
    each = finished - admitted + 1
    study = np.repeat(np.flatnonzero(careers.kept), each)
    elapsed = np.arange(len(study)) - np.repeat(np.cumsum(each) - each, each)
    term = careers.admitted[study] + elapsed
    current = term == len(around.admissions) - 1
    career, rows = careers.career[study], len(study)
    strm = [one.strm for one in around.admissions]
    begins = np.array([one.begin for one in around.admissions], dtype="datetime64[D]")

    leaving = np.where(current, withdrawn[study], draws.chance(0.6, rows))
    first_day = np.minimum(begins[term], population.today)
    withdrew = draws.days(first_day, np.minimum(first_day + 60, population.today))
    usual = np.array([_USUAL_UNITS[name] for name in CAREERS])[career]
    average = draws.numbers(2000, 4001, len(careers))[study]
    noise = draws.numbers(-300, 301, rows)
    levels = [level for name in CAREERS for level in _LEVELS[name]]
    level = career * 4 + np.minimum(elapsed // 2, 3)
    programs = [plan.program for plan in PLANS]
    key = {
        "EMPLID": population.emplid.take(pa.array(careers.person[study])),
        "ACAD_CAREER": text(CAREERS, career),
        "STRM": text(strm, term),
    }
    counted = np.isin(np.array(strm)[term], (around.previous.strm, around.current.strm))
    units = np.where(counted, term_units(enrollments, key), np.where(leaving, 0, usual))
    return fill(
        "PS_STDNT_CAR_TERM",
        rows,
        **key,
        **term_load(key["ACAD_CAREER"], units),
        INSTITUTION=INSTITUTION,
        STDNT_CAR_NBR=careers.number[study],
        WITHDRAW_CODE=text((_NOT_WITHDRAWN, _WITHDRAWN), leaving.astype(np.int64)),
        WITHDRAW_DATE=np.where(leaving, withdrew, np.datetime64("NaT", "D")),
        ACAD_PROG_PRIMARY=text(programs, careers.plan[study]),
        ACAD_LEVEL_BOT=text(levels, level),
        ACAD_LEVEL_PROJ=text(levels, career * 4 + np.minimum((elapsed + 1) // 2, 3)),
        UNT_TAKEN_GPA=np.where(current, 0, usual),
        TOT_TAKEN_GPA=usual * elapsed,
        TOT_CUMULATIVE=usual * elapsed,
        CUM_GPA=np.where(elapsed == 0, 0, average) / 1000,
        CUR_GPA=np.where(current, 0, np.clip(average + noise, 0, 4000)) / 1000,
        ELIG_TO_ENROLL=text(("Y", "N"), draws.chance(1, rows).astype(np.int64)),
    )


def term_load(career: pa.Array, units: Ints) -> dict[str, object]:
    """The columns that follow from the units in progress: these themselves and the academic load."""
    limits = np.array([_LOAD_LIMITS[name] for name in CAREERS])
    place = pc.index_in(career, value_set=pa.array(CAREERS)).to_numpy()
    load = text(_LOADS, (units[:, np.newaxis] >= limits[place]).sum(axis=1))
    return {"UNT_TAKEN_PRGRSS": units, "ACAD_LOAD": load, "FA_LOAD": load}
