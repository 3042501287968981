"""PostgreSQL, a real server: each failure in its class, without a value or a password."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import psycopg
import pyarrow as pa
import pytest

from common.connectors.database.postgres import Postgres
from common.errors import ConfigError, DataFlowError, SourceError, TransientError
from common.query import Query
from tests.servers.postgres import Postgres as PostgresServer

Make: TypeAlias = Callable[..., Postgres]

SECRET = "Ångström-900000001"


def stream(source: Postgres, sql: str, rows: int = 1000, **binds) -> Iterator[pa.RecordBatch]:
    return source.stream(Query("people.sql", sql, binds), rows)


def table(source: Postgres, sql: str, **binds) -> pa.Table:
    return pa.Table.from_batches(stream(source, sql, **binds))


def failure(kind: type[DataFlowError], source: Postgres, sql: str = "SELECT 1 AS a", **binds) -> str:
    with pytest.raises(kind) as caught:
        table(source, sql, **binds)
    assert str(caught.value).startswith("mirror-sandbox: ")
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__cause__ is None
    return str(caught.value)


def test_an_undefined_column_is_named(mirror: Make) -> None:
    """The database's own words, since its SQL cannot quote a row."""
    message = failure(SourceError, mirror(), "SELECT nope FROM pg_class")
    assert message == (
        'mirror-sandbox: people.sql fails (42703): column "nope" does not exist. '
        "Correct the query, or ask the database's owner for the grant."
    )
    assert "42P01" in failure(SourceError, mirror(), "SELECT 1 FROM nope WHERE a = :a", a=SECRET)


def test_a_syntax_error_beside_a_bind_does_not_tell_its_value(mirror: Make) -> None:
    """The value stands in the SQL that the database quotes from."""
    message = failure(SourceError, mirror(), "SELECT 1 AS a FROM :a", a=SECRET)
    assert "syntax error at or near \"':a'\"" in message


@pytest.mark.parametrize(
    ("sql", "state"),
    [
        ("SELECT CAST(:value AS integer) AS x", "22P02"),
        ("SELECT CAST(:value || i AS integer) AS x FROM generate_series(1, 5) i", "22P02"),
        ("SELECT 1 / (30000 - i) AS x, :value AS v FROM generate_series(1, 50000) i", "22012"),
    ],
    ids=["at once", "at the first row", "after many rows"],
)
def test_an_error_that_may_quote_a_row_is_told_by_its_code_alone(mirror: Make, sql: str, state: str) -> None:
    """Between two rows Arrow itself raises, with the value in its text."""
    message = failure(SourceError, mirror(), sql, value=SECRET)
    assert f"people.sql fails with SQLSTATE {state}; its text is withheld" in message


@pytest.mark.parametrize(
    "changed",
    [{"password": SECRET}, {"password": None}, {"username": "nobody-of-that-name", "password": SECRET}],
)
def test_a_refused_login_is_a_fault_of_the_page_and_tells_no_password(mirror: Make, changed) -> None:
    """Tried again it would lock the account."""
    message = failure(ConfigError, mirror(**changed))
    assert (
        f"refused the login of {changed.get('username', 'reader')}. Check user and password on the page"
        in message
    )


def test_a_password_may_hold_any_character(mirror: Make, postgres: PostgresServer) -> None:
    """In an address a slash, an at sign or a percent sign would end the password or the host."""
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("CREATE ROLE \"odd/us@er\" LOGIN PASSWORD 'p@ss/w:rd%41 #?&é'")
        assert postgres.username == "reader"
    mirror(username="odd/us@er", password="p@ss/w:rd%41 #?&é").probe()


def test_an_unknown_database_is_a_fault_of_the_page(mirror: Make) -> None:
    """It will not appear by waiting."""
    assert "no such database at 127.0.0.1:" in failure(ConfigError, mirror(database="nope"))


@pytest.mark.parametrize("changed", [{"port": 1}, {"host": "no-such-host.invalid"}], ids=["port", "host"])
def test_a_server_that_cannot_be_reached_is_tried_again(mirror: Make, changed) -> None:
    """It may be restarting; the message says what to check if it is not."""
    message = failure(TransientError, mirror(**changed, connect_timeout=2))
    assert "cannot be reached. If it lasts, check host and port on the page" in message


def test_tls_that_the_server_does_not_offer_is_a_fault_of_the_page(mirror: Make) -> None:
    """Waiting gives the server no certificate, and going on without would tell the rows to the network."""
    assert "does not offer the TLS that sslmode on the page asks for" in failure(
        ConfigError, mirror(sslmode="require")
    )


def test_a_connection_that_breaks_between_rows_is_tried_again(mirror: Make, postgres: PostgresServer) -> None:
    """A restart of the server in the middle of an extract passes by itself."""
    batches = stream(mirror(), "SELECT i, repeat('x', 500) AS r FROM generate_series(1, 200000) i", 1000)
    next(batches)
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
    with pytest.raises(TransientError, match=r"^mirror-sandbox: .* broke off while people\.sql ran"):
        list(batches)


def test_an_abandoned_stream_gives_its_connection_back(mirror: Make, postgres: PostgresServer) -> None:
    """A failed step must not hold one of the server's few connections."""
    batches = stream(mirror(), "SELECT i FROM generate_series(1, 100000) i", 1000)
    next(batches)
    batches.close()
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        for _ in range(200):
            left = admin.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'").fetchone()
            if left == (0,):
                break
            admin.execute("SELECT pg_sleep(0.01)")
    assert left == (0,)
