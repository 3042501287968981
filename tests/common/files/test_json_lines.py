"""JSON Lines."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from common.contract import Column, Contract
from common.errors import ContractError
from common.files import write_jsonl
from tests.common.sources import Rows


def test_each_row_is_an_object_with_the_receivers_names(rows: Rows, tmp_path: Path) -> None:
    """Byte for byte: keys in the contract's order, UTF-8 as itself, null for no value."""
    contract = Contract(
        "users",
        (
            Column("name", header="fullName", required=False),
            Column("units", "integer", required=False),
            Column("code", "integer", format="05"),
            Column("gpa", "float"),
            Column("fee", "decimal(8,2)"),
            Column("born", "date", format="%m/%d/%Y"),
            Column("active", "boolean"),
            Column("flag", "boolean", format="Y/N"),
        ),
    )
    batch = pa.RecordBatch.from_pydict(
        {
            "name": ['Zoé "Z"\n', " "],
            "units": [3, None],
            "code": [7, -7],
            "gpa": [3.5, 4.0],
            "fee": pa.array([Decimal("0.10"), Decimal("123456.78")], pa.decimal128(8, 2)),
            "born": pa.array([date(1999, 12, 31)] * 2),
            "active": [True, False],
            "flag": [True, False],
        }
    )
    assert write_jsonl(rows(batch), contract, tmp_path / "u.jsonl").path.read_bytes().decode() == (
        '{"fullName": "Zoé \\"Z\\"\\n", "units": 3, "code": "00007", "gpa": 3.5, "fee": "0.10", '
        '"born": "12/31/1999", "active": true, "flag": "Y"}\n'
        '{"fullName": null, "units": null, "code": "-0007", "gpa": 4.0, "fee": "123456.78", '
        '"born": "12/31/1999", "active": false, "flag": "N"}\n'
    )


def test_every_line_is_json_whatever_the_text(rows: Rows, tmp_path: Path) -> None:
    """Line separators of Unicode split lines for some readers of text, and must not for one of JSON Lines."""
    texts = ["a\u2028b", "\\", "</script>", "\t", "𝄞", "'"]
    contract = Contract("texts", (Column("t", required=False),))
    content = write_jsonl(rows({"t": texts}), contract, tmp_path / "t.jsonl").path.read_bytes()
    assert [json.loads(line)["t"] for line in content.split(b"\n")[:-1]] == [
        "a\u2028b",
        "\\",
        "</script>",
        None,
        "𝄞",
        "'",
    ]


def test_nan_never_reaches_a_file(rows: Rows, tmp_path: Path) -> None:
    """Python writes NaN, which is no JSON, without a word."""
    with pytest.raises(ContractError, match="gpa is not a finite number in 1 row"):
        write_jsonl(
            rows({"gpa": [float("nan")]}), Contract("g", (Column("gpa", "float"),)), tmp_path / "g.jsonl"
        )
    assert list(tmp_path.iterdir()) == []
