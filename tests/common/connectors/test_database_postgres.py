"""PostgreSQL, a real server: exact types, binds as literals, and each failure in its class."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime

import psycopg
import pyarrow as pa
import pytest

from common.batches import Batches
from common.connectors.database.postgres import Postgres
from common.contract import Column, Contract
from common.errors import ConfigError, DataFlowError, SourceError, TransientError
from common.query import Query
from tests.servers.postgres import Postgres as Server

SECRET = "Ångström-900000001"


@pytest.fixture
def connector(postgres: Server):
    """The connector for the server, with these parts of its page changed."""

    def make(**changed) -> Postgres:
        page = {
            "name": "mirror-sandbox",
            "host": postgres.host,
            "port": postgres.port,
            "database": postgres.database,
            "username": postgres.username,
            "password": postgres.password,
        }
        return Postgres(**(page | changed))

    return make


def stream(connector: Postgres, sql: str, rows: int = 1000, **binds) -> Iterator[pa.RecordBatch]:
    return connector.stream(Query("people.sql", sql, binds), rows)


def table(connector: Postgres, sql: str, **binds) -> pa.Table:
    return pa.Table.from_batches(stream(connector, sql, **binds))


def failure(kind: type[DataFlowError], connector: Postgres, sql: str = "SELECT 1 AS a", **binds) -> str:
    with pytest.raises(kind) as caught:
        table(connector, sql, **binds)
    assert str(caught.value).startswith("mirror-sandbox: ")
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__cause__ is None
    return str(caught.value)


def test_every_common_type_arrives_exactly(connector) -> None:
    """Digits of a NUMERIC, a leading zero, a microsecond, or a padding blank must not change on the way."""
    found = table(
        connector(),
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


def test_numeric_becomes_a_contracts_decimal_or_integer(connector) -> None:
    """The driver wraps it in a type of its own, which nothing else knows."""
    contract = Contract("sums", (Column("fee", "decimal(8,2)"), Column("units", "integer")))
    batches = Batches(
        "sums.sql", lambda: stream(connector(), "SELECT 3.10::numeric AS fee, 12::numeric AS units")
    )
    (batch,) = contract.check(batches)
    assert [str(value) for value in batch.to_pylist()[0].values()] == ["3.10", "12"]


def test_an_empty_result_still_has_its_columns_and_types(connector) -> None:
    """Without them a contract could not tell an empty result from a wrong query."""
    (batch,) = stream(connector(), "SELECT 1.5::numeric AS N, 'x'::text AS t, now() AS z WHERE false")
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
def test_a_text_bind_arrives_as_it_is(connector, value: str) -> None:
    """COPY takes no binds: they are written into the SQL, where a quote or a colon could end or become something."""
    (row,) = table(
        connector(), "SELECT :value AS v, ':value' AS s, '%' AS p -- :value", value=value
    ).to_pylist()
    assert row == {"v": value, "s": ":value", "p": "%"}


def test_binds_of_every_type_are_compared_as_that_type(connector) -> None:
    """A day as text, or a negative number after a minus, would be another query."""
    (row,) = table(
        connector(),
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


def test_rows_come_in_batches_of_at_most_the_size_asked_for(connector) -> None:
    """One large batch would be the whole result in memory."""
    sizes = [b.num_rows for b in stream(connector(), "SELECT i FROM generate_series(1, 25000) i", 1000)]
    assert sum(sizes) == 25_000
    assert max(sizes) == 1000


def test_an_undefined_column_is_named(connector) -> None:
    """The database's own words, since its SQL cannot quote a row."""
    message = failure(SourceError, connector(), "SELECT nope FROM pg_class")
    assert message == (
        'mirror-sandbox: people.sql fails (42703): column "nope" does not exist. '
        "Correct the query, or ask the database's owner for the grant."
    )
    assert "42P01" in failure(SourceError, connector(), "SELECT 1 FROM nope WHERE a = :a", a=SECRET)


def test_a_syntax_error_beside_a_bind_does_not_tell_its_value(connector) -> None:
    """The value stands in the SQL that the database quotes from."""
    message = failure(SourceError, connector(), "SELECT INTERVAL :a YEAR(1)", a=SECRET)
    assert "people.sql fails" in message


@pytest.mark.parametrize(
    ("sql", "state"),
    [
        ("SELECT CAST(:value AS integer) AS x", "22P02"),
        ("SELECT CAST(:value || i AS integer) AS x FROM generate_series(1, 5) i", "22P02"),
        ("SELECT 1 / (30000 - i) AS x, :value AS v FROM generate_series(1, 50000) i", "22012"),
    ],
    ids=["at once", "at the first row", "after many rows"],
)
def test_an_error_that_may_quote_a_row_is_told_by_its_code_alone(connector, sql: str, state: str) -> None:
    """Between two rows Arrow itself raises, with the value in its text."""
    message = failure(SourceError, connector(), sql, value=SECRET)
    assert f"people.sql fails with SQLSTATE {state}; its text is withheld" in message


@pytest.mark.parametrize(
    "changed",
    [{"password": SECRET}, {"password": None}, {"username": "nobody-of-that-name", "password": SECRET}],
)
def test_a_refused_login_is_a_fault_of_the_page_and_tells_no_password(connector, changed) -> None:
    """Tried again it would lock the account."""
    message = failure(ConfigError, connector(**changed))
    assert (
        f"refused the login of {changed.get('username', 'reader')}. Check user and password on the page"
        in message
    )


def test_a_password_may_hold_any_character(connector, postgres: Server) -> None:
    """In an address a slash, an at sign or a percent sign would end the password or the host."""
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("CREATE ROLE \"odd/us@er\" LOGIN PASSWORD 'p@ss/w:rd%41 #?&é'")
        assert postgres.username == "reader"
    connector(username="odd/us@er", password="p@ss/w:rd%41 #?&é").probe()


def test_an_unknown_database_is_a_fault_of_the_page(connector) -> None:
    """It will not appear by waiting."""
    assert "no such database at 127.0.0.1:" in failure(ConfigError, connector(database="nope"))


@pytest.mark.parametrize("changed", [{"port": 1}, {"host": "no-such-host.invalid"}], ids=["port", "host"])
def test_a_server_that_cannot_be_reached_is_tried_again(connector, changed) -> None:
    """It may be restarting; the message says what to check if it is not."""
    message = failure(TransientError, connector(**changed, connect_timeout=2))
    assert "cannot be reached. If it lasts, check host and port on the page" in message


def test_tls_that_the_server_does_not_offer_is_a_fault_of_the_page(connector) -> None:
    """Waiting gives the server no certificate, and going on without would tell the rows to the network."""
    assert "does not offer the TLS that sslmode on the page asks for" in failure(
        ConfigError, connector(sslmode="require")
    )


def test_a_connection_that_breaks_between_rows_is_tried_again(connector, postgres: Server) -> None:
    """A restart of the server in the middle of an extract passes by itself."""
    batches = stream(connector(), "SELECT i, repeat('x', 500) AS r FROM generate_series(1, 200000) i", 1000)
    next(batches)
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
    with pytest.raises(TransientError, match=r"^mirror-sandbox: .* broke off while people\.sql ran"):
        list(batches)


def test_an_abandoned_stream_gives_its_connection_back(connector, postgres: Server) -> None:
    """A failed step must not hold one of the server's few connections."""
    batches = stream(connector(), "SELECT i FROM generate_series(1, 100000) i", 1000)
    next(batches)
    batches.close()
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        for _ in range(200):
            left = admin.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'").fetchone()
            if left == (0,):
                break
            admin.execute("SELECT pg_sleep(0.01)")
    assert left == (0,)


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


def test_memory_is_flat_over_many_rows(postgres: Server) -> None:
    """The result is 50 MB: gathered anywhere on its way it would show."""
    server = (postgres.host, str(postgres.port), postgres.database, postgres.username, postgres.password)
    done = subprocess.run([sys.executable, "-c", MANY, *server], check=True, capture_output=True, text=True)
    rows, grown = map(int, done.stdout.split())
    assert rows == 200_000
    assert grown < 40
