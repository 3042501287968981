"""Who works here: PS_JOB and its set-up tables PS_JOBCODE_TBL and PS_DEPT_TBL."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa

from common.sandbox.campus.catalog import SUBJECTS
from common.sandbox.campus.catalog_tables import FIRST_DAY
from common.sandbox.campus.draws import Draws
from common.sandbox.campus.people import coming_days
from common.sandbox.campus.places import OFFICES
from common.sandbox.campus.population import (
    CLASSIFIED,
    CURRENT,
    FACULTY,
    NEVER,
    PROFESSIONAL,
    STUDENT_WORKER,
    Population,
)
from common.sandbox.campus.rows import Days, Ints, fill, padded, stacked, text

__all__ = ["employment_tables", "job_table", "termination_rows"]

_SETIDS: Final = ("CUBLD", "CUDEN")
"""Two campuses share the code tables: the same code means another thing under another SETID."""

_CLASSES: Final = {FACULTY: "FAC", PROFESSIONAL: "PRA", CLASSIFIED: "CLS", STUDENT_WORKER: "STU"}
_JOBCODES: Final = (
    ("1101", "Professor", FACULTY),
    ("1102", "Associate Professor", FACULTY),
    ("1103", "Assistant Professor", FACULTY),
    ("1105", "Senior Instructor", FACULTY),
    ("2210", "Program Manager", PROFESSIONAL),
    ("2225", "Research Associate", PROFESSIONAL),
    ("2240", "IT Professional", PROFESSIONAL),
    ("D8A1", "Custodian I", CLASSIFIED),
    ("G3A4", "Administrative Assistant III", CLASSIFIED),
    ("H6G1", "Library Technician", CLASSIFIED),
    ("4901", "Student Assistant", STUDENT_WORKER),
    ("4902", "Teaching Assistant", STUDENT_WORKER),
)
_CODES: Final = tuple(code for code, _, _ in _JOBCODES)
_OFFICES: Final = (
    "Registrar",
    "University Libraries",
    "Parking Services",
    "Housing & Dining",
    "IT Services",
    "Bursar",
)
_DEPARTMENTS: Final = tuple(f"{10_100 + 10 * n}" for n in range(len(SUBJECTS) + len(_OFFICES)))
_ACTIONS: Final = ("HIR", "PAY", "LOA", "TER", "RET", "XFR", "DTA")
_HIRED, _RAISED, _ON_LEAVE, _TERMINATED, _RETIRED, _TRANSFERRED, _CORRECTED = range(7)
_STATUSES: Final = ("A", "A", "L", "T", "R", "A", "A")


@dataclass(frozen=True)
class _Jobs:
    """The appointments: one entry per person and EMPL_RCD."""

    person: Ints
    record: Ints
    kind: Ints
    jobcode: Ints
    department: Ints
    hired: Days
    position: Ints


def employment_tables(population: Population, draws: Draws) -> dict[str, pa.Table]:
    """Jobs, job codes and departments."""
    return {"PS_JOB": job_table(population, draws), **_setup_tables()}


def job_table(population: Population, draws: Draws) -> pa.Table:
    """The job rows of the employees in the population: hires, raises, leaves, ends, and what is entered ahead."""
    jobs, today = _jobs(population, draws), population.today
    everyone = np.arange(len(jobs.person))
    gone = np.flatnonzero(population.gone[jobs.person])
    present = np.setdiff1d(everyone, gone)
    settled = present[jobs.hired[present] < today - 2]
    fates = draws.split(settled, {"raised": 50, "away": 2, "leaving": 0.8, "moving": 0.8, "corrected": 2})
    away, leaving, moving = fates["away"], fates["leaving"], fates["moving"]

    def since_hire(rows: Ints) -> Days:
        return draws.days(jobs.hired[rows] + 1, np.full(len(rows), today))

    ends = np.where(draws.chance(75, len(gone)), _TERMINATED, _RETIRED)
    ahead = coming_days(population, len(leaving) + len(moving))
    return stacked(
        _rows(population, jobs, everyone, jobs.hired, _HIRED),
        _rows(population, jobs, fates["raised"], since_hire(fates["raised"]), _RAISED),
        _rows(population, jobs, fates["corrected"], jobs.hired[fates["corrected"]], _CORRECTED, sequence=1),
        _rows(population, jobs, away, since_hire(away), _ON_LEAVE),
        _rows(population, jobs, gone, since_hire(gone), ends),
        _rows(population, jobs, leaving, ahead[: len(leaving)], _TERMINATED),
        _rows(population, jobs, moving, ahead[len(leaving) :], _TRANSFERRED, elsewhere=True),
    )


def termination_rows(current: pa.Table, effective: date) -> pa.Table:
    """The rows that end the given current jobs: the last day worked is the day before."""
    return fill(
        "PS_JOB",
        current.num_rows,
        **{
            name: current[name]
            for name in current.column_names
            if name
            not in {
                "EFFDT",
                "EFFSEQ",
                "EMPL_STATUS",
                "ACTION",
                "ACTION_REASON",
                "HR_STATUS",
                "TERMINATION_DT",
            }
        },
        EFFDT=effective,
        EMPL_STATUS="T",
        ACTION="TER",
        ACTION_REASON="VOL",
        HR_STATUS="I",
        TERMINATION_DT=date.fromordinal(effective.toordinal() - 1),
    )


def _jobs(population: Population, draws: Draws) -> _Jobs:
    """One job for each employee, a second active one for a few."""
    who = population.employees
    second = draws.some(np.flatnonzero((population.work != NEVER) & ~population.gone), 4)
    person = np.concatenate([who, second])
    rows = len(person)
    kind = population.work[person]
    kind[len(who) :] = np.where(population.standing[second] == CURRENT, STUDENT_WORKER, kind[len(who) :])
    jobcode = np.empty(rows, dtype=np.int64)
    for code in _CLASSES:
        fitting = np.array([position for position, row in enumerate(_JOBCODES) if row[2] == code])
        mine = kind == code
        jobcode[mine] = fitting[draws.numbers(0, len(fitting), int(mine.sum()))]
    record = (np.arange(rows) >= len(who)).astype(np.int64)
    return _Jobs(
        person=person,
        record=record,
        kind=kind,
        jobcode=jobcode,
        department=draws.numbers(0, len(_DEPARTMENTS), rows),
        hired=population.hired[person],
        position=(population.number[person] - 900_000) * 2 + record,
    )


def _rows(
    population: Population,
    jobs: _Jobs,
    rows: Ints,
    effective: Days,
    action: int | Ints,
    *,
    sequence: int = 0,
    elsewhere: bool = False,
) -> pa.Table:
    actions = np.broadcast_to(np.asarray(action), len(rows))
    ended = np.isin(actions, (_TERMINATED, _RETIRED))
    department = (jobs.department[rows] + elsewhere) % len(_DEPARTMENTS)
    hourly = jobs.kind[rows] == STUDENT_WORKER
    last_day = (effective - 1).astype("datetime64[D]")
    return fill(
        "PS_JOB",
        len(rows),
        EMPLID=population.emplid.take(pa.array(jobs.person[rows])),
        EMPL_RCD=jobs.record[rows],
        EFFDT=effective,
        EFFSEQ=sequence,
        DEPTID=text(_DEPARTMENTS, department),
        JOBCODE=text(_CODES, jobs.jobcode[rows]),
        POSITION_NBR=padded(jobs.position[rows], 8),
        EMPL_STATUS=text(_STATUSES, actions),
        ACTION=text(_ACTIONS, actions),
        BUSINESS_UNIT="UCB",
        COMPANY="CU",
        PAYGROUP=text(("MON", "BIW"), hourly.astype(np.int64)),
        REG_TEMP=text(("R", "T"), hourly.astype(np.int64)),
        FULL_PART_TIME=text(("F", "P"), (hourly | (jobs.record[rows] > 0)).astype(np.int64)),
        EMPL_CLASS=text(tuple(_CLASSES.values()), jobs.kind[rows]),
        LOCATION=text(OFFICES, department % len(OFFICES)),
        HR_STATUS=text(("A", "I"), ended.astype(np.int64)),
        JOB_INDICATOR=text(("P", "S"), jobs.record[rows]),
        TERMINATION_DT=np.where(ended, last_day, np.datetime64("NaT", "D")),
    )


def _setup_tables() -> dict[str, pa.Table]:
    names = [*(f"Department of {subject.name}"[:30] for subject in SUBJECTS), *_OFFICES]
    jobcodes, departments = [], []
    for setid in _SETIDS:
        always = {"SETID": setid, "EFFDT": FIRST_DAY, "EFF_STATUS": "A"}
        suffix = "" if setid == "CUBLD" else " (Denver)"
        jobcodes += [
            fill(
                "PS_JOBCODE_TBL",
                1,
                **always,
                JOBCODE=code,
                DESCR=f"{name}{suffix}"[:30],
                DESCRSHORT=name[:10],
            )
            for code, name, _ in _JOBCODES
        ]
        departments += [
            fill(
                "PS_DEPT_TBL",
                1,
                **always,
                DEPTID=code,
                DESCR=f"{name}{suffix}"[:30],
                DESCRSHORT=name[:10],
                COMPANY="CU",
            )
            for code, name in zip(_DEPARTMENTS, names, strict=True)
        ]
    reorganised = {"SETID": "CUBLD", "EFFDT": date(2020, 7, 1), "COMPANY": "CU"}
    departments.append(
        fill(
            "PS_DEPT_TBL", 1, **reorganised, DEPTID=_DEPARTMENTS[-1], EFF_STATUS="A", DESCR="Student Accounts"
        )
    )
    return {"PS_JOBCODE_TBL": stacked(*jobcodes), "PS_DEPT_TBL": stacked(*departments)}
