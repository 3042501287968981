"""Two people in a table of every common Oracle type."""

from datetime import datetime
from decimal import Decimal

import pyarrow as pa

__all__ = ["DDL", "MIDNIGHT", "PASSWORD", "PEOPLE", "SECRET"]

SECRET = "Ångström-900000001"
PASSWORD = "tiger-" + SECRET
MIDNIGHT = datetime.fromisoformat("2026-09-01T00:00:00")
NOON = datetime.fromisoformat("2026-09-01T13:05:07")

DDL = """CREATE TABLE PS_PEOPLE (EMPLID VARCHAR2(11) NOT NULL, UNITS NUMBER(8), FEE NUMBER(10,2), BIG NUMBER(20),
    BORN DATE, SEEN TIMESTAMP(6), FLAG CHAR(3), GPA BINARY_DOUBLE, NOTE CLOB, NOTHING VARCHAR2(5))"""
PEOPLE = pa.table(
    {
        "EMPLID": ["001", "002"],
        "UNITS": [7, None],
        "FEE": pa.array([Decimal("3.10"), None], pa.decimal128(10, 2)),
        "BIG": pa.array([Decimal("12345678901234567890"), None], pa.decimal128(20, 0)),
        "BORN": pa.array([MIDNIGHT, NOON], pa.timestamp("s")),
        "SEEN": pa.array([datetime.fromisoformat("2026-09-01T01:02:03.456789"), None], pa.timestamp("us")),
        "FLAG": ["Y", "N"],
        "GPA": [3.25, None],
        "NOTE": [SECRET, None],
        "NOTHING": pa.nulls(2, pa.string()),
    }
)
