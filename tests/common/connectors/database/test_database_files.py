"""DuckDB and SQLite files, read and loaded."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import duckdb
import pyarrow as pa
import pytest

from common.connectors.database.duckdb import DuckDb
from common.connectors.database.sqlite import Sqlite
from common.connectors.database.target import Loaded
from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError, TransientError
from common.query import Change, Query
from tests.common.connectors.database.loads import SCHEMA, SECRET, batch, load_of, person

File: TypeAlias = DuckDb | Sqlite

TABLE = """CREATE TABLE people (id VARCHAR PRIMARY KEY, name VARCHAR NOT NULL CHECK (length(name) < 10), units INTEGER,
    fee DECIMAL(10,2), born DATE, seen TIMESTAMP, active BOOLEAN, gpa DOUBLE)"""


@pytest.fixture
def duck(tmp_path: Path) -> DuckDb:
    with duckdb.connect(tmp_path / "campus.duckdb") as connection:
        connection.execute(TABLE)
    return DuckDb(name="extract-sandbox", path=tmp_path / "campus.duckdb")


@pytest.fixture
def lite(tmp_path: Path) -> Sqlite:
    with closing(sqlite3.connect(tmp_path / "campus.sqlite")) as connection:
        connection.execute(TABLE.replace("fee DECIMAL(10,2)", "fee TEXT"))
    return Sqlite(name="extract-sandbox", path=tmp_path / "campus.sqlite", patience=0.1)


@pytest.fixture(params=["duck", "lite"])
def either(request: pytest.FixtureRequest) -> File:
    found: File = request.getfixturevalue(request.param)
    return found


def rows(
    source: File, sql: str = "SELECT * FROM people ORDER BY id", size: int = 1000, **binds
) -> list[dict]:
    return pa.Table.from_batches(stream(source, sql, size, **binds)).to_pylist()


def stream(source: File, sql: str, size: int = 1000, **binds) -> Iterator[pa.RecordBatch]:
    return source.stream(Query("people.sql", sql, binds), size)


def failure(kind: type[DataFlowError], act: Callable[[], object]) -> str:
    with pytest.raises(kind) as caught:
        act()
    assert str(caught.value).startswith("extract-sandbox: ")
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


def test_duckdb_keeps_every_type_of_a_contract(duck: DuckDb, tmp_path: Path) -> None:
    """Digits of a decimal, a leading zero and a microsecond must not change on the way in and out."""
    assert duck.load([batch(person("001"))], load_of(tmp_path)) == Loaded(1)
    (found,) = stream(duck, "SELECT * FROM people")
    assert found.to_pylist() == [person("001")]
    assert found.schema.field("fee").type == SCHEMA.field("fee").type


def test_sqlite_keeps_digits_and_days_as_text(lite: Sqlite, tmp_path: Path) -> None:
    """It has neither decimals nor days: as a float, 3.10 would be 3.1."""
    lite.load([batch(person("001"))], load_of(tmp_path))
    (found,) = rows(lite)
    assert found == person("001", fee="3.10", born="2026-09-01", seen="2026-09-01 13:05:07.123456", active=1)


def test_rows_come_in_batches_and_an_empty_result_has_its_columns(either: File, tmp_path: Path) -> None:
    """Of one row each they are slow beyond use; without columns a contract knows nothing of an empty result."""
    either.load([batch(*(person(f"{n}") for n in range(5)))], load_of(tmp_path))
    assert [b.num_rows for b in stream(either, "SELECT id FROM people", 2)] == [2, 2, 1]
    (empty,) = stream(either, "SELECT id AS Emplid, 1 AS x FROM people WHERE 1 = 0")
    assert (empty.num_rows, empty.schema.names) == (0, ["emplid", "x"])


@pytest.mark.parametrize(
    "value", ["O'Brien", "100%s $x", "a:b :value", "back\\slash", "two\nlines", "?", None]
)
def test_a_bind_arrives_as_it_is_and_nothing_else_is_taken_for_one(either: File, value: str | None) -> None:
    """A colon in a string, a name or a comment is no bind, nor is a dollar sign."""
    sql = "SELECT :value AS v, ' :value $value' AS s, 'a::b' AS \"c:d\" -- :value"
    assert rows(either, sql, value=value) == [{"v": value, "s": " :value $value", "c:d": "a::b"}]


def test_a_day_a_moment_and_an_amount_are_bound_as_such(either: File, tmp_path: Path) -> None:
    """As anything else they would be compared letter by letter, or not be found."""
    either.load([batch(person("001"))], load_of(tmp_path))
    values = {"day": date(2026, 9, 1), "fee": Decimal("3.10"), "at": person("")["seen"]}
    sql = "SELECT id FROM people WHERE born = :day AND fee = :fee AND seen = :at"
    assert rows(either, sql, **values) == [{"id": "001"}]


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("SELECT nope FROM people", "nope"),
        ("SELECT 1 FROM nope", "nope"),
        ("SELECT 1 FROM FROM people", "from"),
    ],
)
def test_wrong_sql_is_told_in_the_databases_words(either: File, sql: str, word: str) -> None:
    """Errors about the SQL name columns and tables, never a row."""
    query = Query("people.sql", sql)
    message = failure(SourceError, lambda: list(either.stream(query, 10)))
    assert "people.sql fails" in message
    assert word in message.lower()


def test_duckdb_tells_the_line(duck: DuckDb) -> None:
    """A query of a page's length is not searched for one word."""
    message = failure(SourceError, lambda: rows(duck, "SELECT id\nFROM FROM people"))
    assert "people.sql fails at line 2: " in message


@pytest.mark.parametrize(
    ("sql", "binds"),
    [
        ("SELECT CAST(name AS INTEGER) AS x FROM people", {}),
        ("SELECT CAST(:value AS INTEGER) AS x FROM people", {"value": SECRET}),
    ],
)
def test_an_error_that_may_quote_a_row_is_told_by_its_name_alone(
    duck: DuckDb, tmp_path: Path, sql: str, binds: dict[str, str]
) -> None:
    """DuckDB quotes the value that it could not convert, at once or between two rows."""
    short = SECRET[:9]
    duck.load([batch(person("001", short))], load_of(tmp_path))
    message = failure(SourceError, lambda: rows(duck, sql, **binds))
    assert "people.sql fails with Conversion" in message
    assert short not in message


def test_a_column_that_mixes_types_is_named(lite: Sqlite) -> None:
    """SQLite lets each row have its own; Arrow quotes the value that it did not expect."""
    sql = "SELECT 1 AS mixed UNION ALL SELECT :value"
    message = failure(SourceError, lambda: rows(lite, sql, value=SECRET))
    assert "people.sql gives column mixed values of several types" in message


@pytest.mark.parametrize("kind", [DuckDb, Sqlite])
def test_a_file_that_is_not_there_is_a_fault_of_the_page_and_is_not_made(tmp_path: Path, kind) -> None:
    """A folder that is not mounted will not appear by waiting; a new file would be an empty source."""
    path = tmp_path / "no-such-file.db"
    source = kind(name="extract-sandbox", path=path)
    assert "cannot be opened: " in failure(ConfigError, lambda: rows(source, "SELECT 1 AS a"))
    assert not path.exists()
    path.write_bytes(b"%PDF-1.7" * 1000)
    assert "cannot be opened: " in failure(ConfigError, source.probe)


def test_a_replaced_table_is_whole_or_as_it_was(either: File, tmp_path: Path) -> None:
    """A source that breaks off in the middle must not empty the receiver."""
    either.load([batch(person("001"), person("002"))], load_of(tmp_path))

    def broken() -> Iterator[pa.RecordBatch]:
        yield batch(person("003"))
        raise SourceError("it broke off")

    with pytest.raises(SourceError, match="it broke off"):
        either.load(broken(), load_of(tmp_path, "replace"))
    assert [r["id"] for r in rows(either)] == ["001", "002"]
    assert either.load([batch(person("002")), batch(person("003"))], load_of(tmp_path, "replace")) == Loaded(
        2
    )
    assert [r["id"] for r in rows(either)] == ["002", "003"]


@pytest.mark.parametrize(("mode", "name"), [("upsert", "New"), ("append", "Ada")])
def test_a_load_with_a_key_can_be_repeated(either: File, tmp_path: Path, mode: str, name: str) -> None:
    """An upsert changes what is there; an append leaves it alone."""
    either.load([batch(person("001"))], load_of(tmp_path))
    for _ in range(2):
        either.load([batch(person("001", "New"), person("002"))], load_of(tmp_path, mode, key=["id"]))
        assert [r["name"] for r in rows(either)] == [name, "Ada"]


def test_a_key_without_an_index_is_told(either: File, tmp_path: Path) -> None:
    """Without one the database cannot tell rows apart."""
    act = lambda: either.load([batch(person("001"))], load_of(tmp_path, "upsert", key=["name"]))  # noqa: E731
    assert "the load of people fails" in failure(DeliveryError, act)


def test_a_refused_row_leaves_the_table_as_it_was(either: File, tmp_path: Path) -> None:
    """Half a load is worse than none: nobody knows which half. The message quotes no row."""
    for bad in (person("002", SECRET), person("002", None), person("001")):
        failure(DeliveryError, lambda bad=bad: either.load([batch(person("001"), bad)], load_of(tmp_path)))
        assert rows(either) == []


def test_sqlite_sets_a_few_refused_rows_aside(lite: Sqlite, tmp_path: Path) -> None:
    """One wrong row among many should not hold up the others, where the flow says so; DuckDB cannot."""
    people = [person(f"{n:04}") for n in range(500)]
    people[123] = person("bad", SECRET)
    assert lite.load([batch(*people)], load_of(tmp_path, max_rejected=0.01)) == Loaded(499, 1)
    assert len(rows(lite)) == 499


def test_duckdb_says_that_it_keeps_all_or_nothing(duck: DuckDb, tmp_path: Path) -> None:
    """A share that would be ignored is worse than one that is refused."""
    act = lambda: duck.load([batch(person("001"))], load_of(tmp_path, max_rejected=0.01))  # noqa: E731
    assert "leave max_rejected out" in failure(ConfigError, act)


def test_a_statement_says_how_many_rows_it_changed(either: File, tmp_path: Path) -> None:
    """It is committed, and its binds are values."""
    either.load([batch(person("001"), person("002"))], load_of(tmp_path))
    change = Change(
        "rename.sql", "UPDATE people SET name = :name WHERE id = :id", {"name": "O'B", "id": "002"}
    )
    assert either.execute(change) == 1
    assert [r["name"] for r in rows(either)] == ["Ada", "O'B"]


def test_a_file_that_another_process_writes_is_tried_again(either: File, tmp_path: Path) -> None:
    """The lock goes away by itself; after the last row ours does too."""
    list(stream(either, "SELECT * FROM people"))
    holds = f"""if True:
        import duckdb, sqlite3
        if {isinstance(either, DuckDb)}:
            held = duckdb.connect('{tmp_path}/campus.duckdb')
        else:
            held = sqlite3.connect('{tmp_path}/campus.sqlite', isolation_level=None)
            held.execute('BEGIN EXCLUSIVE')
        print(1, flush=True); input()"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", holds], **pipes) as other:
        assert other.stdout.readline() == "1\n"
        failure(TransientError, lambda: rows(either))
        other.communicate("\n")
    assert rows(either, "SELECT 1 AS a") == [{"a": 1}]


MANY = """
import duckdb, resource, sqlite3, sys
from pathlib import Path
from common.connectors.database.duckdb import DuckDb
from common.connectors.database.sqlite import Sqlite
from common.query import Query

kind, path = sys.argv[1:]
source = {"duck": DuckDb, "lite": Sqlite}[kind](name="x", path=Path(path))
numbers = {
    "duck": "range({n}) t(i)",
    "lite": "(WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < {n}) SELECT i FROM t) t"}[kind]
text = {"duck": "repeat('x', 1000)", "lite": "printf('%01000d', i)"}[kind]
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
stream = lambda n: source.stream(Query("many.sql", f"SELECT i, {text} AS r FROM {numbers.format(n=n)}"), 5000)
sum(b.num_rows for b in stream(20000))
before = peak()
print(sum(b.num_rows for b in stream(100000)), peak() - before)
"""


@pytest.mark.parametrize("kind", ["duck", "lite"])
@pytest.mark.slow  # several seconds: so many rows that memory would show them
def test_memory_is_flat_over_many_rows(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """The result is 100 MB: gathered anywhere on its way it would show."""
    request.getfixturevalue(kind)
    (file,) = tmp_path.glob("campus.*")
    done = subprocess.run(
        [sys.executable, "-c", MANY, kind, file], check=True, capture_output=True, text=True
    )
    count, grown = map(int, done.stdout.splitlines()[-1].split()[-2:])
    assert count == 100_000
    assert grown < 60
