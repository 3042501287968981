"""Academic terms: the calendar of the campus, and the tables PS_TERM_TBL and PS_SESSION_TBL.

STRM is ``2``, two digits of the year, and 1 for spring, 4 for summer, 7 for fall: 2267 is fall 2026.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import pyarrow as pa

from common.sandbox.campus.rows import fill, stacked

__all__ = ["CAREERS", "INSTITUTION", "SESSIONS", "Term", "Terms", "term_tables", "terms"]

INSTITUTION: Final = "CUBLD"
CAREERS: Final = ("UGRD", "GRAD", "LAW")
SESSIONS: Final = ("1", "8W1", "8W2")
"""The whole term, its first and its second half."""

_SEASONS: Final = {1: ("Spring", 1, 10, 117), 4: ("Summer", 6, 1, 67), 7: ("Fall", 8, 20, 115)}
_LAW_MARGIN: Final = timedelta(days=7)
_PAST, _COMING = 9, 2


@dataclass(frozen=True, slots=True)
class Term:
    """One term as undergraduates see it; the law school starts a week earlier and ends a week later."""

    strm: str
    name: str
    begin: date
    end: date

    def session(self, code: str) -> tuple[date, date]:
        """First and last day of one of the SESSIONS."""
        middle = self.begin + (self.end - self.begin) // 2
        return {
            "1": (self.begin, self.end),
            "8W1": (self.begin, middle),
            "8W2": (middle + timedelta(days=1), self.end),
        }[code]


@dataclass(frozen=True, slots=True)
class Terms:
    """Three years of past terms, the current one and the next two."""

    past: tuple[Term, ...]
    current: Term
    coming: tuple[Term, ...]

    @property
    def admissions(self) -> tuple[Term, ...]:
        """The terms in which people are admitted, up to the current one: no summers."""
        return (*(term for term in self.past if not term.name.startswith("Summer")), self.current)

    @property
    def opening(self) -> date:
        """The first day on which the current term counts as current: breaks belong to the term after them."""
        return self.past[-1].end + timedelta(days=1)

    @property
    def previous(self) -> Term:
        """The last full term before the current one."""
        return self.admissions[-2]


def terms(today: date) -> Terms:
    """The terms around a day; between two terms the coming one counts as current."""
    calendar = [_term(year, season) for year in range(today.year - 4, today.year + 3) for season in _SEASONS]
    now = next(position for position, term in enumerate(calendar) if term.end >= today)
    return Terms(
        past=tuple(calendar[now - _PAST : now]),
        current=calendar[now],
        coming=tuple(calendar[now + 1 : now + 1 + _COMING]),
    )


def _term(year: int, season: int) -> Term:
    name, month, day, length = _SEASONS[season]
    earliest = date(year, month, day)
    begin = earliest + timedelta(days=-earliest.weekday() % 7)  # the Monday on or after it
    return Term(f"2{year % 100:02}{season}", f"{name} {year}", begin, begin + timedelta(days=length))


def term_tables(around: Terms) -> dict[str, pa.Table]:
    """One row per career for each term, as PeopleSoft keeps them, and the sessions of each.

    A term of PS_TERM_TBL begins the day after the one before has ended, so that every day, breaks included, is
    in a term (assumed: campuses differ in this). The days of instruction are those of its sessions.
    """
    term_rows, session_rows = [], []
    kept = (*around.past, around.current, *around.coming)
    after = {later.strm: earlier.end + timedelta(days=1) for earlier, later in pairwise(kept)}
    for term in kept:
        for career in CAREERS:
            margin = _LAW_MARGIN if career == "LAW" else timedelta(0)
            opens = after[term.strm] + margin if term.strm in after else term.begin - margin
            key = {"INSTITUTION": INSTITUTION, "ACAD_CAREER": career, "STRM": term.strm}
            season, year = term.name.split()
            term_rows.append(
                fill(
                    "PS_TERM_TBL",
                    1,
                    **key,
                    DESCR=term.name,
                    DESCRSHORT=f"{season[:2]} {year}",
                    TERM_BEGIN_DT=opens,
                    TERM_END_DT=term.end + margin,
                    TERM_CATEGORY="R",
                    ACAD_YEAR=str(int(year) + (season == "Fall")),
                )
            )
            for code in SESSIONS:
                begin, end = term.session(code)
                session_rows.append(
                    fill(
                        "PS_SESSION_TBL",
                        1,
                        **key,
                        SESSION_CODE=code,
                        SESS_BEGIN_DT=begin - margin,
                        SESS_END_DT=end + margin,
                    )
                )
    return {"PS_TERM_TBL": stacked(*term_rows), "PS_SESSION_TBL": stacked(*session_rows)}
