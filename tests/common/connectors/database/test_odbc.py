"""ODBC, by PostgreSQL's driver against a real PostgreSQL. SQL Server is not to be had: not tested against it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
import pyarrow as pa
import pytest

from common.connectors.database.odbc import Odbc, connection_string
from common.connectors.database.target import Loaded
from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError, TransientError
from common.query import Change, Query
from tests.common.connectors.database.loads import SECRET, batch, load_of, person
from tests.servers.postgres import Postgres as PostgresServer
from tests.servers.process import free_port

Make: TypeAlias = Callable[..., Odbc]

STREAMING = {"UseDeclareFetch": "1", "Fetch": "1000", "BoolsAsChar": "0"}
TABLE = """DROP TABLE IF EXISTS permits; CREATE TABLE permits (id varchar(9) PRIMARY KEY, name varchar(9) NOT NULL,
    units smallint, fee numeric(8,2) CHECK (fee >= 0), born date, seen timestamp, active boolean, gpa float8);
    GRANT ALL ON permits TO reader"""


@pytest.fixture(scope="module")
def driver() -> str:
    """The path of PostgreSQL's ODBC driver."""
    found = sorted(Path("/usr/lib").glob("*/odbc/psqlodbcw.so"))
    if not found:
        pytest.skip("NOT TESTED BY ODBC: no psqlodbcw.so on this machine (Debian: odbc-postgresql)")
    return str(found[0])


@pytest.fixture
def facilities(postgres: PostgresServer, driver: str) -> Make:
    """Makes connectors to the PostgreSQL server by ODBC, with these parts of its page changed."""

    def make(**changed: Any) -> Odbc:
        page = {
            "name": "facilities-sandbox",
            "driver": driver,
            "host": postgres.host,
            "port": postgres.port,
            "database": postgres.database,
            "username": postgres.username,
            "password": postgres.password,
            "options": STREAMING,
        }
        return Odbc(**(page | changed))

    return make


@pytest.fixture
def admin(postgres: PostgresServer) -> Iterator[psycopg.Connection[Any]]:
    """A superuser beside an empty table."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(TABLE)
        yield connection


def ids(admin: psycopg.Connection[Any]) -> list[str]:
    return [row[0] for row in admin.execute("SELECT id FROM permits ORDER BY id").fetchall()]


def stream(source: Odbc, sql: str, rows: int = 1000, **binds) -> Iterator[pa.RecordBatch]:
    return source.stream(Query("people.sql", sql, binds), rows)


def failure(kind: type[DataFlowError], act: Callable[[], object]) -> str:
    with pytest.raises(kind) as caught:
        act()
    assert str(caught.value).startswith("facilities-sandbox: ")
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


def test_every_common_type_arrives_exactly(facilities: Make) -> None:
    """Digits of a decimal, a leading zero, a microsecond or a byte must not change on the way."""
    sql = """SELECT 12345678901234567890.10::numeric AS "Exact", 3.10::numeric(8,2) AS fee, '007'::text AS emplid,
        date '2026-09-01' AS born, timestamp '2026-09-01 13:05:07.123456' AS seen, true AS active, 7::bigint AS units,
        1.5::float8 AS gpa, '\\x00ff'::bytea AS photo, NULL::int AS nothing"""
    assert pa.Table.from_batches(stream(facilities(), sql)).to_pylist() == [
        {
            "exact": Decimal("12345678901234567890.10"),
            "fee": Decimal("3.10"),
            "emplid": "007",
            "born": date(2026, 9, 1),
            "seen": datetime.fromisoformat("2026-09-01T13:05:07.123456"),
            "active": True,
            "units": 7,
            "gpa": 1.5,
            "photo": b"\x00\xff",
            "nothing": None,
        }
    ]


def test_rows_come_in_batches_and_an_empty_result_has_its_types(facilities: Make) -> None:
    """One large batch would be the whole result in memory; a contract has to see what an empty one would hold."""
    sizes = [b.num_rows for b in stream(facilities(), "SELECT i FROM generate_series(1, 2500) i")]
    assert sizes == [1000, 1000, 500]
    (empty,) = stream(facilities(), "SELECT 1 AS N, 'x'::text AS t, current_date AS d WHERE false")
    assert dict(zip(empty.schema.names, empty.schema.types, strict=True)) == {
        "n": pa.int64(),
        "t": pa.string(),
        "d": pa.date32(),
    }


@pytest.mark.parametrize(
    "value", ["O'Brien", "100%s ?", "a:b :value", "back\\slash\\'", "two\nlines", "é𝄞", None]
)
def test_a_bind_arrives_as_it_is_and_nothing_else_is_taken_for_one(
    facilities: Make, value: str | None
) -> None:
    """Binds go by their place: one that is counted wrongly shifts all behind it."""
    sql = "SELECT CAST(:value AS text) AS v, ':value ?' AS s, CAST(:n AS integer) - 1 AS n -- :value ?"
    (found,) = stream(facilities(), sql, value=value, n=-3)
    assert found.to_pylist() == [{"v": value, "s": ":value ?", "n": -4}]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT nope FROM pg_class", r'people\.sql fails \(42703\): ERROR: column "nope" does not exist\.'),
        ("SELECT 1 FROM nope", r'people\.sql fails \(42P01\): ERROR: relation "nope" does not exist\.'),
        ("SELECT CAST(:value AS integer) AS x", "fails with SQLSTATE 22P02, error 1; its text is withheld"),
    ],
)
def test_a_refused_query_is_told_without_a_value(facilities: Make, sql: str, message: str) -> None:
    """Names of columns help; a value that could not be converted belongs to a person."""
    binds = {"value": SECRET} if ":value" in sql else {}
    with pytest.raises(SourceError, match=message) as caught:
        list(stream(facilities(), sql, **binds))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "kind", "message"),
    [
        ({"password": SECRET}, ConfigError, "refused the login of reader"),
        ({"database": "nope"}, ConfigError, "no such database at 127.0.0.1:"),
        ({"driver": "No Such Driver"}, ConfigError, "no ODBC driver 'No Such Driver' is installed"),
        ({"driver": "/no/such/driver.so"}, ConfigError, "no ODBC driver '/no/such/driver.so' is installed"),
        ({"options": {"SSLmode": "require"}}, ConfigError, "do not agree on TLS"),
        ({"port": free_port()}, TransientError, "cannot be reached"),
        ({"host": "no-such-host.invalid"}, TransientError, "cannot be reached"),
    ],
    ids=["password", "database", "driver", "library", "tls", "port", "host"],
)
def test_what_is_wrong_at_the_connection_is_told(facilities: Make, changed, kind, message: str) -> None:
    """ODBC has one SQLSTATE for all: a wrong password that is tried again locks the account."""
    assert message in failure(kind, lambda: list(stream(facilities(**changed), "SELECT 1 AS a")))


def test_a_password_may_hold_any_character(facilities: Make, admin) -> None:
    """A semicolon or a brace would end the password and begin another keyword."""
    admin.execute("DROP ROLE IF EXISTS odd; CREATE ROLE odd LOGIN PASSWORD 'p;w}d={x} é'")
    facilities(username="odd", password="p;w}d={x} é").probe()


def test_a_connection_string_escapes_what_would_end_a_value() -> None:
    """A page must not be able to smuggle a keyword in by a value."""
    keywords = {"Driver": "ODBC Driver 18 for SQL Server", "Server": "db.example,1433", "PWD": "a;b}c"}
    assert (
        connection_string(keywords)
        == "Driver={ODBC Driver 18 for SQL Server};Server=db.example,1433;PWD={a;b}}c}"
    )


def test_an_option_that_is_no_keyword_is_refused(facilities: Make) -> None:
    """Its name is written into the connection string as it is."""
    assert "is no keyword" in failure(ConfigError, lambda: facilities(options={"A=b;PWD": "x"}))


def test_a_connection_that_breaks_between_rows_is_tried_again(facilities: Make, admin) -> None:
    """A restart of the server in the middle of an extract passes by itself."""
    batches = stream(facilities(), "SELECT i, repeat('x', 500) AS r FROM generate_series(1, 200000) i")
    next(batches)
    admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
    assert "broke off while people.sql ran" in failure(TransientError, lambda: list(batches))


def test_every_type_of_a_contract_is_loaded_exactly(facilities: Make, admin, tmp_path: Path) -> None:
    """Arrays of parameters would cut a moment to whole seconds, as the driver describes them."""
    assert facilities().load([batch(person("001"))], load_of(tmp_path, table="permits")) == Loaded(1)
    assert admin.execute("SELECT * FROM permits").fetchall() == [tuple(person("001").values())]


def test_a_replaced_table_is_never_seen_empty(facilities: Make, admin, tmp_path: Path) -> None:
    """Who reads while the load runs sees yesterday's rows, and not none of them."""
    facilities().load([batch(person("001"))], load_of(tmp_path, table="permits"))
    seen = []

    def watched() -> Iterator[pa.RecordBatch]:
        yield batch(person("002"))
        seen.append(ids(admin))
        yield batch(person("003"))

    assert facilities().load(watched(), load_of(tmp_path, "replace", table="permits")) == Loaded(2)
    assert [*seen, ids(admin)] == [["001"], ["002", "003"]]


@pytest.mark.parametrize(("mode", "name"), [("upsert", "New"), ("append", "Ada")])
def test_a_load_with_a_key_can_be_repeated(
    facilities: Make, admin, tmp_path: Path, mode: str, name: str
) -> None:
    """An upsert changes what is there; an append leaves it alone."""
    facilities().load([batch(person("001"))], load_of(tmp_path, table="permits"))
    for _ in range(2):
        rows = [batch(person("001", "New")), batch(person("002"))]
        assert facilities().load(rows, load_of(tmp_path, mode, table="permits", key=["id"])) == Loaded(2)
        assert admin.execute("SELECT id, name FROM permits ORDER BY id").fetchall() == [
            ("001", name),
            ("002", "Ada"),
        ]


@pytest.mark.parametrize("key", [[], ["id"]], ids=["straight", "merged"])
def test_refused_rows_are_set_aside_or_undo_all(
    facilities: Make, admin, tmp_path: Path, key: list[str]
) -> None:
    """One wrong row among many holds up the others or not, as the flow says; the message quotes no row."""
    people = [person(f"{n:04}") for n in range(300)]
    people[123] = person("bad", SECRET)
    people[200] = person("poor", fee=Decimal("-1"))

    def load(share: float) -> Loaded:
        options = load_of(tmp_path, table="permits", key=key, max_rejected=share)
        return facilities().load([batch(*people)], options)

    message = failure(DeliveryError, lambda: load(0))
    assert "permits refuses 2 of 300 rows" in message
    assert "SQLSTATE 22001 in 1 row, the first is row 124" in message
    assert ids(admin) == []
    assert load(0.01) == Loaded(298, 2)
    assert len(ids(admin)) == 298


def test_a_statement_says_how_many_rows_it_changed(facilities: Make, admin, tmp_path: Path) -> None:
    """It is committed, and its binds are values."""
    facilities().load([batch(person("001"), person("002"))], load_of(tmp_path, table="permits"))
    change = Change(
        "rename.sql", "UPDATE permits SET name = :name WHERE id = :id", {"name": "O'B", "id": "002"}
    )
    assert facilities().execute(change) == 1
    assert admin.execute("SELECT name FROM permits ORDER BY id").fetchall() == [("Ada",), ("O'B",)]


MANY = """
import resource, sys
from common.connectors.database.odbc import Odbc
from common.query import Query

driver, host, port, database, username, password = sys.argv[1:]
source = Odbc(name="x", driver=driver, host=host, port=int(port), database=database, username=username,
              password=password, options={"UseDeclareFetch": "1", "Fetch": "1000"})
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
stream = lambda n: source.stream(
    Query("many.sql", f"SELECT i, repeat('x', 1000) AS r FROM generate_series(1, {n}) i"), 5000)
sum(b.num_rows for b in stream(10000))
before = peak()
print(sum(b.num_rows for b in stream(100000)), peak() - before)
"""


@pytest.mark.slow  # several seconds: so many rows that memory would show them
def test_memory_is_flat_over_many_rows(postgres: PostgresServer, driver: str) -> None:
    """The result is 100 MB: gathered anywhere on its way it would show."""
    page = (
        driver,
        postgres.host,
        str(postgres.port),
        postgres.database,
        postgres.username,
        postgres.password,
    )
    done = subprocess.run([sys.executable, "-c", MANY, *page], check=True, capture_output=True, text=True)
    rows, grown = map(int, done.stdout.split())
    assert rows == 100_000
    assert grown < 60
