"""Loading MariaDB, a real server: whole or not at all, once, and never seen half-done."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pytest

from common.connectors.database.mysql import MySql
from common.connectors.database.target import Load, Loaded, Mode
from common.errors import ConfigError, DeliveryError, SourceError
from common.query import Change
from tests.servers.mariadb import MariaDb

Make: TypeAlias = Callable[..., MySql]

SECRET = "Ångström-900000001"
SCHEMA = pa.schema([("emplid", pa.string()), ("fee", pa.decimal128(8, 2)), ("born", pa.date32())])
TABLE = "beds (emplid VARCHAR(11) PRIMARY KEY, fee DECIMAL(8,2) NOT NULL, born DATE)"


@pytest.fixture
def target(housing: Make, mariadb: MariaDb) -> MySql:
    """A connector that may write, beside a table of one row."""
    with mariadb.admin() as admin, admin.cursor() as cursor:
        cursor.execute(f"CREATE OR REPLACE TABLE {TABLE}")
        cursor.execute("INSERT INTO beds VALUES ('001', 1.00, '2000-01-01')")
    return housing(username=mariadb.loader)


@pytest.fixture
def beds(mariadb: MariaDb) -> Callable[[], list[tuple]]:
    """The table as another connection sees it now."""

    def read() -> list[tuple]:
        with mariadb.admin() as admin, admin.cursor() as cursor:
            cursor.execute("SELECT emplid, fee, born FROM beds ORDER BY emplid")
            return list(cursor.fetchall())

    return read


def row(emplid: str, fee: str | None = "3.10") -> tuple:
    return (emplid, fee and Decimal(fee), date(2001, 2, 3))


def batch(*rows: tuple) -> pa.RecordBatch:
    columns = [
        pa.array(values, kind) for values, kind in zip(zip(*rows, strict=True), SCHEMA.types, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def load(tmp_path: Path, mode: Mode, *key: str, **options) -> Load:
    return Load(
        **{"table": "beds", "schema": SCHEMA, "mode": mode, "rejects": tmp_path / "r.csv", "key": key}
        | options
    )


def test_rows_are_appended_as_the_types_they_have(target: MySql, tmp_path: Path, beds) -> None:
    """A quote, a backslash or a percent sign in a name must neither change nor end the statement."""
    odd = "%s\\'\"\n𝄞"
    assert target.load([batch(row("002"), row(odd))], load(tmp_path, "append")) == Loaded(2)
    assert beds() == [row(odd), ("001", Decimal("1.00"), date(2000, 1, 1)), row("002")]


def test_a_replaced_table_is_never_seen_empty_nor_half_full(target: MySql, tmp_path: Path, beds) -> None:
    """Readers at noon must not find a dormitory without residents."""
    seen = []

    def watched() -> Iterator[pa.RecordBatch]:
        yield batch(row("002"))
        seen.append(beds())
        yield batch(row("003"))

    assert target.load(watched(), load(tmp_path, "replace")) == Loaded(2)
    assert [[r[0] for r in rows] for rows in (*seen, beds())] == [["001"], ["002", "003"]]


def test_an_upsert_changes_what_is_there_and_adds_the_rest(target: MySql, tmp_path: Path, beds) -> None:
    """Run twice it must leave the same rows."""
    for _ in range(2):
        assert target.load([batch(row("001"), row("002"))], load(tmp_path, "upsert", "emplid")) == Loaded(2)
        assert beds() == [row("001"), row("002")]


def test_an_append_with_a_key_can_be_repeated(target: MySql, tmp_path: Path, beds) -> None:
    """After a lost answer nobody knows whether the rows are there."""
    for _ in range(2):
        assert target.load([batch(row("001"), row("002"))], load(tmp_path, "append", "emplid")) == Loaded(2)
    assert [(r[0], r[1]) for r in beds()] == [("001", Decimal("1.00")), ("002", Decimal("3.10"))]


def test_a_refused_row_leaves_the_table_as_it_was(target: MySql, tmp_path: Path, beds) -> None:
    """Half a load is worse than none: nobody knows which half. The message tells reasons and no row."""
    rows = [row("002"), row(SECRET), row("001"), row("004", None)]
    with pytest.raises(DeliveryError) as caught:
        target.load([batch(*rows)], load(tmp_path, "append"))
    message = str(caught.value)
    assert "housing-sandbox: beds refuses 3 of 4 rows" in message
    assert "error 1406 in emplid in 1 row, the first is row 2" in message
    assert "error 1062 in PRIMARY in 1 row, the first is row 3" in message
    assert "error 1048 in fee in 1 row, the first is row 4" in message
    assert SECRET not in message
    assert [r[0] for r in beds()] == ["001"]
    assert SECRET in (tmp_path / "r.csv").read_text(encoding="utf-8")


def test_a_few_refused_rows_may_be_set_aside(target: MySql, tmp_path: Path, beds) -> None:
    """One wrong row among thousands should not hold up the others, where the flow says so."""
    rows = [row(f"1{n:05}") for n in range(2500)]
    rows[1234] = row(SECRET)
    assert target.load([batch(*rows)], load(tmp_path, "append", max_rejected=0.01)) == Loaded(2499, 1)
    assert len(beds()) == 2500


def test_a_fault_of_the_source_leaves_the_table_as_it_was(target: MySql, tmp_path: Path, beds) -> None:
    """A source that breaks off in the middle must not empty the receiver."""

    def broken() -> Iterator[pa.RecordBatch]:
        yield batch(row("002"))
        raise SourceError("it broke off")

    with pytest.raises(SourceError, match="it broke off"):
        target.load(broken(), load(tmp_path, "replace"))
    assert [r[0] for r in beds()] == ["001"]


@pytest.mark.parametrize(
    ("ddl", "message"),
    [
        (f"{TABLE} ENGINE=MyISAM", "kept by MyISAM, which has no transactions"),
        ("beds (emplid VARCHAR(11), fee DECIMAL(8,2), born DATE)", "has no unique index on emplid"),
        (
            TABLE.replace("born DATE", "born DATE UNIQUE"),
            r"further unique indexes on what is loaded \(born\)",
        ),
    ],
)
def test_a_table_that_cannot_be_loaded_safely_is_refused(
    target: MySql, mariadb: MariaDb, tmp_path: Path, ddl: str, message: str
) -> None:
    """MyISAM keeps the half of a failed load; MySQL's upsert changes a row by any unique index that it finds."""
    with mariadb.admin() as admin, admin.cursor() as cursor:
        cursor.execute(f"CREATE OR REPLACE TABLE {ddl}")
    with pytest.raises(ConfigError, match=message):
        target.load([batch(row("001"))], load(tmp_path, "upsert", "emplid"))


def test_a_user_who_may_not_write_is_told_so(housing: Make, target: MySql, tmp_path: Path) -> None:
    """It is the grant that is missing, not the password."""
    with pytest.raises(DeliveryError, match=r"beds fails \(1142\): INSERT command denied to user 'reader'"):
        housing().load([batch(row("002"))], load(tmp_path, "append"))


def test_a_commit_without_an_answer_is_not_repeated_blindly(
    target: MySql, tmp_path: Path, mariadb: MariaDb
) -> None:
    """The rows are there or they are not: a second append could double them."""

    def killed() -> Iterator[pa.RecordBatch]:
        yield batch(row("002"))
        with mariadb.admin() as admin, admin.cursor() as cursor:
            cursor.execute("KILL USER loader")

    with pytest.raises(
        DeliveryError, match="while the load of beds was being committed: it is there as a whole"
    ):
        target.load(killed(), load(tmp_path, "append"))


def test_a_statement_says_how_many_rows_it_changed(target: MySql, beds) -> None:
    """It is committed, and its binds are values."""
    statement = Change(
        "raise.sql", "UPDATE beds SET fee = fee + :more WHERE emplid = :who", {"more": 1, "who": "001"}
    )
    assert target.execute(statement) == 1
    assert beds()[0][1] == Decimal("2.00")
