"""The academic tables together: who studies what, which classes are offered, who takes them."""

from typing import Final

import numpy as np
import pyarrow as pa

from common.sandbox.campus.draws import Draws
from common.sandbox.campus.enrollments import class_totals, enrollment_table
from common.sandbox.campus.population import CURRENT, Population
from common.sandbox.campus.programs import advisor_table, program_tables, studies
from common.sandbox.campus.rows import Ints, stacked
from common.sandbox.campus.schedule import class_table, plan_sections, schedule_tables
from common.sandbox.campus.term_records import term_records
from common.sandbox.campus.terms import CAREERS, Terms

__all__ = ["academic_tables"]

_CLASS_SIZES: Final = {"UGRD": 26, "GRAD": 12, "LAW": 24}
_CLASSES_EACH: Final = 4.3
_FEWER_BEFORE: Final = 2
_PLANNED: Final = 0.3
"""The part of the coming term's schedule that is already entered."""


def academic_tables(seed: int, population: Population, around: Terms) -> dict[str, pa.Table]:
    """Programs, advisors, classes, enrollments and term records.

    The previous term keeps two enrollments fewer for each student than the current one.
    """
    careers = studies(population, Draws(seed, "studies"))
    draws, last = Draws(seed, "enrollments"), len(around.admissions) - 1
    active = np.flatnonzero(careers.kept & (careers.standing == CURRENT))
    before = np.flatnonzero((careers.admitted < last) & (careers.finished >= last - 1))
    idle = draws.some(active, 3)
    enrolled = np.setdiff1d(active, idle)
    leaving = draws.some(enrolled, 1.2)
    withdrawn = np.isin(np.arange(len(careers)), leaving)

    def wanted(members: Ints, classes: float) -> dict[str, int]:
        students = np.bincount(careers.career[members], minlength=len(CAREERS))
        return {
            name: int(count * classes / _CLASS_SIZES[name])
            for name, count in zip(CAREERS, students, strict=True)
        }

    past = plan_sections(
        Draws(seed, "past classes"), around.previous, wanted(before, _CLASSES_EACH - _FEWER_BEFORE)
    )
    present = plan_sections(Draws(seed, "classes"), around.current, wanted(enrolled, _CLASSES_EACH))
    planned = plan_sections(
        Draws(seed, "planned classes"),
        around.coming[0],
        wanted(active, _CLASSES_EACH * _PLANNED),
        certain=False,
    )
    enrollments = stacked(
        enrollment_table(
            draws,
            population,
            careers.take(before),
            past,
            np.zeros(len(before), dtype=np.bool_),
            graded=True,
            fewer=_FEWER_BEFORE,
        ),
        enrollment_table(
            draws, population, careers.take(enrolled), present, withdrawn[enrolled], graded=False
        ),
    )
    tables = {
        **program_tables(population, Draws(seed, "programs"), careers, around),
        "PS_STDNT_ADVR_HIST": advisor_table(population, Draws(seed, "advisors"), careers),
        "PS_STDNT_ENRL": enrollments,
        "PS_STDNT_CAR_TERM": term_records(
            Draws(seed, "term records"),
            population,
            careers,
            around,
            enrollments=enrollments,
            withdrawn=withdrawn,
        ),
    }
    schedules = []
    for sections in (past, present, planned):
        draws = Draws(seed, f"schedule of {sections.term.strm}")
        totals = class_totals(enrollments, sections.key["STRM"], sections.class_number)
        schedules.append(
            {
                "PS_CLASS_TBL": class_table(draws, sections, *totals),
                **schedule_tables(draws, sections, population),
            }
        )
    return tables | {name: stacked(*(schedule[name] for schedule in schedules)) for name in schedules[0]}
