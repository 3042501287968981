"""The class schedule: PS_CLASS_TBL with meetings, instructors and combined sections."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from common.sandbox.campus.catalog import COURSES
from common.sandbox.campus.draws import Draws
from common.sandbox.campus.places import OFFICES
from common.sandbox.campus.population import Population
from common.sandbox.campus.rows import Days, Ints, Mask, fill, joined, padded, stacked, text
from common.sandbox.campus.terms import CAREERS, INSTITUTION, SESSIONS, Term

__all__ = ["Sections", "class_table", "plan_sections", "schedule_tables"]

_FEWEST_SECTIONS: Final = 12
"""What a career offers however few its students are, so that each finds classes of different kinds."""

_ACTIVE, _CANCELLED, _STOPPED, _TENTATIVE = range(4)
_STATUSES: Final = ("A", "X", "S", "T")
_PATTERNS: Final = ("YNYNYNN", "NYNYNNN", "NNNNYNN", "YYYYYNN", "NNNNNYN")
_WEEKDAYS: Final = ("MON", "TUES", "WED", "THURS", "FRI", "SAT", "SUN")


@dataclass(frozen=True)
class Sections:
    """The classes of one term, one entry per section in every array, careers one after another."""

    term: Term
    course: Ints
    section: Ints
    class_number: Ints
    status: Ints
    session: Ints
    online: Mask
    full: Mask

    def __len__(self) -> int:
        return len(self.course)

    @property
    def cancelled(self) -> Mask:
        """Which classes will not take place."""
        return np.equal(self.status, _CANCELLED)

    @property
    def career(self) -> Ints:
        """The career that each class is for, as a position in CAREERS."""
        return np.array([CAREERS.index(course.career) for course in COURSES])[self.course]

    @property
    def units(self) -> Ints:
        """The units that each class counts for."""
        return np.array([course.units for course in COURSES])[self.course]

    @property
    def begin(self) -> Days:
        """The first day of each class."""
        return np.array([self.term.session(code)[0] for code in SESSIONS], dtype="datetime64[D]")[
            self.session
        ]

    @property
    def end(self) -> Days:
        """The last day of each class."""
        return np.array([self.term.session(code)[1] for code in SESSIONS], dtype="datetime64[D]")[
            self.session
        ]

    @property
    def key(self) -> dict[str, pa.Array]:
        """The five columns that identify a class in every table of the schedule."""
        return {
            "CRSE_ID": text([course.course_id for course in COURSES], self.course),
            "CRSE_OFFER_NBR": pa.repeat(1, len(self)),
            "STRM": pa.repeat(self.term.strm, len(self)),
            "SESSION_CODE": text(SESSIONS, self.session),
            "CLASS_SECTION": padded(self.section, 3),
        }


def plan_sections(draws: Draws, term: Term, wanted: Mapping[str, int], *, certain: bool = True) -> Sections:
    """So many sections of each career's courses; a schedule that is not certain is tentative in part."""
    course, section = [], []
    for career in CAREERS:
        courses = np.array([position for position, course in enumerate(COURSES) if course.career == career])
        sections = np.arange(max(_FEWEST_SECTIONS, wanted[career]))
        course.append(courses[sections % len(courses)])
        section.append(1 + sections // len(courses))
    rows = sum(map(len, course))
    status = np.full(rows, _ACTIVE)
    undergraduate = np.arange(len(course[0]))  # where a cancelled class is sure to have had students
    odd = draws.split(undergraduate, {"cancelled": 2, "stopped": 2} if certain else {"tentative": 20})
    for code, name in ((_CANCELLED, "cancelled"), (_STOPPED, "stopped"), (_TENTATIVE, "tentative")):
        status[odd.get(name, np.array([], dtype=np.int64))] = code
    full = np.zeros(rows, dtype=np.bool_)
    full[draws.some(np.flatnonzero(status == _ACTIVE), 10)] = True
    return Sections(
        term=term,
        course=np.concatenate(course),
        section=np.concatenate(section),
        class_number=10_001 + np.arange(rows),
        status=status,
        session=draws.weighted((92, 4, 4), rows),
        online=draws.chance(8, rows),
        full=full,
    )


def class_table(draws: Draws, sections: Sections, enrolled: Ints, waiting: Ints) -> pa.Table:
    """PS_CLASS_TBL of one term, with room left everywhere but in the full sections."""
    room = np.where(sections.full, 0, draws.numbers(1, 12, len(sections)))
    return fill(
        "PS_CLASS_TBL",
        len(sections),
        **sections.key,
        CLASS_NBR=sections.class_number,
        INSTITUTION=INSTITUTION,
        ACAD_CAREER=text(CAREERS, sections.career),
        SUBJECT=text([course.subject.code for course in COURSES], sections.course),
        CATALOG_NBR=text([course.catalog_number for course in COURSES], sections.course),
        DESCR=text([course.name for course in COURSES], sections.course),
        SSR_COMPONENT=text([course.component for course in COURSES], sections.course),
        CLASS_STAT=text(_STATUSES, sections.status),
        ENRL_CAP=enrolled + room,
        ENRL_TOT=enrolled,
        WAIT_TOT=waiting,
        CAMPUS="BLDR",
        LOCATION="BOULDER",
        INSTRUCTION_MODE=text(("P", "OL"), sections.online.astype(np.int64)),
        SCHEDULE_PRINT="Y",
        START_DT=sections.begin,
        END_DT=sections.end,
        ACAD_GROUP=text([course.subject.group for course in COURSES], sections.course),
        ACAD_ORG=text([course.subject.code for course in COURSES], sections.course),
        ASSOCIATED_CLASS=sections.section,
    )


def schedule_tables(draws: Draws, sections: Sections, population: Population) -> dict[str, pa.Table]:
    """Meetings, instructors and combined sections of one term."""
    return {
        "PS_CLASS_MTG_PAT": _meetings(draws, sections),
        "PS_CLASS_INSTR": _instructors(draws, sections, population),
        "PS_SCTN_CMBND": _combined(draws, sections),
    }


def _key_of(sections: Sections, rows: Ints) -> dict[str, pa.Array]:
    return {name: values.take(pa.array(rows)) for name, values in sections.key.items()}


def _meetings(draws: Draws, sections: Sections) -> pa.Table:
    """One meeting pattern for each class that is not online, two for a few."""
    on_campus = np.flatnonzero(~sections.online)
    twice = draws.some(on_campus, 5)
    rows = np.concatenate([on_campus, twice])
    pattern = draws.weighted((45, 35, 10, 8, 2), len(rows))
    start = np.datetime64("1900-01-01T08:00") + 30 * draws.numbers(0, 22, len(rows))
    days = {
        day: text([name[position] for name in _PATTERNS], pattern) for position, day in enumerate(_WEEKDAYS)
    }
    return fill(
        "PS_CLASS_MTG_PAT",
        len(rows),
        **_key_of(sections, rows),
        CLASS_MTG_NBR=np.where(np.arange(len(rows)) < len(on_campus), 1, 2),
        FACILITY_ID=joined(draws.pick(OFFICES, len(rows)), padded(draws.numbers(101, 400, len(rows)), 3)),
        MEETING_TIME_START=start,
        MEETING_TIME_END=start + np.where(pattern == 1, 75, 50),
        START_DT=sections.begin[rows],
        END_DT=sections.end[rows],
        **days,
    )


def _instructors(draws: Draws, sections: Sections, population: Population) -> pa.Table:
    """A primary instructor for most classes; some have an assistant, some are listed for two meetings."""
    led = draws.some(np.arange(len(sections)), 95)
    parts = [
        (led, 1, 1, "PI", "A"),
        (draws.some(led, 10), 1, 2, "TA", " "),
        (draws.some(led, 5), 2, 1, "PI", "A"),
    ]
    teacher = population.faculty[draws.numbers(0, len(population.faculty), len(sections))]
    assistant = population.current_students[draws.numbers(0, len(population.current_students), len(sections))]
    return stacked(
        *(
            fill(
                "PS_CLASS_INSTR",
                len(rows),
                **_key_of(sections, rows),
                CLASS_MTG_NBR=meeting,
                INSTR_ASSIGN_SEQ=sequence,
                EMPLID=population.emplid.take(pa.array((assistant if role == "TA" else teacher)[rows])),
                INSTR_ROLE=role,
                SCHED_PRINT_INSTR="N" if role == "TA" else "Y",
                GRADE_RSTR_ACCESS=access,
            )
            for rows, meeting, sequence, role, access in parts
        )
    )


def _combined(draws: Draws, sections: Sections) -> pa.Table:
    """Pairs of sections that meet together."""
    first = draws.some(np.flatnonzero(sections.session[:-1] == 0)[::2], 2)
    first = first[(sections.session[first + 1] == 0) & (np.diff(first, prepend=-2) > 1)]
    rows = np.stack([first, first + 1], axis=1).ravel()
    return fill(
        "PS_SCTN_CMBND",
        len(rows),
        INSTITUTION=INSTITUTION,
        STRM=sections.term.strm,
        SESSION_CODE=SESSIONS[0],
        SCTN_COMBINED_ID=padded(1 + np.arange(len(rows)) // 2, 4),
        CLASS_NBR=sections.class_number[rows],
    )
