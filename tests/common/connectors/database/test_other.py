"""DuckDB and SQLite through SQLAlchemy."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from common.connectors.database.other import OtherDatabase
from common.errors import ConfigError, DataFlowError, SourceError, TransientError
from common.query import Query

SECRET = "Ångström-900000001"


@pytest.fixture
def duck(tmp_path: Path) -> OtherDatabase:
    path = tmp_path / "campus.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            f"""CREATE TABLE people AS SELECT '00' || i AS Emplid, '{SECRET}' AS name, 3.10::DECIMAL(8,2) AS fee,
            DATE '2026-09-01' AS born, TIMESTAMP '2026-09-01 13:05:07.5' AS seen, true AS active, NULL AS nothing
            FROM range(5) t(i)"""  # noqa: S608 - a name of this test's own
        )
    return OtherDatabase(name="extract-sandbox", url=f"duckdb:///{path}")


@pytest.fixture
def lite(tmp_path: Path) -> OtherDatabase:
    path = tmp_path / "campus.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE people (emplid TEXT, units INTEGER, mixed)")
        people = [(f"00{n}", n, n if n % 2 else SECRET) for n in range(5)]
        connection.executemany("INSERT INTO people VALUES (?, ?, ?)", people)
    connection.close()
    return OtherDatabase(name="extract-sandbox", url=f"sqlite:///{path}")


@pytest.fixture(params=["duck", "lite"])
def either(request: pytest.FixtureRequest) -> OtherDatabase:
    found: OtherDatabase = request.getfixturevalue(request.param)
    return found


def stream(source: OtherDatabase, sql: str, rows: int = 1000, **binds) -> Iterator[pa.RecordBatch]:
    return source.stream(Query("people.sql", sql, binds), rows)


def failure(kind: type[DataFlowError], source: OtherDatabase, sql: str = "SELECT 1 AS a", **binds) -> str:
    with pytest.raises(kind) as caught:
        list(stream(source, sql, **binds))
    assert str(caught.value).startswith("extract-sandbox: ")
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_every_common_type_of_duckdb_arrives_exactly(duck: OtherDatabase) -> None:
    """Digits of a decimal, a leading zero and a fraction of a second must not change on the way."""
    (batch,) = stream(duck, "SELECT * FROM people WHERE emplid = '001'")
    assert batch.to_pylist() == [
        {
            "emplid": "001",
            "name": SECRET,
            "fee": Decimal("3.10"),
            "born": date(2026, 9, 1),
            "seen": datetime.fromisoformat("2026-09-01T13:05:07.5"),
            "active": True,
            "nothing": None,
        }
    ]


def test_rows_come_in_batches_of_the_size_asked_for(either: OtherDatabase) -> None:
    """Of one row each they are slow beyond use; all at once they are the whole table in memory."""
    assert [b.num_rows for b in stream(either, "SELECT emplid FROM people ORDER BY emplid", 2)] == [2, 2, 1]


def test_an_empty_result_still_has_its_columns(either: OtherDatabase) -> None:
    """Without them a contract could not tell an empty result from a wrong query."""
    (batch,) = stream(either, "SELECT emplid AS Emplid, 1 AS x FROM people WHERE 1 = 0")
    assert (batch.num_rows, batch.schema.names) == (0, ["emplid", "x"])


@pytest.mark.parametrize(
    "value", ["O'Brien", "100%s %(x)s", "a:b :value", "back\\slash", "two\nlines", "?", None]
)
def test_a_bind_arrives_as_it_is_and_nothing_else_is_taken_for_one(
    either: OtherDatabase, value: str | None
) -> None:
    """A colon in a string, a name or a comment is no bind, nor is a percent sign."""
    sql = "SELECT :value AS v, ' :value' AS s, '12:30' AS t, 'a::b' AS \"c:d\", '%' AS p -- :value"
    (batch,) = stream(either, sql, value=value)
    assert batch.to_pylist() == [{"v": value, "s": " :value", "t": "12:30", "c:d": "a::b", "p": "%"}]


def test_a_day_is_bound_as_a_day(duck: OtherDatabase) -> None:
    """As text it would be compared letter by letter."""
    (batch,) = stream(duck, "SELECT count(*) AS n FROM people WHERE born >= :day", day=date(2026, 9, 1))
    assert batch.to_pylist() == [{"n": 5}]


@pytest.mark.parametrize(
    ("sql", "word"),
    [("SELECT nope FROM people", "nope"), ("SELECT 1 FROM nope", "nope"), ("SELEC 1", "selec")],
)
def test_wrong_sql_is_told_in_the_databases_words(either: OtherDatabase, sql: str, word: str) -> None:
    """Errors about the SQL name columns and tables, never a row."""
    with pytest.raises(SourceError, match=r"^extract-sandbox: people\.sql fails: ") as caught:
        list(either.stream(Query("people.sql", sql), 10))
    assert word in str(caught.value).lower()


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("SELECT name::INTEGER AS x FROM people", "ConversionException"),
        ("SELECT strptime(name, '%Y') AS x FROM people", "InvalidInputException"),
        ("SELECT error(name) AS x FROM people", "InvalidInputException"),
        ("SELECT CAST(:value AS INTEGER) AS x", "ConversionException"),
    ],
)
def test_an_error_that_may_quote_a_row_is_told_by_its_name_alone(
    duck: OtherDatabase, sql: str, error: str
) -> None:
    """DuckDB quotes the value that it could not convert."""
    binds = {"value": SECRET} if ":value" in sql else {}
    with pytest.raises(SourceError, match=f"people.sql fails with {error}; its text is withheld") as caught:
        list(duck.stream(Query("people.sql", sql, binds), 10))
    assert SECRET not in str(caught.value)


def test_a_column_that_mixes_types_is_named(lite: OtherDatabase) -> None:
    """SQLite lets each row have its own; Arrow quotes the value that it did not expect."""
    message = failure(SourceError, lite, "SELECT mixed FROM people")
    assert "people.sql gives column mixed values of several types" in message


@pytest.mark.parametrize("scheme", ["duckdb", "sqlite"])
def test_a_file_that_cannot_be_opened_is_a_fault_of_the_page(tmp_path: Path, scheme: str) -> None:
    """A folder that is not mounted will not appear by waiting."""
    source = OtherDatabase(name="extract-sandbox", url=f"{scheme}:///{tmp_path}/no/such/folder/x.db")
    assert "the database cannot be opened: " in failure(ConfigError, source)


def test_a_server_that_cannot_be_reached_is_tried_again_and_no_password_is_told() -> None:
    """The URL of the page and the password make one address, which drivers like to quote."""
    url = "postgresql+psycopg://campus@127.0.0.1:1/campus?connect_timeout=2"
    source = OtherDatabase(name="extract-sandbox", url=url, password=SECRET)
    assert "the database cannot be reached or refuses the login: " in failure(TransientError, source)


@pytest.mark.parametrize("url", ["people.db", "nope://x/y", "mysql://user:hunter2@host/x"])
def test_a_url_that_nothing_here_can_open_is_refused_without_telling_it(url: str) -> None:
    """A URL may hold a password, though the page says it should not."""
    with pytest.raises(ConfigError, match="is no database URL this installation can open") as caught:
        OtherDatabase(name="extract-sandbox", url=url)
    assert "hunter2" not in str(caught.value)


def test_a_duckdb_file_is_free_again_after_the_last_row(duck: OtherDatabase, tmp_path: Path) -> None:
    """Another process cannot even read a file that a pooled connection keeps open."""
    duck.probe()
    list(stream(duck, "SELECT * FROM people"))
    other = [sys.executable, "-c", f"import duckdb; duckdb.connect('{tmp_path}/campus.duckdb')"]
    subprocess.run(other, check=True, capture_output=True)


@pytest.mark.slow  # several seconds: so many rows that memory would show them
def test_memory_is_flat_over_many_rows() -> None:
    """A driver that fetches everything first would need 120 MB here."""
    script = """if True:
        import resource
        from common.connectors.database.other import OtherDatabase
        from common.query import Query
        source = OtherDatabase(name="x", url="duckdb:///:memory:")
        peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        stream = lambda n: source.stream(
            Query("many.sql", f"SELECT i, 'person ' || i AS n, repeat('x', 1000) AS r FROM range({n}) t(i)"), 5000)
        list(stream(10000))
        before = peak()
        print(sum(b.num_rows for b in stream(60000)), peak() - before)
    """
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    # the last line: on a slow machine DuckDB draws a progress bar before it
    rows, grown = map(int, done.stdout.splitlines()[-1].split()[-2:])
    assert rows == 60_000
    assert grown < 60
