"""What the tables say about one another is true."""

from collections.abc import Iterator

import duckdb
import pytest

from common.sandbox.campus import TABLES, Campus, next_day

ORPHANS = {
    "classes of enrollments": "SELECT * FROM PS_STDNT_ENRL ANTI JOIN PS_CLASS_TBL USING (STRM, CLASS_NBR, ACAD_CAREER)",
    "term records of enrollments": "SELECT * FROM PS_STDNT_ENRL ANTI JOIN PS_STDNT_CAR_TERM "
    "USING (EMPLID, ACAD_CAREER, INSTITUTION, STRM)",
    "programs of plans": "SELECT * FROM PS_ACAD_PLAN ANTI JOIN PS_ACAD_PROG "
    "USING (EMPLID, ACAD_CAREER, STDNT_CAR_NBR, EFFDT, EFFSEQ)",
    "plans of programs": "SELECT * FROM PS_ACAD_PROG ANTI JOIN PS_ACAD_PLAN "
    "USING (EMPLID, ACAD_CAREER, STDNT_CAR_NBR, EFFDT, EFFSEQ)",
    "plans of subplans": "SELECT * FROM PS_ACAD_SUBPLAN ANTI JOIN PS_ACAD_PLAN "
    "USING (EMPLID, ACAD_CAREER, STDNT_CAR_NBR, EFFDT, EFFSEQ, ACAD_PLAN)",
    "set-up of plans": "SELECT * FROM PS_ACAD_PLAN ANTI JOIN PS_ACAD_PLAN_TBL USING (ACAD_PLAN)",
    "set-up of programs": "SELECT * FROM PS_ACAD_PROG ANTI JOIN PS_ACAD_PROG_TBL USING (INSTITUTION, ACAD_PROG)",
    "programs of planned plans": "SELECT * FROM PS_ACAD_PLAN_TBL ANTI JOIN PS_ACAD_PROG_TBL USING (ACAD_PROG)",
    "terms of records": "SELECT * FROM PS_STDNT_CAR_TERM ANTI JOIN PS_TERM_TBL USING (INSTITUTION, ACAD_CAREER, STRM)",
    "sessions of classes": "SELECT * FROM PS_CLASS_TBL ANTI JOIN PS_SESSION_TBL "
    "USING (INSTITUTION, ACAD_CAREER, STRM, SESSION_CODE)",
    "departments of classes": "SELECT * FROM PS_CLASS_TBL ANTI JOIN PS_ACAD_ORG_TBL USING (ACAD_ORG, ACAD_GROUP)",
    "classes of meetings": "SELECT * FROM PS_CLASS_MTG_PAT ANTI JOIN PS_CLASS_TBL "
    "USING (CRSE_ID, CRSE_OFFER_NBR, STRM, SESSION_CODE, CLASS_SECTION)",
    "classes of instructors": "SELECT * FROM PS_CLASS_INSTR ANTI JOIN PS_CLASS_TBL "
    "USING (CRSE_ID, CRSE_OFFER_NBR, STRM, SESSION_CODE, CLASS_SECTION)",
    "combined classes": "SELECT * FROM PS_SCTN_CMBND ANTI JOIN PS_CLASS_TBL USING (STRM, SESSION_CODE, CLASS_NBR)",
    "job codes": "SELECT * FROM PS_JOB ANTI JOIN (FROM PS_JOBCODE_TBL WHERE SETID = 'CUBLD') USING (JOBCODE)",
    "departments of jobs": "SELECT * FROM PS_JOB ANTI JOIN (FROM PS_DEPT_TBL WHERE SETID = 'CUBLD') USING (DEPTID)",
    "advisors": "SELECT * FROM PS_STDNT_ADVR_HIST ANTI JOIN PS_JOB ON ADVISOR_ID = PS_JOB.EMPLID",
    "held flags of withheld items": "SELECT * FROM PS_FERPA_OVERRIDE ANTI JOIN "
    "(FROM PS_PERSONAL_DATA WHERE FERPA = 'Y') USING (EMPLID)",
}
"""What has to be there, and a query for the rows whose counterpart is missing."""

CONTRADICTIONS = {
    "totals of classes": """
        SELECT * FROM PS_CLASS_TBL c WHERE ENRL_TOT <> (SELECT count(*) FROM PS_STDNT_ENRL e
            WHERE e.STRM = c.STRM AND e.CLASS_NBR = c.CLASS_NBR AND e.STDNT_ENRL_STATUS = 'E')
        OR WAIT_TOT <> (SELECT count(*) FROM PS_STDNT_ENRL e
            WHERE e.STRM = c.STRM AND e.CLASS_NBR = c.CLASS_NBR AND e.STDNT_ENRL_STATUS = 'W')""",
    "class numbers": "SELECT STRM, CLASS_NBR FROM PS_CLASS_TBL GROUP BY ALL HAVING count(*) > 1",
    "full classes": "SELECT * FROM PS_CLASS_TBL WHERE ENRL_TOT > ENRL_CAP",
    "students of cancelled classes": "SELECT * FROM PS_CLASS_TBL WHERE CLASS_STAT = 'X' AND ENRL_TOT + WAIT_TOT > 0",
    "classes of withdrawn students": """
        SELECT * FROM PS_STDNT_ENRL JOIN PS_STDNT_CAR_TERM USING (EMPLID, ACAD_CAREER, STRM)
        WHERE STRM = $strm AND WITHDRAW_CODE <> 'NWD' AND STDNT_ENRL_STATUS <> 'D'""",
    "units in progress": """
        SELECT * FROM PS_STDNT_CAR_TERM r WHERE STRM = $strm AND UNT_TAKEN_PRGRSS <> (
            SELECT coalesce(sum(UNT_TAKEN), 0) FROM PS_STDNT_ENRL e WHERE e.EMPLID = r.EMPLID
            AND e.ACAD_CAREER = r.ACAD_CAREER AND e.STRM = r.STRM AND e.STDNT_ENRL_STATUS = 'E')""",
    "academic load": """
        SELECT * FROM PS_STDNT_CAR_TERM WHERE STRM = $strm AND ACAD_CAREER = 'UGRD'
        AND (ACAD_LOAD = 'F') <> (UNT_TAKEN_PRGRSS >= 12) OR (ACAD_LOAD = 'N') <> (UNT_TAKEN_PRGRSS = 0)""",
    "drop dates": "SELECT * FROM PS_STDNT_ENRL WHERE (STDNT_ENRL_STATUS = 'D') <> (ENRL_DROP_DT IS NOT NULL)",
    "order of add and drop": "SELECT * FROM PS_STDNT_ENRL WHERE ENRL_DROP_DT < ENRL_ADD_DT",
    "dates ahead": "SELECT * FROM PS_STDNT_ENRL WHERE greatest(ENRL_ADD_DT, ENRL_DROP_DT) > $today",
    "current students without a login": """
        SELECT * FROM PS_STDNT_ENRL ANTI JOIN (FROM PS_CU_IDENTITY WHERE LOGIN_ID <> ' ') USING (EMPLID)
        WHERE STRM = $strm""",
    "logins": "SELECT LOGIN_ID FROM PS_CU_IDENTITY WHERE LOGIN_ID <> ' ' GROUP BY LOGIN_ID "
    "HAVING count(*) > 1 OR LOGIN_ID <> lower(LOGIN_ID)",
    "card numbers": "SELECT CARD_NBR FROM PS_CU_IDENTITY WHERE CARD_NBR <> ' ' GROUP BY CARD_NBR HAVING count(*) > 1",
    "beds": "SELECT BUILDING, ROOM, BED FROM PS_CU_HOUSING GROUP BY ALL HAVING count(*) > 1",
    "e-mail domains": r"SELECT * FROM PS_EMAIL_ADDRESSES "
    r"WHERE NOT regexp_full_match(EMAIL_ADDR, '[a-z0-9.]+@(campus|mail)\.example')",
    "telephone numbers": r"SELECT * FROM PS_PERSONAL_PHONE WHERE regexp_matches(PHONE, '\d{7}|555') "
    r"AND NOT regexp_matches(PHONE, '555.?01\d\d|7946 0\d\d\d')",
    "grade averages": "SELECT * FROM PS_STDNT_CAR_TERM WHERE NOT CUM_GPA BETWEEN 0 AND 4 OR NOT CUR_GPA BETWEEN 0 AND 4",
    "primary jobs": "SELECT EMPLID FROM PS_JOB GROUP BY EMPLID "
    "HAVING count(DISTINCT EMPL_RCD) FILTER (JOB_INDICATOR = 'P') <> 1",
    "ends of jobs": "SELECT * FROM PS_JOB WHERE (HR_STATUS = 'I') <> (TERMINATION_DT IS NOT NULL)",
    "births": "SELECT * FROM PS_PERSON WHERE date_diff('year', BIRTHDATE, $today::DATE) NOT BETWEEN 16 AND 90",
    "deaths": "SELECT * FROM PS_PERSON WHERE DT_OF_DEATH <= BIRTHDATE OR DT_OF_DEATH > $today",
    "names of the snapshot": """
        SELECT * FROM PS_PERSONAL_DATA d JOIN PS_NAMES n ON n.EMPLID = d.EMPLID AND n.NAME_TYPE = 'PRI'
        AND n.EFFDT = (SELECT max(EFFDT) FROM PS_NAMES WHERE EMPLID = n.EMPLID AND NAME_TYPE = 'PRI' AND EFFDT <= $today)
        WHERE NOT starts_with(d.NAME, n.LAST_NAME) OR NOT contains(d.NAME, trim(n.FIRST_NAME))
        AND length(n.LAST_NAME) + length(n.FIRST_NAME) < 50""",
    "addresses of the snapshot": """
        SELECT * FROM PS_PERSONAL_DATA d LEFT JOIN PS_ADDRESSES a ON a.EMPLID = d.EMPLID AND a.ADDRESS_TYPE = 'HOME'
        AND a.EFFDT = (SELECT max(EFFDT) FROM PS_ADDRESSES
            WHERE EMPLID = a.EMPLID AND ADDRESS_TYPE = 'HOME' AND EFFDT <= $today) AND a.EFF_STATUS = 'A'
        WHERE (d.ADDRESS1, d.CITY, d.COUNTRY)
            <> (coalesce(a.ADDRESS1, ' '), coalesce(a.CITY, ' '), coalesce(a.COUNTRY, ' '))""",
}
"""What has to agree, and a query for the rows that do not."""


class Reader:
    """Answers questions about one campus."""

    def __init__(self, campus: Campus, connection: duckdb.DuckDBPyConnection) -> None:
        self._known = {"today": campus.today, "strm": campus.term.strm}
        self._connection = connection
        for name, table in campus.tables.items():
            connection.register(name, table)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        known = {name: value for name, value in self._known.items() if f"${name}" in sql}
        return self._connection.execute(sql, known).fetchall()


@pytest.fixture(scope="module")
def today(campus: Campus) -> Iterator[Reader]:
    """The campus as it was built."""
    with duckdb.connect() as connection:
        yield Reader(campus, connection)


@pytest.fixture(scope="module")
def later(small_campus: Campus) -> Iterator[Reader]:
    """A small campus after five days of changes."""
    campus = small_campus
    for _ in range(5):
        campus, _changes = next_day(campus)
    with duckdb.connect() as connection:
        yield Reader(campus, connection)


@pytest.mark.parametrize("what", ORPHANS)
def test_nothing_points_at_a_row_that_is_not_there(what: str, today: Reader, later: Reader) -> None:
    """An inner join of a flow would drop such rows, and its golden file would call that right."""
    assert today.rows(ORPHANS[what]) == []
    assert later.rows(ORPHANS[what]) == []


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_tables_do_not_contradict_one_another(what: str, today: Reader, later: Reader) -> None:
    """Two flows that read the same fact from two tables would deliver two truths."""
    assert today.rows(CONTRADICTIONS[what]) == []
    assert later.rows(CONTRADICTIONS[what]) == []


@pytest.mark.parametrize("name", [name for name in TABLES if "EMPLID" in TABLES[name].schema.names])
def test_every_emplid_is_a_person(name: str, today: Reader) -> None:
    """A row of nobody cannot be delivered to anybody."""
    assert today.rows(f"SELECT EMPLID FROM {name} EXCEPT SELECT EMPLID FROM PS_PERSON") == []  # noqa: S608 - our own names


@pytest.mark.parametrize(
    ("what", "low", "high", "sql"),
    [
        ("students", 0.78, 0.82, "SELECT count(DISTINCT EMPLID) FROM PS_ACAD_PROG"),
        ("employees", 0.23, 0.27, "SELECT count(DISTINCT EMPLID) FROM PS_JOB"),
        (
            "student employees",
            0.06,
            0.1,
            "SELECT count(DISTINCT EMPLID) FROM PS_JOB SEMI JOIN PS_ACAD_PROG USING (EMPLID)",
        ),
        ("enrolled", 0.6, 0.72, "SELECT count(DISTINCT EMPLID) FROM PS_STDNT_ENRL WHERE STRM = $strm"),
        ("held", 0.03, 0.06, "SELECT count(*) FROM PS_PERSONAL_DATA WHERE FERPA = 'Y'"),
    ],
)
def test_proportions_are_those_of_a_university(
    what: str, low: float, high: float, sql: str, today: Reader
) -> None:
    """Limits of guards are tried out on this campus: with odd proportions they would be set wrong."""
    [(count,)] = today.rows(sql)
    [(people,)] = today.rows("SELECT count(*) FROM PS_PERSON")
    assert isinstance(count, int)
    assert isinstance(people, int)
    assert low <= count / people <= high, what


def test_students_take_four_to_five_classes(today: Reader) -> None:
    """Volumes of course feeds are judged by this campus."""
    [(mean,)] = today.rows("SELECT count(*) / count(DISTINCT EMPLID) FROM PS_STDNT_ENRL WHERE STRM = $strm")
    assert isinstance(mean, float)
    assert 4 <= mean <= 5
