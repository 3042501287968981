"""What is wrong is named with its place, and what cannot be run as Oracle would is refused, never guessed."""

from collections.abc import Callable
from typing import Any

import oracledb
import pytest

Failure = Callable[..., Any]

WRONG = [
    ("SELECT * FROM NO_SUCH_TABLE", 942, "NO_SUCH_TABLE"),
    ("SELECT * FROM OTHER.PS_ACAD_PROG", 942, "OTHER"),
    ("SELECT EMPLID,\n  NOPE FROM PS_ACAD_PROG", 904, "NOPE"),
    ("SELECT P.NOPE FROM PS_ACAD_PROG P", 904, "P.NOPE"),
    ("SELECT PS_ACAD_PROG.EMPLID FROM PS_ACAD_PROG P", 904, "PS_ACAD_PROG.EMPLID"),
    ("SELECT EMPLID E FROM PS_ACAD_PROG WHERE E = '1'", 904, "E ="),
    ("SELECT EMPLID FROM PS_ACAD_PROG A, PS_ACAD_PROG B", 918, "EMPLID"),
    ("SELECT LEFT(EMPLID, 2) FROM PS_ACAD_PROG", 904, ""),
    ("SELEKT 1 FROM DUAL", 900, ""),
    ("SELECT FROM DUAL", 936, "FROM"),
    ("SELECT EMPLID,, EFFDT FROM PS_ACAD_PROG", 936, ", EFFDT"),
    ("SELECT 1", 923, ""),
    ("SELECT 1 FROM DUAL WHERE 1 = 1 1", 933, "1"),
    ("SELECT 1 FROM DUAL;", 933, ";"),
    ("SELECT 1 FROM DUAL AS D", 933, "D"),
    ("SELECT 1 FROM DUAL LIMIT 1", 933, ""),
    ("SELECT (1 FROM DUAL", 907, "FROM"),
    ("SELECT EMPLID, COUNT(*) FROM PS_ACAD_PROG", 979, ""),
    ("SELECT EMPLID FROM PS_ACAD_PROG WHERE COUNT(*) > 1", 934, ""),
    ("SELECT 1 / 0 FROM DUAL", 1476, ""),
    ("SELECT TO_NUMBER('abc') FROM DUAL", 1722, ""),
    ("SELECT TO_DATE('2024-13-01', 'YYYY-MM-DD') FROM DUAL", 1861, ""),
    ("SELECT (SELECT EMPLID FROM PS_ACAD_PROG) FROM DUAL", 1427, ""),
    ("SELECT EMPLID FROM PS_ACAD_PROG WHERE EFFDT = 5", 932, ""),
    ("SELECT CASE WHEN 1 = 1 THEN 1 ELSE 'x' END FROM DUAL", 932, ""),
    ("SELECT 1 FROM DUAL UNION SELECT 'x' FROM DUAL", 1790, ""),
    ("SELECT 1 FROM DUAL UNION SELECT 1, 2 FROM DUAL", 1789, ""),
    ("SELECT DISTINCT EMPLID FROM PS_ACAD_PROG ORDER BY EFFDT", 1791, ""),
    ("SELECT SYSDATE + SYSDATE FROM DUAL", 975, ""),
    ("SELECT EXTRACT(HOUR FROM SYSDATE) FROM DUAL", 30076, ""),
    ("SELECT *, 1 FROM DUAL", 923, ""),
    ("SELECT 1 FROM PS_ACAD_PROG A, (SELECT 1 X FROM DUAL WHERE A.EFFSEQ = 1) B", 904, "A.EFFSEQ"),
    ("SELECT 1 FROM DUAL WHERE EMPLID", 920, ""),
]
REFUSED = [
    "SELECT A.EMPLID FROM PS_ACAD_PROG A, PS_ACAD_PROG B WHERE A.EMPLID = B.EMPLID(+)",
    "SELECT EMPLID FROM PS_ACAD_PROG FOR UPDATE NOWAIT",
    "SELECT LEVEL FROM DUAL CONNECT BY LEVEL <= 3",
    "SELECT SEQ.NEXTVAL FROM DUAL",
    "SELECT ROWID FROM PS_ACAD_PROG",
    "SELECT EMPLID FROM PS_ACAD_PROG WHERE ROWNUM > 1",
    "SELECT EMPLID FROM PS_ACAD_PROG WHERE ROWNUM <= 2 OR EFFSEQ = 1",
    "SELECT EMPLID FROM PS_ACAD_PROG WHERE EFFDT > '01-JAN-2020'",
    "SELECT EMPLID || EFFDT FROM PS_ACAD_PROG",
    "SELECT TO_CHAR(EFFDT) FROM PS_ACAD_PROG",
    "SELECT TO_CHAR(SYSDATE, 'D') FROM DUAL",
    "SELECT TO_CHAR(SYSDATE, 'SSSSS') FROM DUAL",
    "SELECT TO_CHAR(1234.5, '9,999.00') FROM DUAL",
    "SELECT TO_DATE('01-JAN-24') FROM DUAL",
    "SELECT TO_DATE('10:00', 'HH24:MI') FROM DUAL",
    "SELECT TO_DATE(SYSDATE, 'YYYY-MM-DD') FROM DUAL",
    "SELECT TIMESTAMP '2026-07-01 12:00:00 +05:00' FROM DUAL",
    "SELECT MAX(EFFDT) KEEP (DENSE_RANK LAST ORDER BY EFFSEQ) FROM PS_ACAD_PROG",
    "SELECT EMPLID FROM PS_ACAD_PROG GROUP BY ROLLUP(EMPLID)",
    "SELECT EMPLID FROM PS_ACAD_PROG GROUP BY 1",
    "SELECT * FROM PS_ACAD_PROG NATURAL JOIN DUAL",
    "SELECT 1 FROM PS_ACAD_PROG A JOIN PS_ACAD_PROG B USING (EMPLID)",
    "SELECT EMPLID FROM PS_ACAD_PROG FETCH FIRST 2 ROWS WITH TIES",
    "SELECT EMPLID FROM PS_ACAD_PROG SAMPLE (10)",
    "SELECT * FROM PS_ACAD_PROG PIVOT (MAX(EFFDT) FOR ACAD_CAREER IN ('UGRD'))",
    "SELECT EMPLID FROM PS_ACAD_PROG AS OF TIMESTAMP SYSDATE",
    "SELECT EMPLID FROM PS_ACAD_PROG@REMOTE",
    "SELECT 1 FROM DUAL WHERE (1, 2) NOT IN (SELECT 1, 2 FROM DUAL)",
    "SELECT REGEXP_SUBSTR('aa', '(a)\\1') FROM DUAL",
    "SELECT REGEXP_REPLACE('ab', 'a|ab', 'x') FROM DUAL",
    "SELECT INSTR('aaa', 'a', 1, 2) FROM DUAL",
    "SELECT 1.5D FROM DUAL",
    "WITH T (N) AS (SELECT 1 FROM DUAL UNION ALL SELECT N + 1 FROM T WHERE N < 3) SELECT N FROM T",
    "CREATE TABLE T (A NUMBER REFERENCES PS_ACAD_PROG(EMPLID))",
    "CREATE TABLE T (A NUMBER GENERATED ALWAYS AS IDENTITY)",
    "CREATE TABLE T (A FLOAT)",
    "CREATE TABLE T (A LONG)",
    "CREATE TABLE T (A TIMESTAMP(9))",
    "CREATE VIEW V AS SELECT 1 X FROM DUAL",
    "CREATE SEQUENCE SEQ",
    "CREATE INDEX I ON PS_ACAD_PROG (EMPLID)",
    "ALTER TABLE PS_ACAD_PROG ADD (X NUMBER)",
    "ALTER SESSION SET NLS_SORT = 'GERMAN'",
    "ALTER SESSION SET TIME_ZONE = '-07:00'",
    "UPDATE PS_ACAD_PROG SET (EFFSEQ, EMPLID) = (SELECT 1, '1' FROM DUAL)",
    "SET TRANSACTION READ ONLY",
]


@pytest.mark.parametrize(("sql", "code", "place"), WRONG)
def test_an_error_has_oracles_number_and_points_at_its_place(
    failure: Failure, sql: str, code: int, place: str
) -> None:
    """The place is what makes a line and a column of an error message."""
    error = failure(sql)
    assert error.code == code
    if place:
        assert sql[error.offset :].startswith(place)


@pytest.mark.parametrize("sql", REFUSED)
def test_sql_that_the_stand_in_does_not_run_is_refused_in_so_many_words(failure: Failure, sql: str) -> None:
    """A wrong answer here would be a wrong delivery there."""
    error = failure(sql)
    assert error.code == 3001
    assert "the stand-in does not" in error.message


def test_a_harmless_session_setting_is_accepted(cursor: oracledb.Cursor) -> None:
    """Nothing here depends on the date format, so setting it changes no answer."""
    cursor.execute("ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD'")


def test_blocks_with_an_effect_are_refused(failure: Failure) -> None:
    """PL/SQL is not run at all."""
    error = failure("BEGIN DELETE FROM PS_ACAD_PROG; END;")
    assert error.code == 6550


def test_a_scrollable_cursor_is_refused(connection: oracledb.Connection) -> None:
    """Answered as a plain one it would read the wrong rows."""
    with (
        pytest.raises(oracledb.DatabaseError, match="ORA-03001"),
        connection.cursor(scrollable=True) as cursor,
    ):
        cursor.execute("SELECT 1 FROM DUAL")


def test_an_error_never_quotes_a_value(failure: Failure) -> None:
    """Messages go to logs and mailboxes; values of people do not."""
    error = failure("SELECT TO_NUMBER(:secret) FROM DUAL", secret="123-45-678X")
    assert "123-45" not in error.message


def test_the_session_works_on_after_each_error(cursor: oracledb.Cursor, failure: Failure) -> None:
    """The binds behind a wrong statement have to be read all the same."""
    failure("SELECT EMPLID FROM NOPE WHERE A = :a AND B = :b", a="x" * 5000, b=1)
    failure("SELEKT :a FROM DUAL", a=1)
    assert cursor.execute("SELECT 1 FROM DUAL").fetchone() == (1,)
