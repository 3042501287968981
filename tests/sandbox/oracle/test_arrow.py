"""The driver's Arrow interface, which the extracts use."""

from collections.abc import Iterator
from decimal import Decimal

import oracledb
import pyarrow as pa
import pytest

from tests.sandbox.oracle.conftest import Running, at

ALL = """
    CREATE TABLE ALL_TYPES (
        KEY NUMBER(9) NOT NULL, AMOUNT NUMBER(10,2), LOOSE NUMBER, LABEL VARCHAR2(20), FIXED CHAR(4), DAY DATE,
        STAMP TIMESTAMP(6), NOTE CLOB, IMAGE BLOB, RATIO BINARY_DOUBLE, WIDE NUMBER(38), EMPTY VARCHAR2(5)
    )"""


@pytest.fixture(scope="module")
def arrow(oracle: Running) -> Iterator[oracledb.Connection]:
    """2,500 rows of every type, loaded from Arrow."""
    oracle.database.create_table("SIS", ALL)
    count = 2500
    table = pa.table(
        {
            "key": range(count),
            "amount": pa.array([Decimal(n) / 4 for n in range(count)], pa.decimal128(10, 2)),
            "loose": [n / 2 for n in range(count)],
            "label": [f"G{n // 100}" for n in range(count)],
            "fixed": ["ab"] * count,
            "day": pa.array([at("2020-01-01 12:00")] * count, pa.timestamp("us")),
            "stamp": pa.array([at("2020-01-01 12:00:00.000005")] * count, pa.timestamp("us")),
            "note": ["é" * 5000 if n % 500 == 0 else None for n in range(count)],
            "image": pa.array([b"\x00" * n if n % 500 == 1 else None for n in range(count)], pa.binary()),
            "ratio": [n / 3 for n in range(count)],
            "wide": pa.array([Decimal(10**30 + n) for n in range(count)], pa.decimal128(38, 0)),
            "empty": [""] * count,
        }
    )
    oracle.database.load("SIS", "ALL_TYPES", table)
    with oracle.connect() as connection:
        yield connection
    oracle.database.truncate("SIS", "ALL_TYPES")


def fetch(connection: oracledb.Connection, sql: str, size: int = 1000, **binds: object) -> pa.Table:
    """All batches of a query as one table."""
    batches = connection.fetch_df_batches(sql, binds or None, size=size, fetch_decimals=True)
    return pa.concat_tables(pa.table(batch) for batch in batches)


def test_every_type_has_its_arrow_type(arrow: oracledb.Connection) -> None:
    """These are the types that contracts are written against."""
    schema = fetch(arrow, "SELECT * FROM ALL_TYPES").schema
    assert {field.name: str(field.type) for field in schema} == {
        "KEY": "decimal128(9, 0)",
        "AMOUNT": "decimal128(10, 2)",
        "LOOSE": "double",
        "LABEL": "large_string",
        "FIXED": "large_string",
        "DAY": "timestamp[s]",
        "STAMP": "timestamp[us]",
        "NOTE": "large_string",
        "IMAGE": "large_binary",
        "RATIO": "double",
        "WIDE": "decimal128(38, 0)",
        "EMPTY": "large_string",
    }


def test_every_value_arrives_in_every_batch(arrow: oracledb.Connection) -> None:
    """Values must not move between rows where one batch ends and the next begins."""
    table = fetch(arrow, "SELECT * FROM ALL_TYPES ORDER BY KEY", size=700)
    assert table["KEY"].to_pylist() == list(range(2500))
    assert table["AMOUNT"].to_pylist()[:3] == [Decimal("0.00"), Decimal("0.25"), Decimal("0.50")]
    assert table["LOOSE"].to_pylist()[1] == 0.5
    assert table["LABEL"].to_pylist()[2499] == "G24"
    assert set(table["FIXED"].to_pylist()) == {"ab  "}
    assert set(table["DAY"].to_pylist()) == {at("2020-01-01 12:00")}
    assert set(table["STAMP"].to_pylist()) == {at("2020-01-01 12:00:00.000005")}
    assert [note for note in table["NOTE"].to_pylist() if note] == ["é" * 5000] * 5
    assert [len(image) for image in table["IMAGE"].to_pylist() if image] == [1, 501, 1001, 1501, 2001]
    assert table["RATIO"].to_pylist()[1] == 1 / 3
    assert table["WIDE"].to_pylist()[7] == 10**30 + 7
    assert set(table["EMPTY"].to_pylist()) == {None}


def test_an_empty_result_has_one_batch_with_all_types(arrow: oracledb.Connection) -> None:
    """A file with a header and no rows still needs its columns."""
    batches = [pa.table(b) for b in arrow.fetch_df_batches("SELECT * FROM ALL_TYPES WHERE KEY < 0", size=10)]
    assert sum(batch.num_rows for batch in batches) == 0
    assert batches[0].schema.names[:2] == ["KEY", "AMOUNT"]


def test_columns_of_nothing_but_null_keep_their_types(arrow: oracledb.Connection) -> None:
    """A type guessed from the values would be none at all."""
    table = fetch(
        arrow,
        "SELECT NULL A, CAST(NULL AS NUMBER(5)) B, CAST(NULL AS DATE) C, NOTE D FROM ALL_TYPES WHERE KEY = 3",
    )
    assert [str(field.type) for field in table.schema] == [
        "large_string",
        "decimal128(5, 0)",
        "timestamp[s]",
        "large_string",
    ]
    assert table.to_pylist() == [{"A": None, "B": None, "C": None, "D": None}]


def test_binds_of_all_kinds_are_taken(arrow: oracledb.Connection) -> None:
    """Dates and terms of a flow's query are binds, never text."""
    sql = "SELECT KEY FROM ALL_TYPES WHERE DAY <= :as_of AND LABEL = :label AND KEY < :top"
    assert fetch(arrow, sql, as_of=at("2026-09-01"), label="G1", top=150)["KEY"].to_pylist() == list(
        range(100, 150)
    )


def test_fetch_df_all_reads_a_large_text_whole(arrow: oracledb.Connection) -> None:
    """CLOBs take another way through the protocol."""
    table = pa.table(arrow.fetch_df_all("SELECT NOTE FROM ALL_TYPES WHERE KEY = 500"))
    assert table["NOTE"].to_pylist() == ["é" * 5000]
