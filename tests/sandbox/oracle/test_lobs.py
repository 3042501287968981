"""CLOB and BLOB: as locators, as plain values and as binds."""

# ruff: noqa: S608 - these tests are made of SQL

from collections.abc import Iterator

import oracledb
import pytest

from tests.sandbox.oracle.conftest import Running

LONG_TEXT = "é日x" * 40_000
ROWS = [(1, "short", b"\x00\x01"), (2, LONG_TEXT, b"z" * 100_000), (3, None, None), (4, "y" * 50_000, None)]


@pytest.fixture(scope="module")
def notes(oracle: Running) -> Iterator[oracledb.Connection]:
    """Four notes: short, long, missing, and long without a declared type."""
    oracle.database.create_table("SIS", "CREATE TABLE NOTES (ID NUMBER(5), BODY CLOB, IMAGE BLOB)")
    with oracle.connect() as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO NOTES VALUES (1, :b, :i)", b="short", i=b"\x00\x01")
        cursor.setinputsizes(b=oracledb.DB_TYPE_CLOB, i=oracledb.DB_TYPE_BLOB)
        cursor.execute("INSERT INTO NOTES VALUES (2, :b, :i)", b=LONG_TEXT, i=b"z" * 100_000)
        cursor.setinputsizes(b=None, i=None)
        cursor.execute("INSERT INTO NOTES VALUES (3, :b, :i)", b=None, i=None)
        cursor.execute("INSERT INTO NOTES VALUES (4, :b, NULL)", b="y" * 50_000)
        connection.commit()
        yield connection


def test_lobs_come_as_values_when_asked_for(notes: oracledb.Connection) -> None:
    """The second run uses the cursor of the first, with its defines."""
    with notes.cursor() as cursor:
        for _ in range(2):
            cursor.execute("SELECT ID, BODY, IMAGE FROM NOTES ORDER BY ID", fetch_lobs=False)
            assert cursor.fetchall() == ROWS


def test_lobs_come_as_locators_that_are_read_in_parts(notes: oracledb.Connection) -> None:
    """Offsets and lengths count characters."""
    with notes.cursor() as cursor:
        cursor.execute("SELECT BODY, IMAGE FROM NOTES ORDER BY ID")
        found = cursor.fetchall()
        body, image = found[1]
        assert body.size() == len(LONG_TEXT)
        assert body.read() == LONG_TEXT
        assert found[0][0].read(2, 3) == "hor"
        assert image.read(1, 3) == b"zzz"
        assert found[2] == (None, None)


def test_a_temporary_lob_is_filled_and_bound(notes: oracledb.Connection) -> None:
    """Large values are bound in this way by programs that stream them."""
    with notes.cursor() as cursor:
        lob = notes.createlob(oracledb.DB_TYPE_CLOB)
        lob.write("first ")
        lob.write("secönd", 7)
        lob.trim(9)
        cursor.execute("INSERT INTO NOTES (ID, BODY) VALUES (9, :b)", b=lob)
        cursor.execute("SELECT BODY FROM NOTES WHERE ID = 9", fetch_lobs=False)
        assert cursor.fetchone() == ("first sec",)
        notes.rollback()


def test_a_clob_is_no_key(notes: oracledb.Connection) -> None:
    """Oracle does not compare, sort or group by a CLOB."""
    with notes.cursor() as cursor:
        for sql in ("WHERE BODY = 'x'", "ORDER BY BODY", "GROUP BY BODY"):
            with pytest.raises(oracledb.DatabaseError, match="ORA-00932"):
                cursor.execute(f"SELECT COUNT(*) FROM NOTES {sql}")
        with pytest.raises(oracledb.DatabaseError, match="ORA-00932"):
            cursor.execute("SELECT DISTINCT BODY FROM NOTES")
