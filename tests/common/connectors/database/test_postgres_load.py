"""Loading into PostgreSQL, a real server: what the table holds afterwards, and what it holds after a fault."""

import csv
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
import pyarrow as pa
import pytest

from common.connectors.database.postgres import Postgres
from common.connectors.database.target import Loaded
from common.errors import ConfigError, ContractError, DeliveryError, TransientError
from common.query import Change
from tests.common.connectors.database.loads import SECRET, batch, load_of, person
from tests.servers.postgres import Postgres as PostgresServer

Make: TypeAlias = Callable[..., Postgres]

PEOPLE = """
    DROP TABLE IF EXISTS people;
    CREATE TABLE people (
        id varchar(9) PRIMARY KEY,
        name varchar(20) NOT NULL,
        units smallint,
        fee numeric(8,2) CONSTRAINT fee_is_positive CHECK (fee >= 0),
        born date,
        seen timestamp,
        active boolean,
        gpa real,
        note text DEFAULT 'new'
    );
    GRANT ALL ON people TO reader;
"""


@pytest.fixture
def admin(postgres: PostgresServer) -> Iterator[psycopg.Connection[Any]]:
    """A superuser beside an empty table of people."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(PEOPLE)
        yield connection
        connection.execute("DROP TABLE people")


def names(admin: psycopg.Connection[Any]) -> dict[str, str]:
    return dict(admin.execute("SELECT id, name FROM people ORDER BY id").fetchall())


def test_every_type_of_a_contract_arrives_as_the_tables_own(mirror: Make, admin, tmp_path: Path) -> None:
    """Loaded as text, a table would have to guess; a cast that rounds would lose cents."""
    rows = batch(person("001"), person("002", units=None, fee=None, born=None, active=None))
    assert mirror().load([rows], load_of(tmp_path)) == Loaded(2)
    first, second = admin.execute("SELECT * FROM people ORDER BY id").fetchall()
    assert first == (*person("001").values(), "new")
    assert second[2:5] == (None, None, None)


def test_a_text_becomes_what_the_column_is(mirror: Make, admin, tmp_path: Path) -> None:
    """A uuid, a JSON document and an enum have no type of a contract: the database reads them from text."""
    admin.execute(
        "DROP TABLE IF EXISTS odd; DROP TYPE IF EXISTS mood; CREATE TYPE mood AS ENUM ('glad', 'sad')"
    )
    admin.execute(
        "CREATE TABLE odd (id uuid, doc jsonb, mood mood, code char(3)); GRANT ALL ON odd TO reader"
    )
    row = {"id": "8c7e5b0e-1c0f-4b63-9d52-b2d2b4d3b001", "doc": '{"a": 1}', "mood": "glad", "code": "abc"}
    rows = pa.RecordBatch.from_pylist([row])
    mirror().load([rows], load_of(tmp_path, table="public.odd", schema=rows.schema))
    (found,) = admin.execute("SELECT id::text, doc, mood, code FROM odd").fetchall()
    assert found == (row["id"], {"a": 1}, "glad", "abc")


def test_a_replaced_table_is_never_seen_empty(
    mirror: Make, admin, postgres: PostgresServer, tmp_path: Path
) -> None:
    """Who reads while the load runs sees yesterday's rows, at once, and not none of them."""
    mirror().load([batch(person("001"), person("002"))], load_of(tmp_path))
    seen = []

    def batches() -> Iterator[pa.RecordBatch]:
        yield batch(person("003"))
        admin.execute("SET statement_timeout = '5s'")
        seen.append(list(names(admin)))
        yield batch(person("001", "New"))

    assert mirror().load(batches(), load_of(tmp_path, "replace")) == Loaded(2)
    assert seen == [["001", "002"]]
    assert names(admin) == {"001": "New", "003": "Ada"}


def test_an_upsert_changes_what_is_there_and_adds_what_is_not(mirror: Make, admin, tmp_path: Path) -> None:
    """Columns that the load does not name keep what they have; the last row of a key counts."""
    mirror().load([batch(person("001"), person("002"))], load_of(tmp_path))
    admin.execute("UPDATE people SET note = 'kept'")
    rows = batch(person("002", "Bea"), person("003", "Cleo"), person("003", "Cora"))
    assert mirror().load([rows], load_of(tmp_path, "upsert", key=["id"])) == Loaded(3)
    assert names(admin) == {"001": "Ada", "002": "Bea", "003": "Cora"}
    assert admin.execute("SELECT note FROM people WHERE id = '002'").fetchone() == ("kept",)


def test_an_append_with_a_key_can_be_repeated(mirror: Make, admin, tmp_path: Path) -> None:
    """A second load of the same rows must neither double them nor fail on them."""
    for name in ("Ada", "Eve"):
        mirror().load([batch(person("001", name))], load_of(tmp_path, key=["id"]))
    assert names(admin) == {"001": "Ada"}


def test_a_contract_that_breaks_at_the_last_row_leaves_the_table_as_it_was(
    mirror: Make, admin, tmp_path: Path
) -> None:
    """A contract tells of its faults at the end, when most rows are in the transaction."""
    mirror().load([batch(person("001"))], load_of(tmp_path))

    def batches() -> Iterator[pa.RecordBatch]:
        yield batch(person("002"))
        raise ContractError("people: a key repeats.")

    with pytest.raises(ContractError):
        mirror().load(batches(), load_of(tmp_path, "replace"))
    assert names(admin) == {"001": "Ada"}


BAD = (
    person("2", "far too long for twenty characters " + SECRET),
    person("4", None),
    person("6", fee=Decimal("-1.00")),
    person("7", units=99999),
    person("1", SECRET),
)


def test_one_bad_row_keeps_all_others_out_and_is_told_without_its_value(
    mirror: Make, admin, tmp_path: Path
) -> None:
    """Half a table is worse than yesterday's; which rows are wrong is in the file, with the server's words."""
    rows = batch(*(person(str(n)) for n in (1, 3, 5)), *BAD)
    with pytest.raises(DeliveryError) as caught:
        mirror().load([batch(person("0")), rows], load_of(tmp_path))
    file = tmp_path / "rejects" / "people.csv"
    message = str(caught.value)
    assert message.startswith("mirror-sandbox: people refuses 5 of 9 rows, 0.00% are allowed: ")
    for part in (
        "22001 in 1 row, the first is row 5",
        "23502 (name)",
        "23514 (fee_is_positive)",
        "22003",
        "(people_pkey)",
    ):
        assert part in message
    assert f"Nothing was loaded. {file} holds these rows" in message
    assert SECRET not in message
    assert names(admin) == {}
    with file.open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines))
    assert [(row["row"], row["id"]) for row in found] == [
        ("5", "2"),
        ("6", "4"),
        ("7", "6"),
        ("8", "7"),
        ("9", "1"),
    ]
    assert "value too long" in found[0]["reason"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_bad_rows_are_set_aside_where_so_many_are_allowed(mirror: Make, admin, tmp_path: Path) -> None:
    """The others are loaded in the same transaction, as if the bad ones had not come."""
    good = [person(str(n)) for n in range(100, 200)]
    rows = batch(*good[:50], *BAD[:4], *good[50:])
    assert mirror().load([rows], load_of(tmp_path, max_rejected=0.05)) == Loaded(100, 4)
    assert set(names(admin)) == {row["id"] for row in good}
    with pytest.raises(DeliveryError, match=r"people refuses 4 of 104 rows, 3\.00% are allowed"):
        mirror().load([rows], load_of(tmp_path, "replace", max_rejected=0.03))
    assert len(names(admin)) == 100


def test_a_load_of_nothing_but_bad_rows_is_given_up_early(mirror: Make, admin, tmp_path: Path) -> None:
    """A million rows for the wrong table would be tried one by one."""
    pulled = []

    def batches() -> Iterator[pa.RecordBatch]:
        for part in range(5):
            pulled.append(part)
            yield batch(*(person(f"{part}-{n}", None) for n in range(600)))

    with pytest.raises(DeliveryError, match=r"refuses at least 1,000 of the first 1,000 rows"):
        mirror().load(batches(), load_of(tmp_path, max_rejected=0.5))
    assert pulled == [0, 1]


@pytest.mark.parametrize(
    ("changed", "kind", "words"),
    [
        ({"table": "nowhere"}, ConfigError, "no table nowhere, or none that this user may see"),
        ({"table": "pg_catalog.pg_class"}, ConfigError, "pg_catalog.pg_class has no column id, name, units"),
        ({"mode": "upsert", "key": ["name"]}, ConfigError, "people has no unique index on name"),
        ({"table": "closed"}, DeliveryError, "fails (42501): permission denied for table closed"),
    ],
    ids=["no table", "no column", "no index", "no grant"],
)
def test_a_table_that_does_not_fit_is_told_by_what_is_missing(
    mirror: Make, admin, tmp_path: Path, *, changed: dict[str, Any], kind: type[Exception], words: str
) -> None:
    """Its owner can do something about a name; nobody can about a code."""
    admin.execute("CREATE TABLE IF NOT EXISTS closed (LIKE people)")
    with pytest.raises(kind) as caught:
        mirror().load([batch(person("001"))], load_of(tmp_path, **changed))
    assert words in str(caught.value)


def test_a_connection_that_breaks_while_loading_is_tried_again(mirror: Make, admin, tmp_path: Path) -> None:
    """Nothing is committed yet: the next try finds the table as it was."""

    def batches() -> Iterator[pa.RecordBatch]:
        yield batch(person("001"))
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
        yield batch(person("002"))

    with pytest.raises(TransientError, match="broke off while the load of people ran"):
        mirror().load(batches(), load_of(tmp_path))
    assert names(admin) == {}


LOST = """
    CREATE OR REPLACE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER lose AFTER INSERT ON people DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION lose();
"""


def test_a_commit_without_an_answer_is_repeated_only_where_that_doubles_nothing(
    mirror: Make, admin, tmp_path: Path
) -> None:
    """The rows are there or not, and nobody knows: a plain append must wait for a person."""
    admin.execute(LOST)
    with pytest.raises(DeliveryError, match=r"Look which, and run again only if it is not there"):
        mirror().load([batch(person("001"))], load_of(tmp_path))
    for mode, key in (("append", ["id"]), ("upsert", ["id"]), ("replace", [])):
        with pytest.raises(TransientError, match="broke off while the load of people was being committed"):
            mirror().load([batch(person("001"))], load_of(tmp_path, mode, key=key))


def test_a_statement_changes_rows_in_one_transaction(mirror: Make, admin, tmp_path: Path) -> None:
    """The number of rows is what an operator compares with what should have happened."""
    mirror().load([batch(person("001"), person("002"))], load_of(tmp_path))
    change = Change(
        "leave.sql",
        "UPDATE people SET name = :name, born = :day WHERE id > :id",
        {"name": "O'B", "day": date(2026, 1, 2), "id": "001"},
    )
    assert mirror().execute(change) == 1
    assert admin.execute("SELECT name, born FROM people WHERE id = '002'").fetchone() == (
        "O'B",
        date(2026, 1, 2),
    )
    with pytest.raises(
        DeliveryError, match=r"mirror-sandbox: leave.sql fails with SQLSTATE 23502 \(name\)"
    ) as caught:
        mirror().execute(Change("leave.sql", "UPDATE people SET name = NULL WHERE note <> :x", {"x": SECRET}))
    assert SECRET not in str(caught.value)


def test_a_procedure_is_called_with_binds(mirror: Make, admin) -> None:
    """Much of what a database offers to be asked for is a procedure of its owner."""
    admin.execute(
        "CREATE OR REPLACE PROCEDURE add_person(text, integer) LANGUAGE sql AS $$ INSERT INTO people (id, name, units) VALUES ($1, 'by call', $2) $$"
    )
    assert (
        mirror().execute(Change("add.sql", "CALL add_person(:id, :units)", {"id": "009", "units": -3})) == 0
    )
    assert names(admin) == {"009": "by call"}
