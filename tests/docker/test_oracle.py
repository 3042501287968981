"""The flows' queries on a real Oracle beside the stand-in: the same rows.

It runs where ``COMPOSE_PROFILES=single,oracle make up`` has one up with the campus of today in it. No image of
Oracle could be pulled where this was written: until somebody runs it, it shows nothing.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import oracledb
import pytest

from common.clock import today
from common.connectors.database.oracle import Oracle
from common.connectors.database.oracle_address import Address
from common.errors import DataFlowError
from common.query import Query
from common.sandbox.campus import OWNER, campus_on
from common.sandbox.oracle import Database, Server, User
from common.sandbox.warehouse import load_campus
from tests.docker.engine import ROOT

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

QUERIES = sorted((ROOT / "flows").glob("*/*.sql"))
USER, PASSWORD = "campus_reader", "stand-in"


def installed() -> dict[str, str]:
    """The variables of the ``.env`` that ``make up`` has made here."""
    file = ROOT / ".env"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


@pytest.fixture(scope="module")
def real() -> Oracle:
    values = installed() | os.environ
    oracle = Oracle(
        name="real Oracle",
        address=Address(
            host="127.0.0.1",
            port=int(values.get("CAMPUS_ORACLE_PORT", "1521")),
            service_name="FREEPDB1",
        ),
        username=USER,
        password=values.get("CAMPUS_SANDBOX_PASSWORD", ""),
    )
    try:
        oracle.probe()
    except DataFlowError as error:
        pytest.skip(f"NOT TESTED AGAINST A REAL ORACLE: none is up here ({type(error).__name__})")
    return oracle


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Oracle]:
    people = int(installed().get("CAMPUS_SANDBOX_PEOPLE", "5000"))
    database = Database()
    load_campus(database, campus_on(today(), people=people))
    with Server({"CAMPUS": database}, {USER: User(PASSWORD, schema=OWNER)}) as server:
        yield Oracle(
            name="stand-in",
            address=Address(host="127.0.0.1", port=server.port, service_name="CAMPUS"),
            username=USER,
            password=PASSWORD,
        )
    database.close()


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_answers_the_same_on_both(path: Path, real: Oracle, stand_in: Oracle) -> None:
    """Prevents a query that only the stand-in understands, or understands otherwise than Oracle does."""
    query = Query.load(path, as_of=today())
    found, expected = (
        sorted(
            repr(sorted(row.items())) for batch in oracle.stream(query, 10_000) for row in batch.to_pylist()
        )
        for oracle in (real, stand_in)
    )
    assert expected
    assert found == expected


def test_the_reader_may_only_read(real: Oracle) -> None:
    """Prevents a login of flows that could change what it reads."""
    values = installed()
    login = {"user": USER, "password": values["CAMPUS_SANDBOX_PASSWORD"]}
    dsn = f"127.0.0.1:{values.get('CAMPUS_ORACLE_PORT', '1521')}/FREEPDB1"
    with (
        oracledb.connect(**login, dsn=dsn) as connection,
        connection.cursor() as cursor,
        pytest.raises(oracledb.DatabaseError, match=r"ORA-(01031|41900)"),
    ):
        cursor.execute("DELETE FROM ps_names")
