"""Rows to load, and the table they go into, in the SQL that every database understands."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from common.connectors.database.target import Load

__all__ = ["SCHEMA", "SECRET", "batch", "load_of", "person"]

SECRET = "Ångström-900000001"
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("name", pa.string()),
        ("units", pa.int64()),
        ("fee", pa.decimal128(10, 2)),
        ("born", pa.date32()),
        ("seen", pa.timestamp("us")),
        ("active", pa.bool_()),
        ("gpa", pa.float64()),
    ]
)


def person(number: str, name: str | None = "Ada", **changed: Any) -> dict[str, Any]:
    """A row of every type of a contract."""
    row = {
        "id": number,
        "name": name,
        "units": 7,
        "fee": Decimal("3.10"),
        "born": date(2026, 9, 1),
        "seen": datetime.fromisoformat("2026-09-01T13:05:07.123456"),
        "active": True,
        "gpa": 3.25,
    }
    return row | changed


def batch(*rows: dict[str, Any]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(list(rows), schema=SCHEMA)


def load_of(
    tmp_path: Path,
    mode: Any = "append",
    *,
    table: str = "people",
    key: Sequence[str] = (),
    max_rejected: float = 0.0,
    schema: pa.Schema = SCHEMA,
) -> Load:
    return Load(table, schema, mode, tmp_path / "rejects" / "people.csv", tuple(key), max_rejected)
