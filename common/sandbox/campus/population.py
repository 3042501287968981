"""Who is on the campus, before any table is written: roles, dates and standing of every person."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa

from common.sandbox.campus.draws import Draws
from common.sandbox.campus.rows import Days, Ints, Mask, padded
from common.sandbox.campus.terms import Terms

__all__ = [
    "CLASSIFIED",
    "CURRENT",
    "FACULTY",
    "GRADUATED",
    "LEFT",
    "NEVER",
    "ON_LEAVE",
    "PROFESSIONAL",
    "STUDENT_WORKER",
    "Population",
    "newcomers",
    "populate",
]

NEVER: Final = -1
"""Marks a person who was never a student, or never an employee."""

CURRENT, GRADUATED, LEFT, ON_LEAVE = range(4)
"""The standing of a student."""

FACULTY, PROFESSIONAL, CLASSIFIED, STUDENT_WORKER = range(4)
"""The kind of an employee."""

_YEAR: Final = 365


@dataclass(frozen=True)
class Population:
    """One entry per person in every array, in the order of their EMPLIDs."""

    today: np.datetime64
    number: Ints
    since: Days
    born: Days
    died: Days
    sex: Ints
    abroad: Mask
    career: Ints
    standing: Ints
    admitted: Ints
    finished: Ints
    work: Ints
    hired: Days
    gone: Mask

    def __len__(self) -> int:
        return len(self.number)

    @cached_property
    def emplid(self) -> pa.Array:
        """EMPLIDs: nine digits, with leading zeros."""
        return padded(self.number, 9)

    @property
    def everyone(self) -> Ints:
        """All positions."""
        return np.arange(len(self))

    @property
    def students(self) -> Ints:
        """Positions of everyone who is or was a student."""
        return np.flatnonzero(self.career != NEVER)

    @property
    def current_students(self) -> Ints:
        """Positions of the present students."""
        return np.flatnonzero(self.standing == CURRENT)

    @property
    def employees(self) -> Ints:
        """Positions of everyone who is or was employed."""
        return np.flatnonzero(self.work != NEVER)

    @property
    def staff(self) -> Ints:
        """Positions of the present employees."""
        return np.flatnonzero((self.work != NEVER) & ~self.gone)

    @property
    def faculty(self) -> Ints:
        """Positions of the present professors and instructors."""
        return np.flatnonzero((self.work == FACULTY) & ~self.gone)


def populate(seed: int, people: int, today: date, around: Terms) -> Population:
    """80 % are or were students, 25 % employees, of whom a third are students too; the rest are applicants."""
    draws = Draws(seed, "population")
    shares = draws.split(
        np.arange(people),
        {
            "students": 60,
            "alumni": 9,
            "leavers": 2,
            "on leave": 1,
            "student workers": 8,
            "staff": 14.5,
            "former": 2.5,
        },
    )
    career, standing, work = (np.full(people, NEVER) for _ in range(3))
    attended = np.concatenate(
        [shares[name] for name in ("students", "student workers", "alumni", "leavers", "on leave")]
    )
    standing[attended] = CURRENT
    standing[shares["alumni"]], standing[shares["leavers"]], standing[shares["on leave"]] = (
        GRADUATED,
        LEFT,
        ON_LEAVE,
    )
    career[attended] = draws.weighted((78, 18, 4), len(attended))
    for group in (shares["students"], shares["alumni"]):  # every career has someone, at any size
        career[group[:9]] = np.arange(9) % 3
    hired_ones = np.concatenate([shares["staff"], shares["former"]])
    work[hired_ones] = draws.weighted((35, 35, 30), len(hired_ones))
    work[shares["staff"][:6]] = FACULTY
    work[shares["student workers"]] = STUDENT_WORKER
    gone = np.isin(np.arange(people), shares["former"])

    last = len(around.admissions) - 1
    studying = np.isin(standing, (CURRENT, ON_LEAVE))
    admitted = np.where(studying, _mostly_falls(draws, around, people), draws.numbers(0, 2, people))
    finished = np.where(
        studying, last - (standing == ON_LEAVE), draws.between(admitted + 1, np.full(people, last - 1))
    )
    return _dated(
        draws,
        np.datetime64(today),
        around,
        # of a stream of their own: people keep their numbers when a term passes
        number=1_000_000 + np.cumsum(Draws(seed, "numbers").numbers(1, 13, people)),
        career=career,
        standing=standing,
        admitted=admitted,
        finished=finished,
        work=work,
        gone=gone,
    )


def _mostly_falls(draws: Draws, around: Terms, people: int) -> Ints:
    """Positions of admission terms: six people start in fall for one who starts in spring."""
    return draws.weighted([6 if term.name.startswith("Fall") else 1 for term in around.admissions], people)


def _dated(
    draws: Draws,
    today: np.datetime64,
    around: Terms,
    *,
    number: Ints,
    career: Ints,
    standing: Ints,
    admitted: Ints,
    finished: Ints,
    work: Ints,
    gone: Mask,
) -> Population:
    people = len(number)
    begins = np.array([term.begin for term in around.admissions], dtype="datetime64[D]")
    applied = begins[admitted] - draws.numbers(200, 320, people)
    hired = today - draws.numbers(30, 25 * _YEAR, people)
    hired = np.where(
        work == STUDENT_WORKER, np.maximum(today - draws.numbers(5, 2 * _YEAR, people), applied), hired
    )
    since = np.where(
        career != NEVER, applied, np.where(work != NEVER, hired, today - draws.numbers(10, 200, people))
    )
    since = np.minimum(since, today - 1)
    age = np.where(career != NEVER, draws.numbers(17, 31, people), draws.numbers(22, 45, people))
    age[draws.some(np.flatnonzero(career != NEVER), 2)] += 25  # students of any age
    died = np.full(people, np.datetime64("NaT", "D"))
    for group, percent in ((standing != CURRENT, 1.0), (standing == CURRENT, 0.05)):
        dead = draws.some(np.flatnonzero(group), percent)
        died[dead] = draws.days(since[dead], np.full(len(dead), today - 1))
    return Population(
        today=today,
        number=number,
        since=since,
        born=since - age * _YEAR - draws.numbers(0, _YEAR, people),
        died=died,
        sex=draws.weighted((50, 48, 2), people),
        abroad=np.isin(np.arange(people), draws.some(np.flatnonzero(career != NEVER), 7)),
        career=career,
        standing=standing,
        admitted=admitted,
        finished=finished,
        work=work,
        hired=np.maximum(hired, since),
        gone=gone,
    )


def newcomers(
    draws: Draws, today: date, around: Terms, *, after: int, students: int, employees: int
) -> Population:
    """People who come to the campus on one day, numbered onwards from the EMPLID ``after``: plain ones."""
    people, day = students + employees, np.datetime64(today)
    studies = np.arange(people) < students
    current = len(around.admissions) - 1
    return Population(
        today=day,
        number=after + 1 + np.arange(people),
        since=np.full(people, day),
        born=day - draws.numbers(18 * _YEAR, 30 * _YEAR, people),
        died=np.full(people, np.datetime64("NaT", "D")),
        sex=draws.weighted((50, 48, 2), people),
        abroad=np.zeros(people, dtype=np.bool_),
        career=np.where(studies, 0, NEVER),
        standing=np.where(studies, CURRENT, NEVER),
        admitted=np.full(people, current),
        finished=np.full(people, current),
        work=np.where(studies, NEVER, draws.weighted((1, 1, 1), people)),
        hired=np.full(people, day),
        gone=np.zeros(people, dtype=np.bool_),
    )
