"""Oracle through its own driver, against the stand-in: exact types and binds."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

import pyarrow as pa
import pytest

from common.batches import Batches
from common.connectors.database.oracle import Oracle
from common.contract import Column, Contract
from common.errors import ContractError
from common.query import Query
from common.sandbox.oracle import Database, Server, User
from tests.common.connectors.database.people import MIDNIGHT, SECRET

Make: TypeAlias = Callable[..., Oracle]


def stream(source: Oracle, sql: str, rows: int = 1000, **binds) -> Iterator[pa.RecordBatch]:
    return source.stream(Query("people.sql", sql, binds), rows)


def test_every_common_type_arrives_exactly_under_lower_case_names(warehouse: Make) -> None:
    """Cents, a leading zero, twenty digits, a time of day or a padding blank must not change on the way."""
    (batch,) = stream(warehouse(), "SELECT * FROM PS_PEOPLE WHERE EMPLID = '001'")
    assert batch.to_pylist() == [
        {
            "emplid": "001",
            "units": Decimal(7),
            "fee": Decimal("3.10"),
            "big": Decimal("12345678901234567890"),
            "born": MIDNIGHT,
            "seen": datetime.fromisoformat("2026-09-01T01:02:03.456789"),
            "flag": "Y  ",
            "gpa": 3.25,
            "note": SECRET,
            "nothing": None,
        }
    ]


def test_a_contract_takes_what_the_driver_gives(warehouse: Make) -> None:
    """Decimals for whole numbers, seconds for days, nulls alone, and doubles for what is computed."""
    contract = Contract(
        "people",
        (
            Column("emplid"),
            Column("units", "integer", required=False),
            Column("fee", "decimal(8,2)", required=False),
            Column("big", required=False),
            Column("born", "date"),
            Column("nothing", "integer", required=False),
            Column("total", "integer"),
        ),
        key=("emplid",),
    )
    sql = "SELECT EMPLID, UNITS, FEE, BIG, BORN, NULL AS NOTHING, COUNT(*) OVER () AS TOTAL FROM PS_PEOPLE ORDER BY EMPLID"
    (batch,) = contract.check(Batches("people.sql", lambda: stream(warehouse(), sql)))
    day = date(2026, 9, 1)
    assert [list(row.values()) for row in batch.to_pylist()] == [
        ["001", 7, Decimal("3.10"), "12345678901234567890", day, None, 2],
        ["002", None, None, None, day, None, 2],
    ]


def test_a_number_without_a_precision_is_refused_where_it_lost_digits(warehouse: Make) -> None:
    """The driver gives such numbers as floats: an identifier of 17 digits would be another person's."""
    contract = Contract("people", (Column("id"),))
    good, lost = ("SELECT 1234567 + 0 AS ID FROM DUAL", "SELECT 12345678901234567 + 0 AS ID FROM DUAL")
    (batch,) = contract.check(Batches("people.sql", lambda: stream(warehouse(), good)))
    assert batch.to_pylist() == [{"id": "1234567"}]
    with pytest.raises(ContractError, match="id is not a valid text in 1 row"):
        list(contract.check(Batches("people.sql", lambda: stream(warehouse(), lost))))


def test_an_empty_result_still_has_its_columns_and_types(warehouse: Make) -> None:
    """Without them a contract could not tell an empty result from a wrong query."""
    (batch,) = stream(warehouse(), "SELECT EMPLID, FEE, NOTHING FROM PS_PEOPLE WHERE 1 = 0")
    assert batch.num_rows == 0
    assert batch.schema.names == ["emplid", "fee", "nothing"]
    assert batch.schema.types == [pa.large_string(), pa.decimal128(10, 2), pa.large_string()]


def test_rows_come_in_batches_of_the_size_asked_for(warehouse: Make) -> None:
    """Without a size the driver would fetch the whole result into one batch."""
    sizes = [b.num_rows for b in stream(warehouse(), "SELECT EMPLID FROM PS_PEOPLE", 1)]
    assert sizes == [1, 1]


@pytest.mark.parametrize("value", ["O'Brien", "50%", "a:b :value", "back\\slash", "two\nlines", "é", None])
def test_a_bind_arrives_as_it_is(warehouse: Make, value: str | None) -> None:
    """The driver sends it apart from the SQL; a colon in a string is no bind."""
    (batch,) = stream(warehouse(), "SELECT :value AS V, ' :value' AS S FROM DUAL -- :value", value=value)
    assert batch.to_pylist() == [{"v": value, "s": " :value"}]


def test_a_day_is_bound_as_a_day(warehouse: Make) -> None:
    """As text it would depend on the session's date format."""
    sql = "SELECT EMPLID FROM PS_PEOPLE WHERE BORN > :as_of AND UNITS IS NULL"
    (batch,) = stream(warehouse(), sql, as_of=date(2026, 9, 1))
    assert batch.to_pylist() == [{"emplid": "002"}]


MANY = """
import resource, sys
from common.connectors.database.oracle import Oracle
from common.connectors.database.oracle_address import Address
from common.query import Query

host, port, password = sys.argv[1:]
address = Address(host=host, port=int(port), service_name="CAMPUS")
source = Oracle(name="x", address=address, username="SIS", password=password)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
source.probe()
before = peak()
sql = "SELECT LEVEL_NO, RPAD('x', 400, 'x') AS R FROM MANY"
print(sum(batch.num_rows for batch in source.stream(Query("many.sql", sql), 5000)), peak() - before)
"""


@pytest.mark.slow  # several seconds: so many rows that memory would show them
def test_memory_is_flat_over_many_rows() -> None:
    """The result is 40 MB and more: gathered anywhere on its way it would show."""
    database = Database()
    database.create_table("SYSADM", "CREATE TABLE MANY (LEVEL_NO NUMBER(9) NOT NULL)")
    database.load("SYSADM", "MANY", pa.table({"LEVEL_NO": pa.array(range(100_000))}))
    with Server({"CAMPUS": database}, {"SIS": User("secret", schema="SYSADM")}) as server:
        program = [sys.executable, "-c", MANY, server.host, str(server.port), "secret"]
        done = subprocess.run(program, check=True, capture_output=True, text=True)
    rows, grown = map(int, done.stdout.split())
    assert rows == 100_000
    assert grown < 40
