"""What holds for every load, whichever flow makes it and whichever database it is for."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from common import Batches, Column, Contract, campus_flow, execute, extract, load
from common.blocks import PostgresDatabase
from common.connectors.database.target import Mode
from common.errors import ConfigError, ContractError, DeliveryError
from common.receipts import Receipt, Receipts
from common.run import recording
from common.sandbox.pages import save_page
from common.settings import settings
from tests.conftest import Sandbox
from tests.servers.postgres import Postgres

PEOPLE = Contract(
    "people",
    (Column("emplid", personal=True, header="id"), Column("name", required=False, personal=True)),
    key=("emplid",),
    max_shrink=0.2,
)
SQL = "SELECT emplid, MIN(last_name) AS name FROM ps_names WHERE emplid > :after GROUP BY emplid"


@pytest.fixture
def mirror(sandbox: Sandbox, postgres: Postgres) -> Iterator[psycopg.Connection[Any]]:
    """The page ``mirror`` of a PostgreSQL with an empty table of people; the superuser's connection to it."""
    page = PostgresDatabase(
        host=postgres.host, port=postgres.port, database=postgres.database, username="postgres"
    )
    save_page("mirror", page)
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("CREATE TABLE mirrored (id varchar(11) PRIMARY KEY, name varchar(40), left_on date)")
        yield admin
        admin.execute("DROP TABLE mirrored")


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[..., Receipt]:
    """Runs a flow that loads the people after this number."""
    sql = tmp_path / "people.sql"
    sql.write_text(SQL)

    @campus_flow(source="warehouse", sink="mirror", contact="x@campus.example")
    def people_to_mirror(after: str, mode: Mode, max_rejected: float) -> Receipt:
        people: Batches = extract("warehouse", sql, after=after)
        return load(people, PEOPLE, to="mirror", table="mirrored", mode=mode, max_rejected=max_rejected)

    def run(after: str = "0", mode: Mode = "replace", max_rejected: float = 0.0) -> Receipt:
        return people_to_mirror(after, mode, max_rejected)

    return run


def count(admin: psycopg.Connection[Any]) -> int:
    return admin.execute("SELECT count(*) FROM mirrored").fetchone()[0]


def test_a_load_is_accounted_for_like_a_delivery(mirror, loaded) -> None:
    """Prevents an account of what was meant to be loaded, and a table with columns by our names."""
    receipt = loaded()
    assert receipt.rows == count(mirror) > 100
    assert (receipt.system, receipt.path, receipt.atomic, receipt.rejected) == ("mirror", "mirrored", True, 0)
    assert receipt.personal == ("emplid", "name")
    assert Receipts().last("people_to_mirror", "mirror", "people") == receipt
    assert loaded().sha256 == receipt.sha256


def test_a_rehearsal_checks_the_rows_and_loads_none(mirror, loaded) -> None:
    """Prevents a look at tomorrow's table from being tomorrow's table."""
    with recording(rehearsal=True) as runs:
        receipt = loaded()
    assert receipt.rows > 100
    assert runs[0].deliveries[0].receipt.rehearsal
    assert count(mirror) == 0
    assert list(Receipts().all()) == []


def test_a_replaced_table_that_would_lose_too_many_rows_stays_as_it_was(mirror, loaded) -> None:
    """Prevents a half-loaded source from emptying a table that others rely on."""
    before = loaded().rows
    people = [row[0] for row in mirror.execute("SELECT id FROM mirrored ORDER BY id")]
    with pytest.raises(ContractError, match=r"people: the load of mirrored has \d+ rows, the delivery of "):
        loaded(after=people[len(people) // 2])
    assert count(mirror) == before
    assert loaded(after=people[len(people) // 2], mode="upsert").rows < before
    assert count(mirror) == before


def test_an_upsert_is_on_the_key_of_the_contract(mirror, loaded) -> None:
    """Prevents a rerun from doubling people, and from wiping what others wrote beside them."""
    loaded(mode="upsert")
    mirror.execute("UPDATE mirrored SET left_on = '2026-01-01', name = 'x'")
    rows = loaded(mode="upsert").rows
    assert mirror.execute(
        "SELECT count(*) FROM mirrored WHERE left_on IS NOT NULL AND name <> 'x'"
    ).fetchone() == (rows,)


def test_refused_rows_are_kept_beside_the_receipt_for_their_owner_only(
    mirror, loaded, caplog: pytest.LogCaptureFixture
) -> None:
    """Prevents a reject file that is gone with the run's scratch folder, and people's data in a log."""
    everybody = loaded().rows
    person, name = mirror.execute("SELECT id, name FROM mirrored ORDER BY id DESC LIMIT 1").fetchone()
    mirror.execute(f"ALTER TABLE mirrored ADD CONSTRAINT not_that_one CHECK (id <> '{person}') NOT VALID")
    with pytest.raises(DeliveryError, match=r"mirrored refuses 1 of .*23514 \(not_that_one\)") as caught:
        loaded()
    assert count(mirror) == everybody
    receipt = loaded(max_rejected=0.01)
    assert (receipt.rows, receipt.rejected) == (everybody - 1, 1)
    files = sorted((settings().home / "receipts" / "people_to_mirror").rglob("*.rejected.csv"))
    assert len(files) == 2
    assert str(files[0]) in str(caught.value)
    assert f"rows=1 file={files[1]}" in caplog.text
    assert all(person in file.read_text("utf-8") and file.stat().st_mode & 0o77 == 0 for file in files)
    assert name not in caplog.text


def test_a_statement_is_executed_with_its_binds(mirror, loaded, tmp_path: Path) -> None:
    """Prevents an UPDATE that a rehearsal makes, or one that misses a bind."""
    people = loaded().rows
    sql = tmp_path / "leave.sql"
    sql.write_text("UPDATE mirrored SET left_on = :day WHERE id > :after;\n")

    @campus_flow(source="mirror", sink="mirror", contact="x@campus.example")
    def people_leave(binds: dict[str, str]) -> int:
        return execute("mirror", sql, **binds)

    with recording(rehearsal=True):
        assert people_leave({"day": "2026-01-01", "after": "0"}) == 0
    assert people_leave({"day": "2026-01-01", "after": "0"}) == people
    with pytest.raises(ConfigError, match=r"leave\.sql: no value for bind :day; pass it to execute\(\)"):
        people_leave({"after": "0"})


def test_a_load_goes_to_a_database(sandbox: Sandbox, loaded, tmp_path: Path) -> None:
    """Prevents an attribute error from a page of another kind."""
    sql = tmp_path / "people.sql"

    @campus_flow(source="warehouse", sink="alma-sftp", contact="x@campus.example")
    def people_to_alma() -> None:
        load(extract("warehouse", sql, after="0"), PEOPLE, to="alma-sftp", table="t", mode="append")

    with pytest.raises(ConfigError, match=r"is of kind sftp; this step needs oracle or postgres"):
        people_to_alma()
