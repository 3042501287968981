"""Loading into Oracle through its own driver, against the stand-in."""

import csv
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import oracledb
import pyarrow as pa
import pytest

from common.connectors.database.oracle import Oracle
from common.connectors.database.target import Load, Loaded
from common.errors import ContractError, DeliveryError, TransientError
from common.query import Change, Query
from common.sandbox.oracle import Fault, OracleError, Server
from tests.common.connectors.database.loads import SCHEMA, SECRET, batch, load_of, person
from tests.common.connectors.database.people import PASSWORD

Make: TypeAlias = Callable[..., Oracle]

DDL = """CREATE TABLE TARGETS (ID VARCHAR2(9) NOT NULL, NAME VARCHAR2(20) NOT NULL, UNITS NUMBER(4), FEE NUMBER(8,2)
    CHECK (FEE >= 0), BORN DATE, SEEN TIMESTAMP(6), ACTIVE NUMBER(1), GPA BINARY_DOUBLE, NOTE VARCHAR2(5) DEFAULT 'new',
    PRIMARY KEY (ID))"""


@pytest.fixture
def admin(oracle: Server) -> Iterator[oracledb.Cursor]:
    """The owner's session beside an empty table."""
    login = {"user": "SIS", "password": PASSWORD, "service_name": "CAMPUS"}
    with oracledb.connect(host=oracle.host, port=oracle.port, **login) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(DDL)
            yield cursor
            cursor.execute("DROP TABLE TARGETS")
    oracle.faults.clear()


@pytest.fixture
def to(tmp_path: Path) -> Callable[..., Load]:
    """Makes loads into that table."""
    return lambda *args, **options: load_of(tmp_path, *args, table="targets", **options)


def names(admin: oracledb.Cursor) -> dict[str, str]:
    return dict(admin.execute("SELECT ID, NAME FROM TARGETS ORDER BY ID").fetchall())


def test_every_type_of_a_contract_arrives_as_the_tables_own(warehouse: Make, admin, to) -> None:
    """Bound as text, a date would depend on the session's format and a cent on its comma."""
    rows = batch(
        person("001"), person("002", units=None, fee=None, born=None, seen=None, active=None, gpa=None)
    )
    assert warehouse().load([rows], to()) == Loaded(2)
    sql = "SELECT ID, NAME, UNITS, FEE, BORN, SEEN, ACTIVE, GPA, NOTE FROM TARGETS ORDER BY ID"
    (found,) = warehouse().stream(Query("targets.sql", sql), 100)
    first, second = found.to_pylist()
    expected = person("001") | {"active": 1, "note": "new"}
    assert first | {"born": first["born"].date()} == expected
    assert [value for name, value in second.items() if value is None] == [None] * 6


def test_a_replaced_table_is_never_seen_empty(warehouse: Make, admin, to) -> None:
    """TRUNCATE would commit: who reads while the load runs has to see yesterday's rows."""
    warehouse().load([batch(person("001"), person("002"))], to())
    seen = []

    def batches() -> Iterator[pa.RecordBatch]:
        yield batch(person("003"))
        seen.append(list(names(admin)))
        yield batch(person("001", "New"))

    assert warehouse().load(batches(), to("replace")) == Loaded(2)
    assert seen == [["001", "002"]]
    assert names(admin) == {"001": "New", "003": "Ada"}


def test_an_upsert_changes_what_is_there_and_adds_what_is_not(warehouse: Make, admin, to) -> None:
    """Columns that the load does not name keep what they have; the last row of a key counts."""
    warehouse().load([batch(person("001"), person("002"))], to())
    admin.execute("UPDATE TARGETS SET NOTE = 'kept'")
    rows = batch(person("002", "Bea"), person("003", "Cleo"), person("003", "Cora"))
    assert warehouse().load([rows], to("upsert", key=["id"])) == Loaded(3)
    assert names(admin) == {"001": "Ada", "002": "Bea", "003": "Cora"}
    assert admin.execute("SELECT NOTE FROM TARGETS WHERE ID = '002'").fetchone() == ("kept",)


def test_an_append_with_a_key_can_be_repeated(warehouse: Make, admin, to) -> None:
    """A second load of the same rows must neither double them nor fail on them."""
    for name in ("Ada", "Eve"):
        assert warehouse().load([batch(person("001", name))], to(key=["id"])) == Loaded(1)
    assert names(admin) == {"001": "Ada"}


def test_a_contract_that_breaks_at_the_last_row_leaves_the_table_as_it_was(
    warehouse: Make, admin, to
) -> None:
    """A contract tells of its faults at the end, when most rows are in the transaction."""
    warehouse().load([batch(person("001"))], to())

    def batches() -> Iterator[pa.RecordBatch]:
        yield batch(person("002"))
        raise ContractError("people: a key repeats.")

    with pytest.raises(ContractError):
        warehouse().load(batches(), to("replace"))
    assert names(admin) == {"001": "Ada"}


BAD = (
    person("2", "far too long for twenty characters " + SECRET),
    person("4", None),
    person("6", fee=Decimal("-1.00")),
    person("7", units=99999),
    person("1", SECRET),
)


def test_one_bad_row_keeps_all_others_out_and_is_told_without_its_value(
    warehouse: Make, admin, to, tmp_path: Path
) -> None:
    """Half a table is worse than yesterday's; which rows are wrong is in the file, with the database's words."""
    rows = batch(*(person(str(n)) for n in (1, 3, 5)), *BAD)
    with pytest.raises(DeliveryError) as caught:
        warehouse().load([batch(person("0")), rows], to())
    message = str(caught.value)
    assert message.startswith("warehouse-sandbox: targets refuses 5 of 9 rows, 0.00% are allowed: ")
    for part in (
        "ORA-12899 (NAME) in 1 row, the first is row 5",
        "ORA-01400 (NAME)",
        "ORA-02290",
        "ORA-00001",
    ):
        assert part in message
    assert SECRET not in message
    assert names(admin) == {}
    with (tmp_path / "rejects" / "people.csv").open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines))
    assert [(row["row"], row["id"]) for row in found] == [
        ("5", "2"),
        ("6", "4"),
        ("7", "6"),
        ("8", "7"),
        ("9", "1"),
    ]
    assert "value too large for column" in found[0]["reason"]


def test_bad_rows_are_set_aside_where_so_many_are_allowed(warehouse: Make, admin, to) -> None:
    """The others are loaded in the same transaction, as if the bad ones had not come."""
    good = [person(str(n)) for n in range(100, 200)]
    rows = batch(*good[:50], *BAD[:4], *good[50:])
    assert warehouse().load([rows], to("upsert", key=["id"], max_rejected=0.05)) == Loaded(100, 4)
    assert set(names(admin)) == {row["id"] for row in good}
    with pytest.raises(DeliveryError, match=r"targets refuses 4 of 104 rows, 3\.00% are allowed"):
        warehouse().load([rows], to("replace", max_rejected=0.03))
    assert len(names(admin)) == 100


def test_a_table_that_does_not_fit_is_told_in_the_databases_words(
    warehouse: Make, admin, tmp_path: Path
) -> None:
    """Its owner can do something about a name; nobody can about a code."""
    with pytest.raises(
        DeliveryError, match=r"the load of nowhere fails: ORA-00942: table or view does not exist"
    ):
        warehouse().load([batch(person("1"))], load_of(tmp_path, table="nowhere"))
    rows = pa.RecordBatch.from_pylist([{"nope": "x"}])
    with pytest.raises(
        DeliveryError, match=r'the load of targets fails: ORA-00904: "NOPE": invalid identifier'
    ):
        warehouse().load([rows], load_of(tmp_path, table="targets", schema=rows.schema))


@pytest.mark.parametrize("sql", ["INSERT INTO", "LOCK TABLE"])
@pytest.mark.parametrize(
    "what",
    [{"drop": True}, {"error": OracleError(8177, "can't serialize access")}],
    ids=["dropped", "conflict"],
)
def test_a_fault_while_loading_that_passes_is_tried_again(
    oracle: Server, warehouse: Make, admin, to, *, sql: str, what: dict[str, Any]
) -> None:
    """Nothing is committed yet: the next try finds the table as it was."""
    warehouse().load([batch(person("001"))], to())
    oracle.faults.add(Fault(sql, **what))
    with pytest.raises(TransientError, match="cannot be reached or broke off"):
        warehouse().load([batch(person("002"))], to("replace"))
    assert names(admin) == {"001": "Ada"}


def test_a_commit_without_an_answer_is_repeated_only_where_that_doubles_nothing(
    oracle: Server, warehouse: Make, admin, to
) -> None:
    """The rows are there or not, and nobody knows: a plain append must wait for a person."""
    oracle.faults.add(Fault("COMMIT", drop=True))
    with pytest.raises(DeliveryError, match=r"Look which, and run again only if it is not there"):
        warehouse().load([batch(person("001"))], to())
    for mode, key in (("append", ["id"]), ("upsert", ["id"]), ("replace", [])):
        oracle.faults.add(Fault("COMMIT", drop=True))
        with pytest.raises(TransientError, match="broke off while the load of targets was being committed"):
            warehouse().load([batch(person("001"))], to(mode, key=key))


def test_a_full_tablespace_is_not_a_fault_of_every_row(oracle: Server, warehouse: Make, admin, to) -> None:
    """A million rows in a reject file would hide that the database has no room."""
    oracle.faults.add(Fault("INSERT INTO", error=OracleError(1653, "unable to extend table SIS.TARGETS")))
    with pytest.raises(DeliveryError, match="ORA-01653: unable to extend table") as caught:
        warehouse().load([batch(person("001"))], to(max_rejected=0.5))
    assert "refuses" not in str(caught.value)


def test_a_statement_changes_rows_in_one_transaction(warehouse: Make, admin, to) -> None:
    """The number of rows is what an operator compares with what should have happened."""
    warehouse().load([batch(person("001"), person("002"))], to())
    binds = {"name": "O'B", "day": date(2026, 1, 2), "id": "001"}
    sql = "UPDATE TARGETS SET NAME = :name, BORN = :day WHERE ID > :id"
    assert warehouse().execute(Change("leave.sql", sql, binds)) == 1
    assert names(admin) == {"001": "Ada", "002": "O'B"}
    with pytest.raises(DeliveryError, match=r"leave.sql fails with ORA-01400 \(NAME\); its text is withheld"):
        warehouse().execute(Change("leave.sql", "UPDATE TARGETS SET NAME = NULL"))
    with pytest.raises(DeliveryError, match=r"leave.sql fails at line 2, column 5: ORA-00904"):
        warehouse().execute(Change("leave.sql", "UPDATE TARGETS\nSET NOPE = 1"))


def test_a_block_reaches_the_server_with_its_last_semicolon(warehouse: Make) -> None:
    """Files end in a semicolon that a statement must not have and a block must; the stand-in runs no other block."""
    assert (
        warehouse().execute(Change("label.sql", "BEGIN dbms_session.set_identifier(:who); END", {"who": "x"}))
        == 0
    )


def test_the_schema_of_these_tests_is_the_one_of_a_contract() -> None:
    """A type that a contract can have and no load was tried with would fail at night."""
    from common.contract import TYPES

    assert set(TYPES.values()) <= set(SCHEMA.types)
