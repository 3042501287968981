"""Changes and transactions: what is kept, what is undone, and how many rows it was."""

# ruff: noqa: S608 - these tests are made of SQL

from collections.abc import Callable, Iterator
from typing import Any

import oracledb
import pyarrow as pa
import pytest

from common.sandbox.oracle import OracleError
from tests.sandbox.oracle.conftest import Running


@pytest.fixture
def items(oracle: Running, cursor: oracledb.Cursor) -> Iterator[oracledb.Cursor]:
    """An empty table of items."""
    oracle.database.create_table(
        "SIS",
        """CREATE TABLE ITEMS (ID NUMBER(5) NOT NULL, NAME VARCHAR2(5) NOT NULL, PRICE NUMBER(6,2) DEFAULT 1,
           BOUGHT DATE DEFAULT SYSDATE, CODE CHAR(2), CONSTRAINT ITEMS_PK PRIMARY KEY (ID), CHECK (PRICE >= 0))""",
    )
    yield cursor
    cursor.execute("DROP TABLE ITEMS")


def ids(cursor: oracledb.Cursor) -> list[int]:
    """The items there are, as this session sees them."""
    return [row[0] for row in cursor.execute("SELECT ID FROM ITEMS ORDER BY ID")]


def test_changes_are_seen_by_others_only_after_the_commit(oracle: Running, items: oracledb.Cursor) -> None:
    """A dirty read would let a test pass that production fails."""
    with oracle.connect() as other, other.cursor() as reader:
        items.execute("INSERT INTO ITEMS (ID, NAME) VALUES (1, 'one')")
        assert items.connection.transaction_in_progress
        assert ids(items) == [1]
        assert ids(reader) == []
        items.connection.commit()
        assert not items.connection.transaction_in_progress
        assert ids(reader) == [1]
        items.execute("DELETE FROM ITEMS")
        items.connection.rollback()
        assert ids(items) == [1]


def test_a_failing_statement_undoes_itself_and_nothing_before_it(items: oracledb.Cursor) -> None:
    """Elsewhere one error ends the whole transaction."""
    items.execute("INSERT INTO ITEMS (ID, NAME) VALUES (1, 'one')")
    with pytest.raises(oracledb.IntegrityError, match="ORA-00001"):
        items.execute(
            "INSERT INTO ITEMS (ID, NAME) SELECT 3 - ROWNUM, 'x' FROM PS_ACAD_PROG WHERE ROWNUM <= 2"
        )
    assert ids(items) == [1]
    items.connection.commit()
    assert ids(items) == [1]


def test_savepoints_bring_back_an_earlier_state(items: oracledb.Cursor) -> None:
    """Everything after the savepoint goes, everything before it stays."""
    for number in (1, 2, 3):
        items.execute("INSERT INTO ITEMS (ID, NAME) VALUES (:n, 'x')", n=number)
        items.execute(f"SAVEPOINT S{number}")
    items.execute("ROLLBACK TO SAVEPOINT S2")
    assert ids(items) == [1, 2]
    with pytest.raises(oracledb.DatabaseError, match="ORA-01086"):
        items.execute("ROLLBACK TO S3")


def test_a_locked_table_is_one_that_there_is(items: oracledb.Cursor) -> None:
    """A load locks the table that it replaces; the misspelt one has to be told there."""
    items.execute('LOCK TABLE "SIS"."ITEMS" IN EXCLUSIVE MODE WAIT 300')
    assert items.connection.transaction_in_progress
    items.execute("LOCK TABLE ITEMS IN SHARE ROW EXCLUSIVE MODE NOWAIT")
    with pytest.raises(oracledb.DatabaseError, match="ORA-00942"):
        items.execute("LOCK TABLE NOPE IN EXCLUSIVE MODE")


def test_autocommit_keeps_each_change_at_once(oracle: Running, items: oracledb.Cursor) -> None:
    """The commit rides on the execute."""
    items.connection.autocommit = True
    items.execute("INSERT INTO ITEMS (ID, NAME) VALUES (1, 'one')")
    items.connection.autocommit = False
    with oracle.connect() as other, other.cursor() as reader:
        assert ids(reader) == [1]


def test_row_counts_are_those_of_each_statement(items: oracledb.Cursor) -> None:
    """Loads compare them with what they sent."""
    items.executemany("INSERT INTO ITEMS (ID, NAME) VALUES (:1, :2)", [(n, f"n{n}") for n in range(200)])
    assert items.rowcount == 200
    items.executemany("UPDATE ITEMS SET PRICE = :1 WHERE ID = :2", [(1.5, 1), (2.5, 2), (3.5, 777)])
    assert items.rowcount == 2
    items.executemany("DELETE FROM ITEMS WHERE ID < :1", [(10,), (10,), (15,)], arraydmlrowcounts=True)
    assert items.getarraydmlrowcounts() == [10, 0, 5]


def test_batch_errors_name_the_wrong_rows_and_keep_the_others(items: oracledb.Cursor) -> None:
    """A load reports its bad rows and goes on."""
    rows = [(1, "a"), (1, "dup"), (2, "b"), (3, "far too long"), (4, None), (5, "e")]
    items.executemany("INSERT INTO ITEMS (ID, NAME) VALUES (:1, :2)", rows, batcherrors=True)
    found = [(error.offset, error.full_code) for error in items.getbatcherrors()]
    assert found == [(1, "ORA-00001"), (3, "ORA-12899"), (4, "ORA-01400")]
    assert ids(items) == [1, 2, 5]


def test_without_batch_errors_the_first_wrong_row_is_named(items: oracledb.Cursor) -> None:
    """Its number is the offset of the error."""
    with pytest.raises(oracledb.IntegrityError) as caught:
        items.executemany("INSERT INTO ITEMS (ID, NAME) VALUES (:1, :2)", [(1, "a"), (2, "b"), (1, "c")])
    assert caught.value.args[0].offset == 2


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ("1, NULL, 1, NULL, NULL", 1400),
        ("1, 'toolong', 1, NULL, NULL", 12899),
        ("1, 'a', 12345.678, NULL, NULL", 1426),
        ("1, 'a', -1, NULL, NULL", 2290),
        ("1, 'a', 'x', NULL, NULL", 1722),
        ("1, 'a', 1, NULL, 'abc'", 12899),
        ("1, 'a'", 947),
        ("1, 'a', 1, NULL, NULL, 2", 913),
    ],
)
def test_a_value_that_does_not_fit_its_column_is_refused(
    failure: Callable[..., Any], items: Any, values: str, code: int
) -> None:
    """Lengths, precision and constraints are checked as the DDL says."""
    assert failure(f"INSERT INTO ITEMS VALUES ({values})").code == code


def test_values_are_rounded_padded_and_defaulted_by_their_columns(items: oracledb.Cursor) -> None:
    """NUMBER(6,2) rounds, CHAR fills with blanks, a missing column takes its default at that moment."""
    items.execute("INSERT INTO ITEMS (ID, NAME, PRICE, CODE) VALUES (1, 'a', 2.345, 'x')")
    items.execute("INSERT INTO ITEMS (ID, NAME) VALUES (2, 'b')")
    items.execute("SELECT PRICE, CODE, CASE WHEN BOUGHT = SYSDATE THEN 'now' END FROM ITEMS ORDER BY ID")
    assert items.fetchall() == [(2.35, "x ", "now"), (1, None, "now")]


def test_merge_changes_what_is_there_and_adds_what_is_not(items: oracledb.Cursor) -> None:
    """The usual way of an upsert."""
    merge = """
        MERGE INTO ITEMS I USING (SELECT :id ID, :name NAME FROM DUAL) Q ON (I.ID = Q.ID)
         WHEN MATCHED THEN UPDATE SET I.NAME = Q.NAME
         WHEN NOT MATCHED THEN INSERT (ID, NAME) VALUES (Q.ID, Q.NAME)"""
    for number, name in ((1, "one"), (2, "two"), (1, "uno")):
        items.execute(merge, id=number, name=name)
        assert items.rowcount == 1
    items.execute("SELECT NAME, PRICE FROM ITEMS ORDER BY ID")
    assert items.fetchall() == [("uno", 1), ("two", 1)]


def test_returning_gives_the_values_of_the_changed_rows(items: oracledb.Cursor) -> None:
    """Each execution has a list of its own."""
    number, name = items.var(int, arraysize=2), items.var(str, arraysize=2)
    items.setinputsizes(None, number, name)
    sql = "INSERT INTO ITEMS (ID, NAME) VALUES (:1, 'new') RETURNING ID, NAME INTO :2, :3"
    items.executemany(sql, [(50,), (51,)])
    assert (number.values, name.values) == ([[50], [51]], [["new"], ["new"]])
    price = items.var(float)
    items.execute("UPDATE ITEMS SET PRICE = 9.5 RETURNING PRICE INTO :p", p=price)
    assert price.getvalue() == [9.5, 9.5]


def test_many_rows_are_loaded_from_arrow_and_swapped_in_one_step(
    oracle: Running, items: oracledb.Cursor
) -> None:
    """The next day must come all at once: no reader may see half of it."""
    load, replace = oracle.database.load, oracle.database.replace
    load("SIS", "ITEMS", pa.table({"id": [1, 2], "Name": ["a", "b"], "CODE": ["x", ""]}))
    assert items.execute("SELECT ID, CODE FROM ITEMS ORDER BY ID").fetchall() == [(1, "x "), (2, None)]
    replace("SIS", "ITEMS", pa.table({"ID": [2, 3], "NAME": ["b", "c"]}))
    assert ids(items) == [2, 3]
    with pytest.raises(OracleError, match="ORA-12899"):
        replace("SIS", "ITEMS", pa.table({"ID": [4], "NAME": ["too long"]}))
    assert ids(items) == [2, 3]
    with pytest.raises(OracleError, match=r"ORA-00904.*NOPE"):
        load("SIS", "ITEMS", pa.table({"NOPE": [4]}))
    with pytest.raises(OracleError, match=r"ORA-00942.*SIS\.OTHER"):
        load("SIS", "OTHER", pa.table({"ID": [4]}))
    assert oracle.database.count("SIS", "ITEMS") == 2


def test_definitions_commit_and_enter_the_catalog(items: oracledb.Cursor) -> None:
    """DDL ends a transaction in Oracle."""
    items.execute("INSERT INTO ITEMS (ID, NAME) VALUES (1, 'one')")
    items.execute("CREATE TABLE OTHER_ITEMS (ID NUMBER)")
    items.connection.rollback()
    assert ids(items) == [1]
    with pytest.raises(oracledb.DatabaseError, match="ORA-00955"):
        items.execute("CREATE TABLE OTHER_ITEMS (ID NUMBER)")
    items.execute("TRUNCATE TABLE ITEMS")
    items.execute("DROP TABLE OTHER_ITEMS PURGE")
    assert ids(items) == []
    with pytest.raises(oracledb.DatabaseError, match="ORA-00942"):
        items.execute("DROP TABLE OTHER_ITEMS")
