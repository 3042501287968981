"""A campus for any calendar day: people are there on each, and the days of a week follow from one another."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import oracledb
import pyarrow.compute as pc
import pytest

from common.sandbox.campus import OWNER, build_campus, campus_on, next_day
from common.sandbox.campus.terms import CAREERS, term_tables, terms
from common.sandbox.oracle import Database, Server, User
from common.sandbox.warehouse import load_campus

FLOWS = Path(__file__).parents[3] / "flows"
QUERIES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FLOWS.glob("*/*.sql"))}
PEOPLE = 200

# one day of every month: in breaks, on a term's last day, on the first one after it
DAYS = [
    *(date(2026, month, day) for month, day in ((1, 5), (2, 12), (3, 15), (4, 30), (5, 20), (6, 10))),
    *(date(2026, month, day) for month, day in ((7, 19), (8, 15), (9, 1), (10, 25), (11, 30), (12, 17))),
    date(2026, 12, 18),
    date(2028, 2, 29),
]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """The tables of the smallest campus."""
    database = Database()
    load_campus(database, build_campus(people=PEOPLE))
    yield database
    database.close()


@pytest.fixture(scope="module")
def connection(database: Database) -> Iterator[oracledb.Connection]:
    """A login that finds the campus's tables."""
    with (
        Server({"CAMPUS": database}, {"READER": User("x", schema=OWNER)}) as server,
        oracledb.connect(user="READER", password="x", dsn=f"127.0.0.1:{server.port}/CAMPUS") as connection,
    ):
        yield connection


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_query_finds_most_people_on_any_day(
    day: date, database: Database, connection: oracledb.Connection
) -> None:
    """Prevents a sandbox that has nothing to deliver in the breaks: its flows run on the real day."""
    database.replace_all(OWNER, campus_on(day, people=PEOPLE).tables)
    found = {}
    for name, query in QUERIES.items():
        with connection.cursor() as cursor:
            found[name] = len(cursor.execute(query, as_of=day).fetchall())
    assert found
    assert {name for name, rows in found.items() if rows < PEOPLE / 2} == set()


@pytest.mark.parametrize("career", CAREERS)
def test_every_day_is_in_one_term(career: str) -> None:
    """Prevents days without a current term, and days with two, on which a student would come twice."""
    table = term_tables(terms(date(2026, 9, 1)))["PS_TERM_TBL"]
    rows = table.filter(pc.equal(table["ACAD_CAREER"], career)).to_pylist()
    ends = [row["TERM_END_DT"] + timedelta(days=1) for row in rows]
    assert [row["TERM_BEGIN_DT"] for row in rows[1:]] == ends[:-1]


def test_the_days_of_a_week_follow_from_one_another() -> None:
    """Prevents a database that has run since Monday from holding other rows than one that was started today."""
    monday, thursday, friday = (campus_on(date(2026, 9, day), people=PEOPLE) for day in (7, 10, 11))
    assert monday.tables == build_campus(people=PEOPLE, today=monday.today).tables
    assert (friday.today, friday.tables) == (date(2026, 9, 11), next_day(thursday)[0].tables)
    assert friday.tables != monday.tables


def test_a_term_that_begins_within_a_week_is_the_campuss_term_at_once() -> None:
    """Prevents a week that goes on with the students of a term that is over."""
    terms_of = [campus_on(date(2026, 12, day), people=PEOPLE).term.strm for day in (17, 18, 19)]
    assert terms_of == ["2267", "2271", "2271"]
