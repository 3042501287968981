"""What students study: PS_ACAD_PROG with its plans and subplans, and their advisors.

PeopleSoft repeats the whole stack, program, plans and subplans, at each change: a plan row belongs to the
program row of the same EFFDT and EFFSEQ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from common.sandbox.campus.catalog import MAJORS, MINORS, PLANS, Plan
from common.sandbox.campus.draws import Draws
from common.sandbox.campus.people import coming_days
from common.sandbox.campus.population import CURRENT, GRADUATED, LEFT, ON_LEAVE, Population
from common.sandbox.campus.rows import Days, Ints, Mask, fill, stacked, text
from common.sandbox.campus.terms import CAREERS, INSTITUTION, Terms

__all__ = ["Studies", "advisor_table", "program_tables", "studies"]

_CODES: Final = tuple(plan.code for plan in PLANS)
_PROGRAMS: Final = tuple(plan.program for plan in PLANS)
_YEARS_TO_DEGREE: Final = {"UGRD": 4, "GRAD": 3, "LAW": 3}
_MATRICULATED, _CHANGED, _COMPLETED, _DISCONTINUED, _LEFT_FOR_A_WHILE = range(5)
_ACTIONS: Final = ("MATR", "DATA", "COMP", "DISC", "LEAV")
_STATUSES: Final = ("AC", "AC", "CM", "DC", "LA")


@dataclass(frozen=True)
class Studies:
    """Careers of people, one entry per person, career and career number in every array."""

    person: Ints
    career: Ints
    number: Ints
    standing: Ints
    admitted: Ints
    finished: Ints
    plan: Ints
    second_plan: Ints

    def __len__(self) -> int:
        return len(self.person)

    @property
    def kept(self) -> Mask:
        """The careers that fall into the terms which the campus keeps."""
        return self.finished >= 0

    def take(self, rows: Ints | Mask) -> "Studies":
        """Some of the careers."""
        return Studies(**{name: values[rows] for name, values in vars(self).items()})


@dataclass(frozen=True)
class _Stack:
    """Changes of programs: positions in the Studies, and what became valid when."""

    study: Ints
    since: Days
    sequence: Ints
    action: Ints
    plan: Ints


def studies(population: Population, draws: Draws) -> Studies:
    """One career for each student; a few have two at once, and a few came back for a second program."""
    who = population.students
    both = draws.some(who[(population.career[who] == 0) & (population.standing[who] == CURRENT)], 1)
    again = draws.some(np.setdiff1d(population.current_students, both), 1)
    person = np.concatenate([who, both, again])
    rows = len(person)
    second = np.arange(rows) >= len(who)
    earlier = np.arange(rows) >= len(who) + len(both)
    came_back = np.isin(person, again) & ~earlier
    career = np.where(second & ~earlier, CAREERS.index("GRAD"), population.career[person])
    return Studies(
        person=person,
        career=career,
        number=came_back.astype(np.int64),
        standing=np.where(earlier, LEFT, population.standing[person]),
        admitted=np.where(earlier, 0, population.admitted[person]),
        finished=np.where(earlier, -1, population.finished[person]),
        plan=_plans(draws, career, MAJORS),
        second_plan=np.where(draws.chance(15, rows), _plans(draws, career, MINORS), -1),
    )


def _plans(draws: Draws, career: Ints, offered: Mapping[str, Sequence[Plan]]) -> Ints:
    """For each career a plan that it offers, as a position in PLANS."""
    drawn = np.empty(len(career), dtype=np.int64)
    for code, name in enumerate(CAREERS):
        mine = career == code
        first = PLANS.index(offered[name][0])
        drawn[mine] = first + draws.numbers(0, len(offered[name]), int(mine.sum()))
    return drawn


def program_tables(
    population: Population, draws: Draws, careers: Studies, around: Terms
) -> dict[str, pa.Table]:
    """PS_ACAD_PROG, PS_ACAD_PLAN and PS_ACAD_SUBPLAN."""
    stack = _stack(population, draws, careers, around)
    strm = [term.strm for term in around.admissions]
    of = careers.take(stack.study)
    key = {
        "EMPLID": population.emplid.take(pa.array(of.person)),
        "ACAD_CAREER": text(CAREERS, of.career),
        "STDNT_CAR_NBR": of.number,
        "EFFDT": stack.since,
        "EFFSEQ": stack.sequence,
    }
    admitted, done = text(strm, of.admitted), stack.action == _COMPLETED
    completed = text([*strm, " "], np.where(done, of.finished, -1) % (len(strm) + 1))
    years = np.array([_YEARS_TO_DEGREE[career] for career in CAREERS])[of.career]
    first_year = np.array([term.begin.year for term in around.admissions])[of.admitted]
    leaving = np.array([f"2{year % 100:02}1" for year in range(first_year.max(initial=0) + 6)])
    program = fill(
        "PS_ACAD_PROG",
        len(stack.study),
        **key,
        INSTITUTION=INSTITUTION,
        ACAD_PROG=text(_PROGRAMS, stack.plan),
        PROG_STATUS=text(_STATUSES, stack.action),
        PROG_ACTION=text(_ACTIONS, stack.action),
        ADMIT_TERM=admitted,
        EXP_GRAD_TERM=pa.array(leaving[first_year + years], pa.string()),
        DEGR_CHKOUT_STAT=text((" ", "AW"), done.astype(np.int64)),
        COMPLETION_TERM=completed,
        CAMPUS="BLDR",
    )

    def plans(rows: Ints, plan: Ints, place: int) -> pa.Table:
        index = pa.array(rows)
        return fill(
            "PS_ACAD_PLAN",
            len(rows),
            **{
                name: values[rows] if isinstance(values, np.ndarray) else values.take(index)
                for name, values in key.items()
            },
            ACAD_PLAN=text(_CODES, plan),
            PLAN_SEQUENCE=place,
            DECLARE_DT=stack.since[rows],
            REQ_TERM=admitted.take(index),
            COMPLETION_TERM=completed.take(index),
        )

    everything = np.arange(len(stack.study))
    double = np.flatnonzero(of.second_plan >= 0)
    plan_table = stacked(plans(everything, stack.plan, 10), plans(double, of.second_plan[double], 20))
    focused = plan_table.take(
        pa.array(np.flatnonzero(np.isin(stack.study, draws.some(np.arange(len(careers)), 10))))
    )
    subplan = fill(
        "PS_ACAD_SUBPLAN",
        focused.num_rows,
        **{name: focused[name] for name in (*key, "ACAD_PLAN", "DECLARE_DT", "REQ_TERM")},
        ACAD_SUB_PLAN="GENERAL",
    )
    return {"PS_ACAD_PROG": program, "PS_ACAD_PLAN": plan_table, "PS_ACAD_SUBPLAN": subplan}


def _stack(population: Population, draws: Draws, careers: Studies, around: Terms) -> _Stack:
    """Matriculation of every career, then changes of plan, ends, leaves, and what is entered ahead."""
    today, everyone = population.today, np.arange(len(careers))
    begins = np.array([term.begin for term in around.admissions], dtype="datetime64[D]")
    ends = np.array([term.end for term in around.admissions], dtype="datetime64[D]")
    start = np.minimum(begins[careers.admitted] - 100, today - 1)
    start = np.maximum(np.where(careers.kept, start, begins[0] - 900), population.since[careers.person] + 1)
    start = np.where(careers.kept, np.minimum(start, today), start)
    end = np.where(careers.kept, ends[careers.finished], start + 500)
    studying = np.flatnonzero(careers.standing == CURRENT)
    long_here = studying[start[studying] < today - 1]
    changed = draws.some(long_here, 25)
    corrected = draws.some(np.setdiff1d(everyone, changed), 2)
    leaving_soon = draws.some(np.setdiff1d(studying, changed), 0.5)
    other_plan = _plans(draws, careers.career, MAJORS)

    def part(rows: Ints, since: Days, action: int, plan: Ints = careers.plan, sequence: int = 0) -> _Stack:
        return _Stack(rows, since, np.full(len(rows), sequence), np.full(len(rows), action), plan[rows])

    def ended(standing: int, action: int) -> _Stack:
        rows = np.flatnonzero(careers.standing == standing)
        return part(rows, np.maximum(np.minimum(end[rows], today), start[rows] + 1), action)

    parts = [
        part(np.setdiff1d(everyone, changed), start[np.setdiff1d(everyone, changed)], _MATRICULATED),
        part(changed, start[changed], _MATRICULATED, other_plan),
        part(changed, draws.days(start[changed] + 1, np.full(len(changed), today)), _CHANGED),
        part(corrected, start[corrected], _CHANGED, sequence=1),
        ended(GRADUATED, _COMPLETED),
        ended(LEFT, _DISCONTINUED),
        part(leaving_soon, coming_days(population, len(leaving_soon)), _LEFT_FOR_A_WHILE),
    ]
    away = np.flatnonzero(careers.standing == ON_LEAVE)
    parts.append(part(away, draws.days(start[away] + 1, np.full(len(away), today)), _LEFT_FOR_A_WHILE))
    return _Stack(*(np.concatenate([vars(p)[name] for p in parts]) for name in vars(parts[0])))


def advisor_table(population: Population, draws: Draws, careers: Studies) -> pa.Table:
    """One advisor, a member of the faculty, for most current students; some changed advisors."""
    advised = draws.some(np.flatnonzero((careers.standing == CURRENT) & careers.kept), 80)
    of = careers.take(advised)
    _, first = np.unique(of.person, return_index=True)
    of = of.take(np.sort(first))
    changed = draws.some(np.flatnonzero(population.since[of.person] < population.today - 1), 10)
    since = np.minimum(population.since[of.person], population.today)

    def rows(chosen: Ints, effective: Days) -> pa.Table:
        some = of.take(chosen)
        advisor = population.faculty[draws.numbers(0, len(population.faculty), len(chosen))]
        return fill(
            "PS_STDNT_ADVR_HIST",
            len(chosen),
            EMPLID=population.emplid.take(pa.array(some.person)),
            INSTITUTION=INSTITUTION,
            EFFDT=effective,
            STDNT_ADVISOR_NBR=1,
            ADVISOR_ROLE="ADVR",
            ACAD_CAREER=text(CAREERS, some.career),
            ACAD_PROG=text(_PROGRAMS, some.plan),
            ACAD_PLAN=text(_CODES, some.plan),
            ADVISOR_ID=population.emplid.take(pa.array(advisor)),
        )

    later = draws.days(since[changed] + 1, np.full(len(changed), population.today))
    return stacked(rows(np.arange(len(of)), since), rows(changed, later))
