"""A synthetic campus: PeopleSoft's tables filled with people who do not exist.

A seed, a size and a day give the same tables on every machine, as Arrow tables with Oracle DDL beside
them. ``next_day`` moves the campus on by a day and says who changed, so that the difference a flow has to
deliver is known before it runs.
"""

from common.sandbox.campus.awkward import CATEGORIES
from common.sandbox.campus.campus import TODAY, Campus, build_campus
from common.sandbox.campus.changes import Change, Kind
from common.sandbox.campus.day import next_day
from common.sandbox.campus.tables import OWNER, TABLES, ColumnDef, TableDef
from common.sandbox.campus.week import campus_on

__all__ = [
    "CATEGORIES",
    "OWNER",
    "TABLES",
    "TODAY",
    "Campus",
    "Change",
    "ColumnDef",
    "Kind",
    "TableDef",
    "build_campus",
    "campus_on",
    "next_day",
]
