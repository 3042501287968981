"""The benchmark of loads: both sides give and take the same rows."""

import shutil
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.bench.databases import TABLES, mariadb_duels, postgres_duels
from tests.servers.mariadb import MariaDb
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.slow  # servers of their own, and whole programs

ROWS = 2_000


@pytest.fixture
def rows_file(postgres: Postgres, tmp_path: Path) -> Path:
    """What ours wrote from PostgreSQL's table."""
    if not shutil.which("psql"):
        pytest.skip("BENCHMARK NOT TRIED: psql is not here")
    unload, _ = postgres_duels(postgres, tmp_path, ROWS)
    for side in TABLES:
        unload.turn(side)
    assert unload.different() == []
    return tmp_path / "ours.csv"


def test_postgresql_holds_the_same_rows_after_both(postgres: Postgres, rows_file: Path) -> None:
    """A load that leaves out rows would be quick; and a comparison that sees no missing row is none."""
    _, load = postgres_duels(postgres, rows_file.parent, ROWS)
    for _ in range(2):  # an append to what is there already would double it
        for side in TABLES:
            load.turn(side)
    assert load.different() == []
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM enrollment_ours").fetchone() == (ROWS,)
        connection.execute(
            "UPDATE enrollment_ours SET note = 'x' WHERE emplid = '000000001' AND note IS NULL"
        )
    assert load.different() == ["the rows in the table"]


def test_mariadb_holds_and_gives_the_same_rows_after_both(mariadb: MariaDb, rows_file: Path) -> None:
    """Its client turns what it does not understand into warnings: empty fields into 0, the end of a line into text."""
    if not shutil.which("mariadb"):
        pytest.skip("BENCHMARK NOT TRIED: mariadb is not here")
    load, unload = mariadb_duels(mariadb, rows_file.parent)
    for duel in (load, unload):
        for side in TABLES:
            duel.turn(side)
        assert duel.different() == []
    with closing(mariadb.admin()) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE enrollment_ours SET note = 'x' WHERE emplid = '000000001' AND note IS NULL")
    assert load.different() == ["the rows in the table"]
