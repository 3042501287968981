"""Every type there and back, and how it is described."""

# ruff: noqa: S608 - these tests are made of SQL

from datetime import date, timedelta
from decimal import Decimal

import oracledb
import pytest

from tests.sandbox.oracle.conftest import at

FIRST = {
    "p": 1,
    "i": "A00000001",
    "l": "O'Hara",
    "g": Decimal("3.875"),
    "b": Decimal("-12.50"),
    "n": Decimal("12345678.000125"),
    "d": at("1999-02-28 13:14:15"),
    "a": at("2026-01-02 03:04:05.678901"),
    "s": at("2026-01-02 03:04:05"),
    "f": "Y",
    "r": 0.1,
    "v": "é日本",
    "c": b"\x00\x01\xff",
}
INSERT = "INSERT INTO STUDENTS VALUES (:p, :i, :l, :g, :b, :n, :d, :a, :s, :f, :r, :v, :c)"


@pytest.fixture
def students(cursor: oracledb.Cursor) -> oracledb.Cursor:
    """Two students: one with every value, one with hardly any."""
    cursor.setinputsizes(a=oracledb.DB_TYPE_TIMESTAMP, r=oracledb.DB_TYPE_BINARY_DOUBLE)
    cursor.execute(INSERT, FIRST)
    cursor.execute(
        "INSERT INTO STUDENTS (PIDM, ID, LAST_NAME, BIRTH_DATE) VALUES (:1, :2, :3, :4)",
        [2, "A00000002", "Müller 日本", date(2001, 12, 31)],
    )
    return cursor


def test_all_types_come_back_as_they_went_in(students: oracledb.Cursor) -> None:
    """One wrong byte in an encoding shows as a wrong value."""
    students.execute("SELECT * FROM STUDENTS ORDER BY PIDM")
    first, second = students.fetchall()
    assert first == (
        1,
        "A00000001",
        "O'Hara",
        3.875,
        -12.5,
        12345678.000125,
        at("1999-02-28 13:14:15"),
        at("2026-01-02 03:04:05.678901"),
        at("2026-01-02 03:04:05"),
        "Y  ",
        0.1,
        "é日本",
        b"\x00\x01\xff",
    )
    assert second == (2, "A00000002", "Müller 日本", None, None, None, at("2001-12-31"), *[None] * 6)


def test_columns_are_described_with_name_type_precision_and_size(students: oracledb.Cursor) -> None:
    """A wrong description changes the types of a data frame without any error."""
    students.execute("SELECT * FROM STUDENTS")
    described = {
        column.name: (column.type_code.name, column.precision, column.scale, column.display_size)
        for column in students.description
    }
    assert described["PIDM"] == ("DB_TYPE_NUMBER", 8, 0, 9)
    assert described["GPA"] == ("DB_TYPE_NUMBER", 4, 3, 9)
    assert described["ANY_NUMBER"] == ("DB_TYPE_NUMBER", 0, -127, 127)
    assert described["ID"] == ("DB_TYPE_VARCHAR", None, None, 9)
    assert described["BIRTH_DATE"][0] == "DB_TYPE_DATE"
    assert described["ACTIVITY"][0] == "DB_TYPE_TIMESTAMP"
    assert described["SEEN"][0] == "DB_TYPE_TIMESTAMP_TZ"
    assert described["FLAG"][0] == "DB_TYPE_CHAR"
    assert described["NATIVE_NAME"][0] == "DB_TYPE_NVARCHAR"
    assert described["CARD"][0] == "DB_TYPE_RAW"


@pytest.mark.parametrize(
    ("expression", "kind", "precision"),
    [
        ("PIDM", "DB_TYPE_NUMBER", 8),
        ("PIDM + 1", "DB_TYPE_NUMBER", 0),
        ("MAX(PIDM)", "DB_TYPE_NUMBER", 0),
        ("CAST(MAX(PIDM) AS NUMBER(5))", "DB_TYPE_NUMBER", 5),
        ("NVL(MAX(LAST_NAME), 'x')", "DB_TYPE_VARCHAR", None),
        ("COUNT(*)", "DB_TYPE_NUMBER", 0),
        ("MAX(BIRTH_DATE) + 1", "DB_TYPE_DATE", None),
        ("MAX(BIRTH_DATE) - SYSDATE", "DB_TYPE_NUMBER", 0),
        ("'text'", "DB_TYPE_CHAR", None),
        ("NULL", "DB_TYPE_VARCHAR", None),
        ("SYSTIMESTAMP", "DB_TYPE_TIMESTAMP_TZ", 0),
    ],
)
def test_expressions_are_described_by_what_they_are(
    cursor: oracledb.Cursor, expression: str, kind: str, precision: int | None
) -> None:
    """A computed column must not inherit the precision of the column that it is computed from."""
    grouping = " GROUP BY PIDM" if expression.startswith("PIDM") else ""
    cursor.execute(f"SELECT {expression} X FROM STUDENTS{grouping}")
    assert (cursor.description[0].type_code.name, cursor.description[0].precision) == (kind, precision)


def test_unnamed_columns_are_called_by_their_text(cursor: oracledb.Cursor) -> None:
    """Data frames take their column names from here."""
    cursor.execute(
        """SELECT nvl(id,'x'), upper( id ), pidm+1, 'Lit', 1 "Mixed Case", 2 lower FROM students"""
    )
    names = [column.name for column in cursor.description]
    assert names == ["NVL(ID,'X')", "UPPER(ID)", "PIDM+1", "'LIT'", "Mixed Case", "LOWER"]


def test_a_parsed_statement_is_described_without_being_run(cursor: oracledb.Cursor) -> None:
    """Contracts are compared with queries in this way."""
    cursor.parse("SELECT PIDM, ID FROM STUDENTS WHERE PIDM = :p")
    assert [column.name for column in cursor.description] == ["PIDM", "ID"]


@pytest.mark.parametrize(
    "number",
    [
        0, 1, -1, 10, 99, 100, 101, -100, 10**17, -(10**17),
        Decimal("0.01"), Decimal("-0.001"), Decimal("1E+20"), Decimal("123456789012345678"), Decimal("-99999.999"),
        Decimal("0.00000001"), Decimal("1.10"), Decimal("100.5"), Decimal("-5000000"), Decimal("0.0000000001"),
    ],
)  # fmt: skip
def test_numbers_at_the_edges_of_their_encoding_survive(
    cursor: oracledb.Cursor, number: int | Decimal
) -> None:
    """Base-100 digits, exponents and complements each have a first and a last value."""
    cursor.outputtypehandler = lambda cursor, _: cursor.var(Decimal, arraysize=cursor.arraysize)
    cursor.execute("SELECT CAST(:v AS NUMBER) FROM DUAL", v=number)
    assert cursor.fetchone()[0] == number


@pytest.mark.parametrize("number", [Decimal("0.000000000012"), 12345678901234567890123456789012])
def test_a_number_that_would_be_rounded_is_refused(cursor: oracledb.Cursor, number: int | Decimal) -> None:
    """Rounded silently, it would be a wrong key or a wrong amount."""
    with pytest.raises(oracledb.DatabaseError, match=r"ORA-03001.*stand-in does not hold a number"):
        cursor.execute("INSERT INTO STUDENTS (PIDM, ID, ANY_NUMBER) VALUES (1, 'x', :n)", n=number)


def test_intervals_and_zoned_timestamps_travel(cursor: oracledb.Cursor) -> None:
    """Their encodings have an offset in the middle of the range."""
    span = timedelta(days=3, hours=-4, microseconds=250000)
    cursor.setinputsizes(t=oracledb.DB_TYPE_TIMESTAMP_TZ)
    cursor.execute("SELECT :s, :t FROM DUAL", s=span, t=at("2026-07-01 12:30:00.250000"))
    assert cursor.fetchone() == (span, at("2026-07-01 12:30:00.250000"))


def test_decimals_come_back_exact_when_asked_for(students: oracledb.Cursor) -> None:
    """Money must not pass through a float."""
    students.outputtypehandler = lambda cursor, _: cursor.var(Decimal, arraysize=cursor.arraysize)
    students.execute("SELECT GPA, BALANCE, PIDM FROM STUDENTS WHERE PIDM = 1")
    assert students.fetchone() == (Decimal("3.875"), Decimal("-12.5"), Decimal(1))


def test_rows_arrive_alike_whatever_the_size_of_a_fetch(cursor: oracledb.Cursor) -> None:
    """A row at the edge of two batches must not get lost or come twice."""
    cursor.execute(
        "CREATE TABLE MANY_ROWS (N NUMBER(9), GRP VARCHAR2(10), AMOUNT NUMBER(10,2), NOTE VARCHAR2(200))"
    )
    try:
        made = [
            (n, f"G{n // 100}", Decimal(n) / 4, None if n % 3 else "x" * (n % 200)) for n in range(10_500)
        ]
        cursor.executemany("INSERT INTO MANY_ROWS VALUES (:1, :2, :3, :4)", made)
        expected = [(n, group, float(amount), note or None) for n, group, amount, note in made]
        for size, where in ((1, "WHERE N < 50"), (7, "WHERE N < 300"), (1000, ""), (20_000, "")):
            cursor.arraysize, cursor.prefetchrows = size, min(size, 2)
            cursor.execute(f"SELECT * FROM MANY_ROWS {where} ORDER BY N")
            found = cursor.fetchall()
            assert found == expected[: len(found)]
            assert len(found) == {1: 50, 7: 300}.get(size, 10_500)
    finally:
        cursor.execute("DROP TABLE MANY_ROWS")


def test_two_cursors_are_read_in_turn(connection: oracledb.Connection) -> None:
    """Each has its own place in its own rows."""
    with connection.cursor() as first, connection.cursor() as second:
        first.arraysize = second.arraysize = 2
        first.execute("SELECT EMPLID, EFFDT FROM PS_ACAD_PROG ORDER BY EFFDT, EFFSEQ")
        second.execute("SELECT EMPLID, EFFDT FROM PS_ACAD_PROG ORDER BY EFFDT DESC, EFFSEQ DESC")
        up, down = [], []
        for _ in range(6):
            up.append(first.fetchone())
            down.append(second.fetchone())
    assert up == down[::-1]


def test_a_statement_is_run_again_with_other_binds(cursor: oracledb.Cursor) -> None:
    """The driver then sends a number instead of the text."""
    for emplid, count in (("0001", 4), ("0002", 2), ("9999", 0), ("0001", 4)):
        cursor.execute("SELECT EFFDT FROM PS_ACAD_PROG WHERE EMPLID = :e OR EMPLID = :e", e=emplid)
        assert len(cursor.fetchall()) == count
