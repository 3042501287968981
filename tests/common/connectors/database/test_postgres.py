"""PostgreSQL, a real server: exact types, and binds as literals."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import TypeAlias

import pyarrow as pa
import pytest

from common.batches import Batches
from common.connectors.database.postgres import Postgres
from common.contract import Column, Contract
from common.query import Query
from tests.servers.postgres import Postgres as PostgresServer

Make: TypeAlias = Callable[..., Postgres]

SECRET = "Ångström-900000001"


def stream(source: Postgres, sql: str, rows: int = 1000, **binds) -> Iterator[pa.RecordBatch]:
    return source.stream(Query("people.sql", sql, binds), rows)


def table(source: Postgres, sql: str, **binds) -> pa.Table:
    return pa.Table.from_batches(stream(source, sql, **binds))


def test_every_common_type_arrives_exactly(mirror: Make) -> None:
    """Digits of a NUMERIC, a leading zero, a microsecond, or a padding blank must not change on the way."""
    found = table(
        mirror(),
        """SELECT 12345678901234567890.10::numeric AS "Exact", '007'::text AS emplid, 'a'::char(3) AS flag,
                  date '2026-09-01' AS born, timestamp '2026-09-01 13:05:07.123456' AS seen,
                  timestamptz '2026-09-01 03:05:00+00' AS zoned, true AS active, 7::smallint AS units,
                  1.5::float8 AS gpa, NULL AS nothing, NULL::numeric AS no_number""",
    )
    assert found.to_pylist() == [
        {
            "exact": "12345678901234567890.10",
            "emplid": "007",
            "flag": "a  ",
            "born": date(2026, 9, 1),
            "seen": datetime.fromisoformat("2026-09-01T13:05:07.123456"),
            "zoned": datetime(2026, 9, 1, 3, 5, tzinfo=UTC),
            "active": True,
            "units": 7,
            "gpa": 1.5,
            "nothing": None,
            "no_number": None,
        }
    ]
    assert {found["exact"].type, found["no_number"].type} == {pa.string()}


def test_numeric_becomes_a_contracts_decimal_or_integer(mirror: Make) -> None:
    """The driver wraps it in a type of its own, which nothing else knows."""
    contract = Contract("sums", (Column("fee", "decimal(8,2)"), Column("units", "integer")))
    batches = Batches(
        "sums.sql", lambda: stream(mirror(), "SELECT 3.10::numeric AS fee, 12::numeric AS units")
    )
    (batch,) = contract.check(batches)
    assert [str(value) for value in batch.to_pylist()[0].values()] == ["3.10", "12"]


def test_an_empty_result_still_has_its_columns_and_types(mirror: Make) -> None:
    """Without them a contract could not tell an empty result from a wrong query."""
    (batch,) = stream(mirror(), "SELECT 1.5::numeric AS N, 'x'::text AS t, now() AS z WHERE false")
    assert batch.num_rows == 0
    assert batch.schema.names == ["n", "t", "z"]
    assert batch.schema.types[:2] == [pa.string(), pa.string()]


@pytest.mark.parametrize(
    "value",
    [
        "O'Brien",
        "100%s %(x)s",
        "a:b :as_of",
        'say "x"',
        "back\\slash\\'",
        "two\nlines",
        "$1 $$",
        "; DROP TABLE x --",
        "",
        "é𝄞",
    ],
)
def test_a_text_bind_arrives_as_it_is(mirror: Make, value: str) -> None:
    """COPY takes no binds: they are written into the SQL, where a quote or a colon could end or become something."""
    (row,) = table(mirror(), "SELECT :value AS v, ':value' AS s, '%' AS p -- :value", value=value).to_pylist()
    assert row == {"v": value, "s": ":value", "p": "%"}


def test_binds_of_every_type_are_compared_as_that_type(mirror: Make) -> None:
    """A day as text, or a negative number after a minus, would be another query."""
    (row,) = table(
        mirror(),
        """SELECT 5 -:less AS number, :day - date '2026-08-31' AS days, :moment > timestamp '2026-09-01' AS later,
                  :nothing::text IS NULL AS missing, :flag AS flag, 'a'::text IN (:list_a, :list_b) AS listed""",
        less=-3,
        day=date(2026, 9, 1),
        moment=datetime.fromisoformat("2026-09-01T00:00:01"),
        nothing=None,
        flag=True,
        list_a="a",
        list_b="b",
    ).to_pylist()
    assert row == {"number": 8, "days": 1, "later": True, "missing": True, "flag": True, "listed": True}


def test_rows_come_in_batches_of_at_most_the_size_asked_for(mirror: Make) -> None:
    """One large batch would be the whole result in memory."""
    sizes = [b.num_rows for b in stream(mirror(), "SELECT i FROM generate_series(1, 25000) i", 1000)]
    assert sum(sizes) == 25_000
    assert max(sizes) == 1000


MANY = """
import resource, sys
from common.connectors.database.postgres import Postgres
from common.query import Query

host, port, database, username, password = sys.argv[1:]
source = Postgres(name="x", host=host, port=int(port), database=database, username=username, password=password)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
source.probe()
before = peak()
sql = "SELECT i, md5(i::text) AS h, repeat('x', 200) AS r FROM generate_series(1, 200000) i"
print(sum(batch.num_rows for batch in source.stream(Query("many.sql", sql), 16384)), peak() - before)
"""


@pytest.mark.slow  # several seconds: so many rows that memory would show them
def test_memory_is_flat_over_many_rows(postgres: PostgresServer) -> None:
    """The result is 50 MB: gathered anywhere on its way it would show."""
    server = (postgres.host, str(postgres.port), postgres.database, postgres.username, postgres.password)
    done = subprocess.run([sys.executable, "-c", MANY, *server], check=True, capture_output=True, text=True)
    rows, grown = map(int, done.stdout.split())
    assert rows == 200_000
    assert grown < 40
