"""The campus in the Oracle stand-in, and how it follows the calendar."""

import logging
from collections.abc import Callable
from datetime import date

from common.clock import today
from common.sandbox.campus import OWNER, TABLES, Campus
from common.sandbox.oracle import Database

__all__ = ["keep_up", "load_campus"]

logger = logging.getLogger(__name__)


def load_campus(database: Database, campus: Campus) -> None:
    """Makes the campus's tables in an empty database, with all their rows."""
    for name, table in campus.tables.items():
        database.create_table(OWNER, TABLES[name].ddl)
        database.load(OWNER, name, table)


def keep_up(database: Database, campus: Campus, campus_of: Callable[[date], Campus]) -> Campus:
    """The campus of today, in the database as well; does nothing while ``campus`` is that one.

    Whoever reads meanwhile sees all of the old day or all of the new one.
    """
    if (day := today()) == campus.today:
        return campus
    campus = campus_of(day)
    database.replace_all(OWNER, campus.tables)
    logger.info("campus day=%s term=%s", day, campus.term.strm)
    return campus
