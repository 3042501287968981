"""The campus of a calendar day, for a sandbox that lives with the calendar."""

from datetime import date, timedelta

from common.sandbox.campus.campus import Campus, build_campus
from common.sandbox.campus.day import next_day
from common.sandbox.campus.terms import terms

__all__ = ["campus_on"]


def campus_on(day: date, *, seed: int = 7, people: int = 5000) -> Campus:
    """The campus of ``day``: built for the Monday of its week, and moved on from there day by day.

    It depends on nothing but the arguments. So a database that was filled on Tuesday and followed the days, and
    one that is filled on Friday for the first time, hold the same rows, and what a receiver has acknowledged
    stays right when the database starts anew. It takes six days' work at most, however late in the year it is.
    On Monday the week's changes are undone. A week in which a term begins has a second start on that day.
    """
    campus = build_campus(seed, people, max(day - timedelta(days=day.weekday()), terms(day).opening))
    while campus.today < day:
        campus, _ = next_day(campus)
    return campus
