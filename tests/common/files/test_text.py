"""Values as texts, in each column's format."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from common.contract import Column, Contract
from common.files import write_csv
from tests.common.sources import Rows

TYPED = Contract(
    "types",
    (
        Column("born", "date", required=False),
        Column("us_day", "date", format="%m/%d/%Y", required=False),
        Column("seen", "timestamp", required=False),
        Column("us_time", "timestamp", format="%m/%d/%Y %H:%M:%S", required=False),
        Column("active", "boolean", required=False),
        Column("flag", "boolean", format="Y/N", required=False),
        Column("count", "integer", required=False),
        Column("code", "integer", format="05", required=False),
        Column("amount", "decimal(8,2)", required=False),
        Column("padded", "decimal(8,2)", format="08", required=False),
        Column("gpa", "float", required=False),
    ),
)


def test_each_type_is_written_in_its_format(rows: Rows, tmp_path: Path) -> None:
    """A fraction of a second, a day in another order, or -0005 as 000-5, is another value to the receiver."""
    day, moment = date(2026, 9, 1), datetime.fromisoformat("2026-09-01T13:05:07.987654")
    early = datetime.fromisoformat("1969-12-31T23:59:59.5")
    batch = pa.RecordBatch.from_pydict(
        {
            "born": pa.array([day, None]),
            "us_day": pa.array([day, date(1950, 1, 2)]),
            "seen": pa.array([moment, early], pa.timestamp("us")),
            "us_time": pa.array([moment, None], pa.timestamp("us")),
            "active": [True, False],
            "flag": [True, False],
            "count": [-7, None],
            "code": [-5, 123456],
            "amount": pa.array([Decimal("-3.10"), None], pa.decimal128(8, 2)),
            "padded": pa.array([Decimal("-3.10"), Decimal("12.00")], pa.decimal128(8, 2)),
            "gpa": [3.25, 4.0],
        }
    )
    assert write_csv(
        rows(batch), TYPED, tmp_path / "t.csv", header=False, line_end="\n"
    ).path.read_text().splitlines() == [
        "2026-09-01,09/01/2026,2026-09-01T13:05:07,09/01/2026 13:05:07,true,Y,-7,-0005,-3.10,-0003.10,3.25",
        ",01/02/1950,1969-12-31T23:59:59,,false,N,,123456,,00012.00,4",
    ]
