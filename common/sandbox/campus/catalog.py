"""What the campus teaches: its subjects, the plans of study and the courses."""

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import pyarrow as pa

from common.sandbox.campus.rows import Ints

__all__ = ["COURSES", "MAJORS", "MINORS", "PLANS", "SUBJECTS", "Course", "Plan", "Subject", "units_of"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject, taught by the department of the same code."""

    code: str
    name: str
    group: str
    cip: str
    degree: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A major, minor or certificate."""

    code: str
    name: str
    kind: str
    career: str
    program: str
    subject: Subject
    degree: str


@dataclass(frozen=True, slots=True)
class Course:
    """A course of the catalog; its number is blank-padded on the left, as PeopleSoft stores it."""

    course_id: str
    career: str
    subject: Subject
    catalog_number: str
    name: str
    component: str
    units: int


SUBJECTS: Final = tuple(
    Subject(*row.split("|"))
    for row in (
        "ANTH|Anthropology|ARSC|45.0201|BA",
        "ARTH|Art History|ARSC|50.0703|BA",
        "ASTR|Astronomy|ARSC|40.0201|BA",
        "BCHM|Biochemistry|ARSC|26.0202|BA",
        "CHEM|Chemistry|ARSC|40.0501|BA",
        "CLAS|Classics|ARSC|16.1200|BA",
        "COMM|Communication|ARSC|09.0101|BA",
        "ECON|Economics|ARSC|45.0603|BA",
        "ENGL|English|ARSC|23.0101|BA",
        "GEOL|Geology|ARSC|40.0601|BA",
        "HIST|History|ARSC|54.0101|BA",
        "MATH|Mathematics|ARSC|27.0101|BA",
        "PHIL|Philosophy|ARSC|38.0101|BA",
        "PHYS|Physics|ARSC|40.0801|BA",
        "PSCI|Political Science|ARSC|45.1001|BA",
        "PSYC|Psychology|ARSC|42.0101|BA",
        "SPAN|Spanish|ARSC|16.0905|BA",
        "ASEN|Aerospace Engineering|ENGR|14.0201|BS",
        "CSCI|Computer Science|ENGR|11.0701|BS",
        "CVEN|Civil Engineering|ENGR|14.0801|BS",
        "ECEN|Electrical Engineering|ENGR|14.1001|BS",
        "MCEN|Mechanical Engineering|ENGR|14.1901|BS",
        "ACCT|Accounting|BUSN|52.0301|BS",
        "MKTG|Marketing|BUSN|52.1401|BS",
        "EDUC|Education|EDUC|13.0101|BA",
        "MUSC|Music|MUSC|50.0901|BM",
        "LAWS|Law|LAWS|22.0101|JD",
    )
)
_TAUGHT: Final = SUBJECTS[:-1]
_LAW: Final = SUBJECTS[-1]

_MASTER: Final = {"BA": "MA", "BS": "MS", "BM": "MM"}

MAJORS: Final = {
    "UGRD": tuple(
        Plan(f"{s.code}-{s.degree}", s.name, "MAJ", "UGRD", f"{s.group}U", s, s.degree) for s in _TAUGHT
    ),
    "GRAD": tuple(
        Plan(f"{s.code}-{degree}", s.name, "MAJ", "GRAD", f"{s.group}G", s, degree)
        for s, degree in ((s, degree) for s in _TAUGHT for degree in (_MASTER[s.degree], "PHD"))
    ),
    "LAW": (Plan("LAWS-JD", "Law", "MAJ", "LAW", "LAWSJ", _LAW, "JD"),),
}
MINORS: Final = {
    "UGRD": tuple(
        Plan(f"{s.code}-MIN", f"{s.name} Minor", "MIN", "UGRD", f"{s.group}U", s, " ") for s in _TAUGHT
    ),
    "GRAD": tuple(
        Plan(f"{s.code}-CRT", f"{s.name} Cert", "CRT", "GRAD", f"{s.group}G", s, "CRTG") for s in _TAUGHT
    ),
    "LAW": (Plan("TAXL-CRT", "Tax Law Certificate", "CRT", "LAW", "LAWSJ", _LAW, "CRTG"),),
}
PLANS: Final = tuple(plan for kind in (MAJORS, MINORS) for plans in kind.values() for plan in plans)

_UNDERGRADUATE: Final = (
    (1000, "Introduction to {}", "LEC", 3),
    (1010, "{} Laboratory", "LAB", 1),
    (1100, "Principles of {}", "LEC", 4),
    (2000, "Methods of {}", "LEC", 3),
    (2100, "{} in Practice", "REC", 3),
    (3000, "Intermediate {}", "LEC", 3),
    (3100, "{} and Society", "LEC", 3),
    (3400, "History of {}", "LEC", 3),
    (4000, "Advanced {}", "LEC", 4),
    (4900, "{} Senior Seminar", "SEM", 3),
)
_GRADUATE: Final = (
    (5000, "Foundations of {}", "LEC", 3),
    (5100, "{} Research Methods", "SEM", 3),
    (6000, "Topics in {}", "SEM", 3),
    (7000, "{} Colloquium", "SEM", 1),
)
_LAW_COURSES: Final = (
    "Administrative Law",
    "Civil Procedure",
    "Constitutional Law",
    "Contracts",
    "Copyright",
    "Corporations",
    "Criminal Law",
    "Evidence",
    "Family Law",
    "Legal Ethics",
    "Legal Writing",
    "Property",
    "Taxation",
    "Torts",
    "Trusts and Estates",
    "Water Law",
)


def _courses() -> tuple[Course, ...]:
    listed = [("UGRD", *row) for row in product(_UNDERGRADUATE, _TAUGHT)]
    listed += [("GRAD", *row) for row in product(_GRADUATE, _TAUGHT)]
    listed += [("LAW", (6001 + 20 * n, name, "LEC", 3), _LAW) for n, name in enumerate(_LAW_COURSES)]
    return tuple(
        Course(
            f"{100_001 + n:06}",
            career,
            subject,
            f"{number:>5}",
            title.format(subject.name)[:30],
            component,
            units,
        )
        for n, (career, (number, title, component, units), subject) in enumerate(listed)
    )


COURSES: Final = _courses()

_UNITS: Final = {course.course_id: course.units for course in COURSES}


def units_of(course_ids: pa.Array) -> Ints:
    """The units of the courses with these CRSE_IDs."""
    return np.array([_UNITS[course_id] for course_id in course_ids.to_pylist()], dtype=np.int64)
