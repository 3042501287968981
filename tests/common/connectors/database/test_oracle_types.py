"""Oracle's types through its own driver: what each becomes, as the connector's docstring has it."""

# ruff: noqa: S608 - these tests are made of SQL

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

import oracledb
import pyarrow as pa
import pytest

from common.batches import Batches
from common.connectors.database.oracle import Oracle
from common.contract import Column, Contract
from common.errors import ContractError, SourceError
from common.query import Query
from common.sandbox.oracle import Server
from tests.common.connectors.database.people import PASSWORD

Make: TypeAlias = Callable[..., Oracle]


def stream(source: Oracle, sql: str) -> Iterator[pa.RecordBatch]:
    return source.stream(Query("types.sql", sql), 100)


@pytest.mark.parametrize(
    ("expression", "kind", "value"),
    [
        ("CAST('a' AS CHAR(3))", pa.large_string(), "a  "),
        ("CAST('a' AS VARCHAR2(3))", pa.large_string(), "a"),
        ("CAST('é' AS NVARCHAR2(3))", pa.large_string(), "é"),
        ("CAST(7 AS NUMBER(4))", pa.decimal128(4, 0), Decimal(7)),
        ("CAST(7.25 AS NUMBER(12,2))", pa.decimal128(12, 2), Decimal("7.25")),
        ("CAST(7.25 AS NUMBER)", pa.float64(), 7.25),
        ("CAST(7.25 AS BINARY_DOUBLE)", pa.float64(), 7.25),
        ("CAST(7.25 AS BINARY_FLOAT)", pa.float32(), 7.25),
        ("DATE '2026-09-01'", pa.timestamp("s"), datetime.fromisoformat("2026-09-01")),
        (
            "CAST(TIMESTAMP '2026-09-01 13:05:07.123456' AS TIMESTAMP(6))",
            pa.timestamp("us"),
            datetime.fromisoformat("2026-09-01T13:05:07.123456"),
        ),
    ],
)
def test_a_type_becomes_what_is_written_down(
    warehouse: Make, expression: str, kind: pa.DataType, value: Any
) -> None:
    """Prevents a new driver from giving another type than the contracts were written for."""
    (batch,) = stream(warehouse(), f"SELECT {expression} AS X FROM DUAL")
    assert batch.schema.field("x").type == kind
    assert batch.to_pylist() == [{"x": value}]


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("SYSTIMESTAMP", "TIMESTAMP_TZ"),
        ("TIMESTAMP '2026-09-01 00:00:00' - TIMESTAMP '2026-08-01 00:00:00'", "INTERVAL_DS"),
    ],
)
def test_a_type_that_would_lose_something_is_refused_by_its_column(
    warehouse: Make, expression: str, kind: str
) -> None:
    """The driver drops a zone without a word, so that a time would be told hours off."""
    with pytest.raises(SourceError) as caught:
        list(stream(warehouse(), f"SELECT 1 AS A, {expression} AS SEEN_AT FROM DUAL"))
    assert (
        f"types.sql gives columns of types that are not read, or that would lose their zone: seen_at ({kind})."
        in str(caught.value)
    )


def test_large_objects_and_bytes_come_whole(oracle: Server, warehouse: Make) -> None:
    """A locator in the place of a text would be fetched row by row, or after the connection is gone."""
    login = {"user": "SIS", "password": PASSWORD, "service_name": "CAMPUS"}
    with (
        oracledb.connect(host=oracle.host, port=oracle.port, **login) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("CREATE TABLE CARDS (CARD RAW(8), NOTE CLOB, PHOTO BLOB)")
        cursor.execute("INSERT INTO CARDS VALUES (:1, :2, :3)", [b"\x00\xff", "é" * 5000, b"\x89PNG" * 2000])
        connection.commit()
        (batch,) = stream(warehouse(), "SELECT * FROM CARDS")
        cursor.execute("DROP TABLE CARDS")
    assert batch.schema.types == [pa.large_binary(), pa.large_string(), pa.large_binary()]
    assert batch.to_pylist() == [{"card": b"\x00\xff", "note": "é" * 5000, "photo": b"\x89PNG" * 2000}]
    contract = Contract("cards", (Column("card"),))
    with pytest.raises(ContractError, match="card is not a valid text in 1 row"):
        list(contract.check(Batches("types.sql", lambda: iter([batch.select(["card"])]))))
