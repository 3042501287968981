"""Loading into a real Oracle, where the environment names one: what the stand-in can only be believed in.

CAMPUS_TEST_ORACLE_DSN, CAMPUS_TEST_ORACLE_USER and CAMPUS_TEST_ORACLE_PASSWORD; the user creates one table of its own
and drops it. No Oracle was at hand where this was written: until somebody runs it, it shows nothing.
"""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import oracledb
import pytest

from common.connectors.database.oracle import Oracle
from common.connectors.database.oracle_address import Address
from common.connectors.database.target import Loaded
from common.errors import DeliveryError
from common.query import Change, Query
from tests.common.connectors.database.loads import SECRET, batch, load_of, person

TABLE = "CAMPUS_LOAD_TEST"
DSN, USER, PASSWORD = (
    os.environ.get(f"CAMPUS_TEST_ORACLE_{part}", "") for part in ("DSN", "USER", "PASSWORD")
)
pytestmark = pytest.mark.skipif(not DSN, reason="NOT TESTED AGAINST A REAL ORACLE: no CAMPUS_TEST_ORACLE_DSN")

DDL = f"""CREATE TABLE {TABLE} (ID VARCHAR2(9) PRIMARY KEY, NAME VARCHAR2(20) NOT NULL, UNITS NUMBER(4),
    FEE NUMBER(8,2) CONSTRAINT {TABLE}_FEE CHECK (FEE >= 0), BORN DATE, SEEN TIMESTAMP(6), ACTIVE NUMBER(1),
    GPA BINARY_DOUBLE)"""


@pytest.fixture
def real() -> Iterator[Oracle]:
    with oracledb.connect(user=USER, password=PASSWORD, dsn=DSN) as connection, connection.cursor() as cursor:
        cursor.execute(DDL)
        try:
            yield Oracle(name="real", address=Address(dsn=DSN), username=USER, password=PASSWORD)
        finally:
            cursor.execute(f"DROP TABLE {TABLE} PURGE")


def names(real: Oracle) -> dict[str, str]:
    query = Query("names.sql", f"SELECT ID, NAME FROM {TABLE} ORDER BY ID")  # noqa: S608 - a constant
    return {row["id"]: row["name"] for part in real.stream(query, 100) for row in part.to_pylist()}


def test_every_mode_leaves_the_rows_it_should(real: Oracle, tmp_path: Path) -> None:
    """Array binds of MERGE and typed dates are what a stand-in is most likely to have wrong."""
    assert real.load([batch(person("1"), person("2"))], load_of(tmp_path, table=TABLE)) == Loaded(2)
    upsert = load_of(tmp_path, "upsert", table=TABLE, key=["id"])
    assert real.load([batch(person("2", "Bea"), person("3", born=None, units=None))], upsert) == Loaded(2)
    assert names(real) == {"1": "Ada", "2": "Bea", "3": "Ada"}
    repeat = load_of(tmp_path, table=TABLE, key=["id"])
    assert real.load([batch(person("3", "Eve"))], repeat) == Loaded(1)
    assert real.load([batch(person("4"))], load_of(tmp_path, "replace", table=TABLE)) == Loaded(1)
    assert names(real) == {"4": "Ada"}


def test_refused_rows_are_told_by_code_and_name(real: Oracle, tmp_path: Path) -> None:
    """Oracle's own texts are where a constraint or a column has to be found."""
    rows = batch(
        person("1"),
        person("2", "far too long for twenty characters " + SECRET),
        person("3", None),
        person("4", fee=Decimal("-1.00")),
        person("1", SECRET),
    )
    with pytest.raises(DeliveryError) as caught:
        real.load([rows], load_of(tmp_path, table=TABLE))
    for part in ("ORA-12899 (NAME)", "ORA-01400 (NAME)", f"{TABLE}_FEE)", "ORA-00001 ("):
        assert part in str(caught.value)
    assert SECRET not in str(caught.value)
    assert names(real) == {}


def test_a_block_and_an_update_are_executed(real: Oracle, tmp_path: Path) -> None:
    """The stand-in runs no PL/SQL."""
    real.load([batch(person("1"))], load_of(tmp_path, table=TABLE))
    block = f"BEGIN\n  UPDATE {TABLE} SET NAME = :name;\nEND"  # noqa: S608 - a constant
    assert real.execute(Change("block.sql", block, {"name": "Bea"})) == 0
    assert names(real) == {"1": "Bea"}
    update = f"UPDATE {TABLE} SET UNITS = :units"  # noqa: S608 - a constant
    assert real.execute(Change("update.sql", update, {"units": 1})) == 1
