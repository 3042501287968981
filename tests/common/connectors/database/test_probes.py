"""Probes of databases: each failure at its step, and no table is read."""

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from common.connectors.database.oracle import Oracle
from common.connectors.database.other import OtherDatabase
from common.connectors.database.postgres import Postgres
from common.errors import ConfigError, DataFlowError, TransientError
from tests.servers.postgres import Postgres as PostgresServer
from tests.servers.process import free_port

ALL = ["resolves", "answers", "login", "query"]


@contextmanager
def failing(step: str, kind: type[DataFlowError]):
    """Expects a probe to fail at this step."""
    told: list[str] = []
    with pytest.raises(kind):
        yield told.append
    assert told[-1] == step


@pytest.mark.parametrize("database", ["warehouse", "mirror"])
def test_a_database_is_probed_without_a_grant(database: str, request: pytest.FixtureRequest) -> None:
    """Prevents a check of the page from failing for a user who may read one view only."""
    told: list[str] = []
    source: Oracle | Postgres = request.getfixturevalue(database)()
    assert source.probe(told.append) == ""
    assert told == ALL


@pytest.mark.parametrize("database", ["warehouse", "mirror"])
def test_what_is_wrong_at_a_database_is_told_by_its_step(
    database: str, request: pytest.FixtureRequest
) -> None:
    """Prevents a call to the database's owner for a slip in the host name."""
    make: Callable[..., Oracle | Postgres] = request.getfixturevalue(database)
    with failing("resolves", TransientError) as tell:
        make(host="no-such-host.invalid").probe(tell)
    with failing("answers", TransientError) as tell:
        make(port=free_port()).probe(tell)
    with failing("login", ConfigError) as tell:
        make(password="wrong").probe(tell)


def test_a_probe_gives_its_connection_back(mirror: Callable[..., Postgres], postgres: PostgresServer) -> None:
    """Prevents thirty checks a day from taking the server's connections."""
    mirror().probe()
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        for _ in range(200):
            left = admin.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'").fetchone()
            if left == (0,):
                break
            admin.execute("SELECT pg_sleep(0.01)")
    assert left == (0,)


def test_a_database_in_a_file_has_no_network(tmp_path: Path) -> None:
    """Prevents a search for the host of a file."""
    told: list[str] = []
    OtherDatabase(name="extract-sandbox", url=f"duckdb:///{tmp_path}/campus.duckdb").probe(told.append)
    assert told == ["login", "query"]
    with failing("login", ConfigError) as tell:
        OtherDatabase(name="extract-sandbox", url="sqlite:////no/such/folder/x.db").probe(tell)
