"""Oracle's SQL: the right answers, where other databases give others."""

# ruff: noqa: S608 - these tests are made of SQL

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import oracledb
import pytest

from tests.sandbox.oracle.conftest import NOW, at

Evaluate = Callable[..., Any]

TEXTS = [
    ("CASE WHEN '' IS NULL THEN 1 ELSE 0 END", 1),
    ("'a' || NULL || 'b'", "ab"),
    ("NULL || NULL", None),
    ("CONCAT('a', NULL)", "a"),
    ("LENGTH('')", None),
    ("LENGTH('é日')", 2),
    ("SUBSTR('abcdef', 2, 3)", "bcd"),
    ("SUBSTR('abcdef', 0, 2)", "ab"),
    ("SUBSTR('abcdef', -3)", "def"),
    ("SUBSTR('abcdef', -3, 2)", "de"),
    ("SUBSTR('abcdef', -7)", None),
    ("SUBSTR('abcdef', 7)", None),
    ("SUBSTR('abcdef', 2, 0)", None),
    ("INSTR('a b c', ' ')", 2),
    ("INSTR('a b c', ' ', 3)", 4),
    ("INSTR('a b c', ' ', -1)", 4),
    ("INSTR('abc', 'x')", 0),
    ("LPAD('7', 3, '0')", "007"),
    ("LPAD('12345', 3, '0')", "123"),
    ("RPAD('a', 3) || '|'", "a  |"),
    ("RPAD('a', 0)", None),
    ("TRIM('  x ')", "x"),
    ("TRIM(' ')", None),
    ("TRIM(LEADING '0' FROM '007')", "7"),
    ("LTRIM('xxya', 'xy')", "a"),
    ("RTRIM('a  ')", "a"),
    ("REPLACE('abc', 'b')", "ac"),
    ("REPLACE('abc', NULL, 'x')", "abc"),
    ("REPLACE('b', 'b', '')", None),
    ("TRANSLATE('a-b', 'ab-', 'AB')", "AB"),
    ("INITCAP('o''hara mcDONALD-élan')", "O'Hara Mcdonald-Élan"),
    ("UPPER('straße é')", "STRAßE É"),
    ("CHR(10)", "\n"),
    ("NVL('', 'x')", "x"),
    ("NVL(NULL, 5)", 5),
    ("NVL('a', 5)", "a"),
    ("NVL2('a', 1, 2)", 1),
    ("NVL2(NULL, 1, 2)", 2),
    ("DECODE(NULL, NULL, 'both', 'else')", "both"),
    ("DECODE(2, 1, 'a', 2, 'b')", "b"),
    ("DECODE(3, 1, 'a', 2, 'b')", None),
    ("DECODE('x', 'x', NULL, 1)", None),
    ("DECODE('y', 'x', NULL, 1)", "1"),
    ("COALESCE(NULL, '', 'z')", "z"),
    ("NULLIF('a', 'a')", None),
    ("GREATEST('a', 'b')", "b"),
    ("GREATEST(1, NULL)", None),
    ("LEAST(3, 1, 2)", 1),
    ("REGEXP_REPLACE('a1b22', '[0-9]+', '#')", "a#b#"),
    ("REGEXP_REPLACE('Doe, Jo', '(\\w+), (\\w+)', '\\2 \\1')", "Jo Doe"),
    ("REGEXP_REPLACE('é-ü1', '[[:alpha:]]', 'x')", "x-x1"),
    ("REGEXP_REPLACE('é ü', '\\w', 'x')", "x x"),
    ("REGEXP_SUBSTR('a1b22', '[0-9]+', 1, 2)", "22"),
    ("q'[it's]'", "it's"),
    ("TO_CHAR(0.5)", ".5"),
    ("TO_CHAR(-0.50)", "-.5"),
    ("TO_CHAR(100)", "100"),
    ("'n' || 1.10", "n1.1"),
    ("TO_CHAR(5, 'FM000')", "005"),
    ("TO_CHAR(2.5, '990.00')", "   2.50"),
    ("TO_CHAR(-2.345, 'FM990.00')", "-2.35"),
    ("TO_CHAR(0.5, 'FM9.99')", ".5"),
    ("TO_CHAR(1234, 'FM000')", "####"),
    ("CAST('abcdef' AS VARCHAR2(3))", "abc"),
    ("CAST('a' AS CHAR(3)) || '|'", "a  |"),
    ("CASE WHEN CAST('a' AS CHAR(3)) = 'a' THEN 1 END", 1),
    ("CASE WHEN 'a' = 'a ' THEN 1 END", 1),
    ("CASE 2 WHEN 1 THEN 'x' WHEN 2 THEN 'y' END", "y"),
]
NUMBERS = [
    ("10 / 4", 2.5),
    ("7 / 2", 3.5),
    ("1 / 3", 1 / 3),
    ("CASE WHEN 1 / 3 * 3 = 1 THEN 1 ELSE 0 END", 0),
    ("CASE WHEN (SYSDATE - DATE '1999-12-31') / 365.25 >= 18 THEN 1 END", 1),
    ("ROUND(SUM(10 / 3 * 1000000) / COUNT(*) * 2.5 + 100000, 2)", 8433333.33),
    ("ROUND(2.675, 2)", 2.68),
    ("ROUND(267.5 / 100, 2)", 2.68),
    ("ROUND(-2.5)", -3),
    ("ROUND(1234.5, -2)", 1200),
    ("TRUNC(2.679, 2)", 2.67),
    ("TRUNC(-7.9)", -7),
    ("MOD(7, 3)", 1),
    ("MOD(-7, 3)", -1),
    ("MOD(7, 0)", 7),
    ("FLOOR(-1.5)", -2),
    ("CEIL(1.2)", 2),
    ("ABS(-3.5)", 3.5),
    ("SIGN(-3)", -1),
    ("99999999999 * 99999999999", 99999999999**2),
    ("0.1 + 0.2", 0.3),
    ("TO_NUMBER(' 12.5 ')", 12.5),
    ("'5' + 1", 6),
    ("-(-2)", 2),
    ("BITAND(6, 3)", 2),
]
DATES = [
    ("SYSDATE", NOW),
    ("TRUNC(SYSDATE)", at("2026-09-01")),
    ("TRUNC(SYSDATE, 'MM')", at("2026-09-01")),
    ("TRUNC(SYSDATE, 'Q')", at("2026-07-01")),
    ("TRUNC(SYSDATE, 'IW')", at("2026-08-31")),
    ("TRUNC(SYSDATE, 'HH24')", at("2026-09-01 10:00")),
    ("SYSDATE - 7", NOW - timedelta(days=7)),
    ("SYSDATE + 1 / 24", NOW + timedelta(hours=1)),
    ("SYSDATE + 10 / 1440", NOW + timedelta(minutes=10)),
    ("SYSDATE + INTERVAL '1' DAY", NOW + timedelta(days=1)),
    ("SYSDATE + NUMTODSINTERVAL(90, 'MINUTE')", NOW + timedelta(minutes=90)),
    ("TO_DATE('2024-03-01', 'YYYY-MM-DD') - DATE '2024-02-01'", 29),
    ("SYSDATE - TRUNC(SYSDATE)", (10 * 3600 + 11 * 60 + 12) / 86400),
    ("DATE '2024-02-29'", at("2024-02-29")),
    ("TIMESTAMP '2024-02-29 01:02:03.5'", at("2024-02-29 01:02:03.500000")),
    ("TO_DATE('29-FEB-2024 13:05', 'DD-MON-YYYY HH24:MI')", at("2024-02-29 13:05")),
    ("TO_DATE('01-JAN-49', 'DD-MON-RR')", at("2049-01-01")),
    ("TO_DATE('01-JAN-50', 'DD-MON-RR')", at("1950-01-01")),
    ("TO_DATE('01-JAN-99', 'DD-MON-YY')", at("2099-01-01")),
    (
        "TO_TIMESTAMP('2024-01-01 10:11:12.123', 'YYYY-MM-DD HH24:MI:SS.FF')",
        at("2024-01-01 10:11:12.123000"),
    ),
    ("ADD_MONTHS(DATE '2024-01-31', 1)", at("2024-02-29")),
    ("ADD_MONTHS(DATE '2024-02-29', 1)", at("2024-03-31")),
    ("ADD_MONTHS(DATE '2024-03-15', -1)", at("2024-02-15")),
    ("LAST_DAY(SYSDATE)", at("2026-09-30 10:11:12")),
    ("NEXT_DAY(DATE '2026-09-01', 'TUESDAY')", at("2026-09-08")),
    ("NEXT_DAY(DATE '2026-09-01', 'FRI')", at("2026-09-04")),
    ("MONTHS_BETWEEN(DATE '2024-03-15', DATE '2024-01-15')", 2),
    ("MONTHS_BETWEEN(DATE '2024-02-29', DATE '2024-01-31')", 1),
    ("ROUND(MONTHS_BETWEEN(DATE '2024-03-15', DATE '2024-01-31'), 4)", 1.4839),
    ("EXTRACT(YEAR FROM SYSDATE)", 2026),
    ("EXTRACT(SECOND FROM TIMESTAMP '2024-01-01 00:00:01.5')", 1.5),
    ("TO_CHAR(SYSDATE, 'YYYY-MM-DD HH24:MI:SS')", "2026-09-01 10:11:12"),
    ("TO_CHAR(SYSDATE, 'DD-MON-YY')", "01-SEP-26"),
    ("TO_CHAR(SYSDATE, 'Mon FMDD, YYYY')", "Sep 1, 2026"),
    ("TO_CHAR(SYSDATE, 'Month') || '|'", "September|"),
    ("TO_CHAR(DATE '2024-05-05', 'MONTH') || '|'", "MAY      |"),
    ("TO_CHAR(SYSDATE, 'FMDay') || '|'", "Tuesday|"),
    ("TO_CHAR(SYSDATE, 'HH:MI AM')", "10:11 AM"),
    ("TO_CHAR(SYSDATE, 'YYYY\"T\"Q')", "2026T3"),
    ("TO_CHAR(SYSTIMESTAMP, 'SS.FF3')", "12.000"),
    ("CAST(TIMESTAMP '2024-01-01 00:00:00.9' AS DATE)", at("2024-01-01")),
]


@pytest.mark.parametrize(("expression", "expected"), TEXTS)
def test_functions_on_text_follow_oracle(value: Evaluate, expression: str, expected: object) -> None:
    """Above all: no text is NULL, and NULL joined to text is the text."""
    assert value(expression) == expected


@pytest.mark.parametrize(("expression", "expected"), NUMBERS)
def test_arithmetic_is_decimal_and_exact(value: Evaluate, expression: str, expected: float) -> None:
    """A grade average rounded through a binary float is wrong in its last place."""
    assert value(expression) == expected


@pytest.mark.parametrize(("expression", "expected"), DATES)
def test_dates_have_a_time_of_day_and_count_in_days(
    value: Evaluate, expression: str, expected: object
) -> None:
    """SYSDATE compared with midnight dates is a common defect of extracts: it has to show."""
    assert value(expression) == expected


def test_nulls_sort_last_going_up_and_first_going_down(rows: Evaluate) -> None:
    """Most other databases sort them the other way round."""
    source = "(SELECT 1 N FROM DUAL UNION ALL SELECT NULL FROM DUAL UNION ALL SELECT 2 FROM DUAL)"
    assert rows(f"SELECT N FROM {source} ORDER BY N") == [1, 2, None]
    assert rows(f"SELECT N FROM {source} ORDER BY N DESC") == [None, 2, 1]
    assert rows(f"SELECT N FROM {source} ORDER BY 1 DESC NULLS LAST") == [2, 1, None]
    ranked = f"SELECT N FROM (SELECT N, ROW_NUMBER() OVER (ORDER BY N DESC) R FROM {source}) WHERE R = 1"
    assert rows(ranked) == [None]


CURRENT_BY_SUBQUERY = """
    SELECT P.EMPLID, P.ACAD_CAREER, P.PROG_STATUS
      FROM PS_ACAD_PROG P
     WHERE P.EFFDT = (SELECT MAX(D.EFFDT) FROM PS_ACAD_PROG D
                       WHERE D.EMPLID = P.EMPLID AND D.ACAD_CAREER = P.ACAD_CAREER AND D.EFFDT <= :as_of)
       AND P.EFFSEQ = (SELECT MAX(S.EFFSEQ) FROM PS_ACAD_PROG S
                        WHERE S.EMPLID = P.EMPLID AND S.ACAD_CAREER = P.ACAD_CAREER AND S.EFFDT = P.EFFDT)
     ORDER BY 1, 2"""
CURRENT_BY_RANK = """
    WITH RANKED AS (
        SELECT P.*, ROW_NUMBER() OVER (PARTITION BY EMPLID, ACAD_CAREER ORDER BY EFFDT DESC, EFFSEQ DESC) RN
          FROM SIS.PS_ACAD_PROG P WHERE EFFDT <= :as_of)
    SELECT EMPLID, ACAD_CAREER, PROG_STATUS FROM RANKED WHERE RN = 1 ORDER BY EMPLID, ACAD_CAREER"""


@pytest.mark.parametrize("query", [CURRENT_BY_SUBQUERY, CURRENT_BY_RANK])
def test_both_effective_date_idioms_find_the_current_rows(rows: Evaluate, query: str) -> None:
    """PeopleSoft extracts live on these two; future-dated rows and a second row of one day must not show."""
    assert rows(query, as_of=at("2026-09-01")) == [
        ("0001", "GRAD", "AC"),
        ("0001", "UGRD", "LA"),
        ("0002", "UGRD", "AC"),
    ]
    assert rows(query, as_of=at("2021-09-01")) == [("0001", "UGRD", "AC"), ("0002", "UGRD", "AC")]


def test_a_blank_is_a_value_and_only_trimming_makes_it_null(rows: Evaluate) -> None:
    """PeopleSoft writes one space for no value."""
    assert rows("SELECT NVL(TRIM(ACAD_PROG), '?') FROM PS_ACAD_PROG WHERE ACAD_PROG = ' '") == ["?"]
    assert rows("SELECT COUNT(*) FROM PS_ACAD_PROG WHERE ACAD_PROG IS NULL") == [0]
    assert rows("SELECT COUNT(*) FROM PS_ACAD_PROG WHERE ACAD_PROG = ''") == [0]


def test_aggregates_and_analytic_functions_count_as_oracle_does(rows: Evaluate) -> None:
    """Lists, averages and running sums of extracts."""
    assert rows(
        "SELECT LISTAGG(ACAD_PROG, ',') WITHIN GROUP (ORDER BY EFFDT DESC) FROM PS_ACAD_PROG WHERE EMPLID = '0002'"
    ) == ["ENGR,ENGR"]
    assert rows("SELECT LISTAGG(DISTINCT EMPLID, ';') WITHIN GROUP (ORDER BY EMPLID) FROM PS_ACAD_PROG") == [
        "0001;0002"
    ]
    assert rows("SELECT AVG(EFFSEQ) FROM PS_ACAD_PROG") == [1 / 6]
    assert rows("SELECT COUNT(*), COUNT(TRIM(ACAD_PROG)), COUNT(DISTINCT EMPLID) FROM PS_ACAD_PROG") == [
        (6, 5, 2)
    ]
    assert rows("SELECT EMPLID, COUNT(*) FROM PS_ACAD_PROG GROUP BY EMPLID HAVING COUNT(*) > 2") == [
        ("0001", 4)
    ]
    running = "SELECT SUM(EFFSEQ + 1) OVER (ORDER BY EFFDT, EFFSEQ), LAG(EMPLID, 1, '-') OVER (ORDER BY EFFDT, EFFSEQ) FROM PS_ACAD_PROG ORDER BY 1 FETCH FIRST 2 ROWS ONLY"
    assert rows(running) == [(1, "-"), (2, "0001")]


def test_set_operations_have_one_rank_and_run_from_left_to_right(rows: Evaluate) -> None:
    """Elsewhere INTERSECT binds tighter, and the answer is another."""
    one, two = "SELECT 1 FROM DUAL", "SELECT 2 FROM DUAL"
    assert rows(f"{one} UNION {two} INTERSECT {two}") == [2]
    assert rows(f"{one} UNION ALL {one} MINUS {two}") == [1]
    assert rows(f"{one} UNION ALL ({two} UNION ALL {two} MINUS {one}) ORDER BY 1 DESC") == [2, 1]


def test_rownum_counts_before_sorting_and_after_filtering(rows: Evaluate) -> None:
    """A top-n query is only right with the sorting inside."""
    ordered = "(SELECT EMPLID, EFFDT FROM PS_ACAD_PROG ORDER BY EFFDT DESC)"
    assert rows(f"SELECT EXTRACT(YEAR FROM EFFDT) FROM {ordered} WHERE ROWNUM <= 2") == [2030, 2024]
    assert rows(f"SELECT EXTRACT(YEAR FROM EFFDT) FROM {ordered} WHERE EMPLID = '0001' AND ROWNUM < 3") == [
        2024,
        2022,
    ]
    page = f"SELECT Y FROM (SELECT EXTRACT(YEAR FROM Q.EFFDT) Y, ROWNUM RN FROM {ordered} Q WHERE ROWNUM <= 3) WHERE RN > 1"
    assert rows(page) == [2024, 2022]
    assert rows("SELECT COUNT(*) FROM PS_ACAD_PROG WHERE ROWNUM <= 4") == [4]
    assert rows("SELECT EMPLID FROM PS_ACAD_PROG WHERE ROWNUM = 1 ORDER BY EFFDT DESC") == ["0001"]


def test_joins_exists_and_in_work_on_several_columns(rows: Evaluate) -> None:
    """An outer join keeps rows without a partner; a condition in ON is no condition in WHERE."""
    joined = """
        SELECT DISTINCT A.EMPLID, B.PROG_STATUS FROM PS_ACAD_PROG A
          LEFT JOIN PS_ACAD_PROG B ON B.EMPLID = A.EMPLID AND B.PROG_STATUS = 'LA' ORDER BY 1"""
    assert rows(joined) == [("0001", "LA"), ("0002", None)]
    assert rows("SELECT COUNT(*) FROM PS_ACAD_PROG A, PS_ACAD_PROG B WHERE A.EMPLID = B.EMPLID") == [20]
    latest = "SELECT EMPLID, MAX(EFFDT) FROM PS_ACAD_PROG GROUP BY EMPLID"
    assert rows(f"SELECT COUNT(*) FROM PS_ACAD_PROG WHERE (EMPLID, EFFDT) IN ({latest})") == [2]
    exists = "SELECT 1 FROM PS_ACAD_PROG B WHERE B.EMPLID = A.EMPLID AND B.ACAD_CAREER = 'GRAD'"
    assert rows(f"SELECT DISTINCT EMPLID FROM PS_ACAD_PROG A WHERE NOT EXISTS ({exists})") == ["0002"]
    assert rows("SELECT COUNT(*) FROM PS_ACAD_PROG WHERE EMPLID NOT IN ('0001', NULL)") == [0]


def test_text_and_numbers_meet_as_numbers(rows: Evaluate) -> None:
    """Oracle converts the text, and fails on text that is no number."""
    assert rows("SELECT DISTINCT EMPLID FROM PS_ACAD_PROG WHERE EMPLID = 1") == ["0001"]
    assert rows("SELECT DISTINCT EMPLID FROM PS_ACAD_PROG WHERE EFFSEQ = '1'") == ["0001"]
    assert rows("SELECT DISTINCT EMPLID FROM PS_ACAD_PROG WHERE EMPLID IN (SELECT 2 FROM DUAL)") == ["0002"]
    assert rows("SELECT DISTINCT EMPLID FROM PS_ACAD_PROG WHERE EMPLID = ANY (SELECT 2 FROM DUAL)") == [
        "0002"
    ]
    assert rows("SELECT COUNT(*) FROM PS_ACAD_PROG WHERE EFFSEQ IN (SELECT '1' FROM DUAL)") == [1]


def test_regular_expressions_and_patterns_select_rows(rows: Evaluate) -> None:
    """Case matters unless it is said not to."""
    assert rows("SELECT DISTINCT EMPLID FROM PS_ACAD_PROG WHERE REGEXP_LIKE(ACAD_PROG, '^eng', 'i')") == [
        "0002"
    ]
    assert rows("SELECT DISTINCT EMPLID FROM PS_ACAD_PROG WHERE REGEXP_LIKE(ACAD_PROG, '^eng')") == []
    assert rows("SELECT DISTINCT EMPLID FROM PS_ACAD_PROG WHERE ACAD_PROG LIKE 'E_G%'") == ["0002"]
    assert rows("SELECT 1 FROM DUAL WHERE 'a%b' LIKE 'a!%b' ESCAPE '!'") == [1]


def test_comments_and_hints_change_nothing(rows: Evaluate) -> None:
    """A colon or a quote in a comment is no bind and no text."""
    sql = "SELECT /*+ FULL(P) */ ':x' -- it's :not a bind\n FROM DUAL /* nor ':this' */"
    assert rows(sql) == [":x"]


def test_sqlalchemy_and_pandas_find_their_way(oracle: Any) -> None:
    """They ask dictionary views and PL/SQL on their own account."""
    import pandas as pd
    import sqlalchemy as sa

    url = f"oracle+oracledb://sis:secret@127.0.0.1:{oracle.server.port}/?service_name=CAMPUS"
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert connection.get_isolation_level() == "READ COMMITTED"
        inspector = sa.inspect(connection)
        assert inspector.has_table("ps_acad_prog")
        assert not inspector.has_table("nope")
        table = sa.table("ps_acad_prog", sa.column("emplid"), sa.column("effdt"))
        query = sa.select(table.c.emplid).where(table.c.emplid.in_(["0002"])).order_by(table.c.effdt).limit(1)
        assert connection.execute(query).all() == [("0002",)]
        frame = pd.read_sql(
            sa.text("SELECT emplid, effdt FROM ps_acad_prog WHERE effseq < :s"), connection, params={"s": 1}
        )
    engine.dispose()
    assert list(frame.columns) == ["emplid", "effdt"]
    assert len(frame) == 5


@pytest.mark.parametrize(
    "sql", ["BEGIN NULL; END;", "BEGIN DBMS_APPLICATION_INFO.SET_MODULE('a', 'b'); END;"]
)
def test_blocks_without_effect_are_accepted(cursor: oracledb.Cursor, sql: str) -> None:
    """Pools and monitoring send them."""
    cursor.execute(sql)
