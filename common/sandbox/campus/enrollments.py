"""Who takes which class: PS_STDNT_ENRL, and the totals that follow from it."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.sandbox.campus.draws import Draws
from common.sandbox.campus.population import Population
from common.sandbox.campus.programs import Studies
from common.sandbox.campus.rows import Ints, Mask, fill, text
from common.sandbox.campus.schedule import Sections
from common.sandbox.campus.terms import CAREERS, INSTITUTION, SESSIONS

__all__ = ["class_totals", "enrollment_table", "term_units"]

_MOST_CLASSES: Final = 6
_CLASSES_TAKEN: Final = (2, 3, 10, 40, 35, 10)
"""Weights of 1 to _MOST_CLASSES classes in a term: 4.3 on average."""

_Columns: TypeAlias = pa.Table | Mapping[str, pa.Array]

_GRADES: Final = ("A", "A-", "B+", "B", "B-", "C+", "C", "D", "F", "I")
_ENROLLED, _DROPPED, _WAITING, _WITHDRAWN, _CANCELLED = range(5)
_STATUSES: Final = ("E", "D", "W", "D", "D")
_REASONS: Final = ("ENRL", "DROP", "WAIT", "WDRW", "CNCL")


def enrollment_table(
    draws: Draws,
    population: Population,
    careers: Studies,
    sections: Sections,
    withdrawn: Mask,
    *,
    graded: bool,
    fewer: int = 0,
) -> pa.Table:
    """The enrollments of the given careers in one term, ``fewer`` classes than usual for each.

    Everyone takes classes of the own career, each class once. Classes of a past term are graded and nobody
    waits for them any more. Who is ``withdrawn`` has dropped everything.
    """
    study, section = _choices(draws, careers, sections, fewer)
    rows = len(study)
    state = np.where(draws.chance(6, rows), _DROPPED, _ENROLLED)
    if not graded:
        state[sections.full[section] & draws.chance(15, rows)] = _WAITING
    state[sections.cancelled[section]] = _CANCELLED
    state[withdrawn[study]] = _WITHDRAWN
    dropped = np.isin(state, (_DROPPED, _WITHDRAWN, _CANCELLED))

    begin = sections.begin[section]
    latest = np.minimum(begin + 7, population.today)
    added = draws.days(np.maximum(latest - 140, population.since[careers.person[study]]), latest)
    last_day = np.minimum(sections.end[section] - 30, population.today)
    drop_day = draws.days(
        np.maximum(added, np.minimum(begin - 10, population.today)), np.maximum(last_day, added)
    )
    keeps = graded & (state == _ENROLLED)
    grade = np.where(keeps, draws.weighted((22, 16, 14, 16, 10, 7, 8, 3, 3, 1), rows), len(_GRADES))
    grade = np.where(graded & (state == _WITHDRAWN), len(_GRADES) + 1, grade)
    grades = text([*_GRADES, " ", "W"], grade)
    return fill(
        "PS_STDNT_ENRL",
        rows,
        EMPLID=population.emplid.take(pa.array(careers.person[study])),
        ACAD_CAREER=text(CAREERS, careers.career[study]),
        INSTITUTION=INSTITUTION,
        STRM=sections.term.strm,
        CLASS_NBR=sections.class_number[section],
        STDNT_ENRL_STATUS=text(_STATUSES, state),
        ENRL_STATUS_REASON=text(_REASONS, state),
        UNT_TAKEN=np.where(dropped, 0, sections.units[section]),
        GRADING_BASIS_ENRL=text(("GRD", "PNP"), draws.weighted((93, 7), rows)),
        CRSE_GRADE_OFF=grades,
        CRSE_GRADE_INPUT=grades,
        ENRL_ADD_DT=added,
        ENRL_DROP_DT=np.where(dropped, drop_day, np.datetime64("NaT", "D")),
        SESSION_CODE=text(SESSIONS, sections.session[section]),
        LAST_UPD_DT_STMP=np.where(dropped, drop_day, added),
    )


def _choices(draws: Draws, careers: Studies, sections: Sections, fewer: int) -> tuple[Ints, Ints]:
    """Pairs of a career's and a section's position: steps through the career's sections from a random start."""
    number = np.maximum(1, 1 + draws.weighted(_CLASSES_TAKEN, len(careers)) - fewer)
    study = np.repeat(np.arange(len(careers)), number)
    place = np.arange(len(study)) - np.repeat(np.cumsum(number) - number, number)
    offered = np.bincount(sections.career, minlength=len(CAREERS))
    mine = offered[careers.career]
    start = draws.between(np.zeros(len(careers), dtype=np.int64), mine - 1)
    step = draws.between(np.ones(len(careers), dtype=np.int64), mine // (_MOST_CLASSES + 2))
    first = (np.cumsum(offered) - offered)[careers.career]
    return study, first[study] + (start[study] + place * step[study]) % mine[study]


def class_totals(enrollments: pa.Table, strm: pa.Array, class_number: pa.Array) -> tuple[Ints, Ints]:
    """For each class the students enrolled and waiting, counted in PS_STDNT_ENRL."""
    wanted = _class_key(strm, class_number)
    status = enrollments["STDNT_ENRL_STATUS"]
    enrolled, waiting = (enrollments.filter(pc.equal(status, code)) for code in ("E", "W"))
    return (
        _sums(wanted, _class_key(enrolled["STRM"], enrolled["CLASS_NBR"])),
        _sums(wanted, _class_key(waiting["STRM"], waiting["CLASS_NBR"])),
    )


def term_units(enrollments: pa.Table, records: _Columns) -> Ints:
    """For each row of PS_STDNT_CAR_TERM the units in progress, summed from PS_STDNT_ENRL."""
    taken = enrollments.filter(pc.equal(enrollments["STDNT_ENRL_STATUS"], "E"))
    units = pc.cast(taken["UNT_TAKEN"], pa.int64()).to_numpy()
    return _sums(_record_key(records), _record_key(taken), units)


def _class_key(strm: pa.Array, class_number: pa.Array) -> Ints:
    return _numbers(strm) * 100_000 + _numbers(class_number)


def _record_key(table: _Columns) -> Ints:
    career: Ints = pc.index_in(table["ACAD_CAREER"], value_set=pa.array(CAREERS)).to_numpy()
    return (_numbers(table["EMPLID"]) * 10 + career) * 10_000 + _numbers(table["STRM"])


def _numbers(column: pa.Array) -> Ints:
    numbers: Ints = pc.cast(column, pa.int64()).to_numpy()
    return numbers


def _sums(wanted: Ints, keys: Ints, amounts: Ints | None = None) -> Ints:
    """For each wanted key the sum of its amounts, 1 each by default."""
    distinct, inverse = np.unique(keys, return_inverse=True)
    if not len(distinct):
        return np.zeros(len(wanted), dtype=np.int64)
    sums = np.bincount(inverse, amounts).astype(np.int64)
    place = np.minimum(np.searchsorted(distinct, wanted), len(distinct) - 1)
    return np.where(distinct[place] == wanted, sums[place], 0)
