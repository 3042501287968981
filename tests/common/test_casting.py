"""Casting: every type that a driver gives becomes the contract's, exactly, or is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from common.contract import Column, Contract
from common.errors import ContractError
from tests.common.sources import Rows

SECRET = "Ångström-900000001"
OPAQUE = pa.opaque(pa.string(), "numeric", "PostgreSQL")
NOON = datetime.fromisoformat("2026-09-01T12:05:07")
MIDNIGHT = datetime.fromisoformat("2026-09-01T00:00:00")
DAY = date(2026, 9, 1)


def decimals(*values: str | None, precision: int = 38, scale: int = 2) -> pa.Array:
    return pa.array([v if v is None else Decimal(v) for v in values], pa.decimal128(precision, scale))


def cast(rows: Rows, kind: str, array: pa.Array) -> list:
    contract = Contract("people", (Column("x", kind, required=False),), min_rows=0)
    batch = pa.RecordBatch.from_arrays([array], names=["x"])
    return [value for part in contract.check(rows(batch)) for value in part["x"].to_pylist()]


@pytest.mark.parametrize(
    ("kind", "given", "wanted"),
    [
        ("text", pa.array(["007", None], pa.large_string()), ["007", None]),
        ("text", pa.array(["007", None], pa.string_view()), ["007", None]),
        ("text", pa.array(["007", " ", "007"]).dictionary_encode(), ["007", None, "007"]),
        ("text", pa.ExtensionArray.from_storage(OPAQUE, pa.array(["1.50"])), ["1.50"]),
        ("text", pa.array([b"abc"], pa.large_binary()), ["abc"]),
        ("text", pa.nulls(2), [None, None]),
        ("text", pa.array([7, None]), ["7", None]),
        ("text", pa.array([7.0, 123456789012.0]), ["7", "123456789012"]),
        ("text", decimals("7.00", "12345678901234567890"), ["7", "12345678901234567890"]),
        ("text", pa.array([NOON], pa.timestamp("s")), ["2026-09-01T12:05:07"]),
        ("text", pa.array([NOON], pa.timestamp("us")), ["2026-09-01T12:05:07"]),
        ("text", pa.array([DAY]), ["2026-09-01"]),
        ("integer", pa.array([7, None], pa.int16()), [7, None]),
        ("integer", pa.array([7.0, None]), [7, None]),
        ("integer", decimals("7.00", None), [7, None]),
        ("integer", pa.array(["007", " "]), [7, None]),
        ("integer", pa.nulls(1), [None]),
        ("decimal(6,2)", pa.array([7, -9999]), [Decimal("7.00"), Decimal("-9999.00")]),
        ("decimal(6,2)", decimals("1.5", precision=3, scale=1), [Decimal("1.50")]),
        ("decimal(6,2)", decimals("1.50", scale=10), [Decimal("1.50")]),
        ("decimal(6,2)", pa.array([1.5, None]), [Decimal("1.50"), None]),
        ("decimal(6,2)", pa.array(["1.5"]), [Decimal("1.50")]),
        ("decimal(6,2)", pa.ExtensionArray.from_storage(OPAQUE, pa.array(["1.50"])), [Decimal("1.50")]),
        ("decimal(38,20)", pa.array([7]), [Decimal("7.00000000000000000000")]),
        ("float", pa.array([1], pa.int32()), [1.0]),
        ("float", decimals("1.50"), [1.5]),
        ("date", pa.array([MIDNIGHT, None], pa.timestamp("s")), [DAY, None]),
        ("date", pa.array([NOON], pa.timestamp("s")), [DAY]),
        (
            "date",
            pa.array([datetime.fromisoformat("1950-09-01T12:00:00")], pa.timestamp("us")),
            [date(1950, 9, 1)],
        ),
        ("date", pa.array([DAY], pa.date64()), [DAY]),
        ("date", pa.array(["2026-09-01"]), [DAY]),
        ("timestamp", pa.array([NOON], pa.timestamp("s")), [NOON]),
        ("timestamp", pa.array([NOON], pa.timestamp("ms")), [NOON]),
        (
            "timestamp",
            pa.array([1_000_000_001], pa.timestamp("ns")),
            [datetime.fromisoformat("1970-01-01T00:00:01")],
        ),
        ("timestamp", pa.array([DAY]), [MIDNIGHT]),
        ("boolean", pa.array([True, None]), [True, None]),
        ("boolean", pa.array([1, 0, None]), [True, False, None]),
        ("boolean", decimals("1", "0", None, precision=1, scale=0), [True, False, None]),
        ("boolean", pa.array(["true", "0"]), [True, False]),
    ],
    ids=lambda value: str(getattr(value, "type", value)),
)
def test_what_drivers_give_becomes_the_contracts_type_exactly(
    rows: Rows, kind: str, given: pa.Array, wanted
) -> None:
    """Oracle, PostgreSQL and DuckDB spell the same column differently, and all-null batches differently again."""
    assert cast(rows, kind, given) == wanted


@pytest.mark.parametrize(
    ("kind", "given", "count"),
    [
        ("integer", pa.array(["1", SECRET, "2", SECRET, None]), 2),
        ("integer", pa.array([1.5, 2.0]), 1),
        ("integer", pa.array([float("nan")]), 1),
        ("integer", decimals("1.5", "1.0", scale=1), 1),
        ("integer", pa.array([MIDNIGHT], pa.timestamp("s")), 1),
        ("decimal(6,2)", pa.array(["1.234", "1.2"]), 1),
        ("decimal(6,2)", pa.array([123456, 1]), 1),
        ("decimal(6,2)", decimals("1.234", "1.23", scale=3), 1),
        ("text", pa.array([1.5, 2.0, 2.5]), 2),
        ("text", decimals("1.50", "2.00"), 1),
        ("text", pa.array([9007199254740993.0, 9007199254740994.0, 1.0]), 1),
        ("decimal(38,2)", pa.array([1e17, 1.0]), 1),
        ("text", pa.array([b"\xff", b"a"]), 1),
        ("text", pa.array([[1], None]), 1),
        ("date", pa.array(["01.09.2026", "2026-09-01"]), 1),
        ("date", pa.array([20260901, 20260902], pa.int32()), 2),
        ("timestamp", pa.array([20260901]), 1),
        ("boolean", pa.array(["Y", "N", "true"]), 2),
        ("boolean", pa.array([5, 1, 0]), 1),
        ("boolean", pa.array([MIDNIGHT], pa.timestamp("s")), 1),
        ("float", pa.array([True]), 1),
    ],
    ids=lambda value: str(getattr(value, "type", value)),
)
def test_what_is_no_such_value_is_counted_and_not_quoted(
    rows: Rows, kind: str, given: pa.Array, count: int
) -> None:
    """Arrow would take 20260901 for a day of the year 57442 and 5 for true, and quotes what it cannot parse."""
    with pytest.raises(
        ContractError, match=rf"x is not a valid .* in {count} rows?, the first is row \d"
    ) as caught:
        cast(rows, kind, given)
    assert SECRET not in str(caught.value)


def test_a_time_with_a_zone_becomes_campus_time(rows: Rows) -> None:
    """03:05 UTC on the first of September is still the thirty-first of August on campus."""
    given = pa.array([datetime(2026, 9, 1, 3, 5, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    assert cast(rows, "timestamp", given) == [datetime.fromisoformat("2026-08-31T21:05:00")]
    assert cast(rows, "date", given) == [date(2026, 8, 31)]


def test_numbers_that_are_none_are_refused(rows: Rows) -> None:
    """NaN and infinity are no JSON, and no number to any receiver."""
    with pytest.raises(ContractError, match="x is not a finite number in 2 rows, the first is row 2"):
        cast(rows, "float", pa.array([1.0, float("nan"), float("inf"), None]))


def test_faults_of_type_in_many_batches_are_placed_by_the_rows_of_all(rows: Rows) -> None:
    """The row number is one of the result, not of a batch; other columns' faults are counted on."""
    contract = Contract("people", (Column("x", "integer"), Column("y")), key=("y",))
    batches = rows(
        {"x": ["1", "2"], "y": ["a", "b"]},
        {"x": ["3", SECRET], "y": ["c", None]},
        {"x": [SECRET], "y": ["d"]},
    )
    with pytest.raises(ContractError) as caught:
        list(contract.check(batches))
    assert "x is not a valid integer in 2 rows, the first is row 4" in str(caught.value)
    assert "y is empty in 1 row, the first is row 4" in str(caught.value)


def test_a_column_of_the_wrong_type_throughout_is_not_counted_to_the_last_row(rows: Rows) -> None:
    """Telling which values are wrong is slow; ten thousand of them say as much as a million."""
    wrong = {"x": pa.array([SECRET] * 10_000)}
    with pytest.raises(
        ContractError, match="x is not a valid integer in at least 10,000 rows, the first is row 1"
    ):
        list(Contract("people", (Column("x", "integer"),)).check(rows(wrong, wrong, wrong)))
