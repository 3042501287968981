"""Fixed-width files that come in."""

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from common.contract import Column, Contract
from common.errors import ContractError, SourceError
from common.files import read_fixed_width, write_fixed_width
from tests.common.sources import Rows

SECRET = "900000001"
PAYMENTS = Contract(
    "payments",
    (
        Column("emplid", max_length=9, personal=True),
        Column("name", max_length=6, required=False),
        Column("amount", "decimal(8,2)", max_length=8),
        Column("paid", "date", max_length=8, format="%Y%m%d", required=False),
    ),
)


def rows_of(path: Path, **options) -> list[tuple[object, ...]]:
    return [
        tuple(r.values()) for batch in read_fixed_width(path, PAYMENTS, **options) for r in batch.to_pylist()
    ]


def test_what_we_write_we_can_read(rows: Rows, tmp_path: Path) -> None:
    """Prevents a reader and a writer that have two ideas of the same layout."""
    values = {
        "emplid": ["1", "22"],
        "name": ["Zoé", None],
        "amount": [Decimal("1.50"), Decimal("-20.00")],
        "paid": [None, datetime.date(2026, 2, 28)],
    }
    path = tmp_path / "payments.txt"
    options = {"first_line": "HDR", "last_line": "TRL0002", "encoding": "cp1252"}
    write_fixed_width(rows(values), PAYMENTS, path, **options)
    assert rows_of(path, first_line=True, last_line=True, encoding="cp1252") == list(
        zip(*values.values(), strict=True)
    )


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_last_line_may_end_or_not(tmp_path: Path, end: str) -> None:
    """Prevents the last payment from being lost, and a line of nothing from being one."""
    path = tmp_path / "payments.txt"
    path.write_bytes(f"1        Ann   00001.5020260228{end}".encode())
    assert rows_of(path) == [("1", "Ann", Decimal("1.50"), datetime.date(2026, 2, 28))]


def test_a_trailer_is_found_in_a_file_of_many_pieces(tmp_path: Path) -> None:
    """Prevents the trailer of a large file from being a payment, and one row at each seam from being none."""
    path = tmp_path / "payments.txt"
    line = "1        Ann   00001.5020260228\r\n"
    path.write_bytes(("HDR\r\n" + line * 300_000 + "TRL\r\n").encode())
    assert len(rows_of(path, first_line=True, last_line=True)) == 300_000


def test_lines_of_another_length_are_counted(tmp_path: Path) -> None:
    """Prevents a name of one letter too many from moving everybody's decimal point."""
    path = tmp_path / "payments.txt"
    path.write_bytes(f"1        Ann   00001.5020260228\n{SECRET}Ann  00001.5020260228\n\n".encode())
    with pytest.raises(SourceError) as caught:
        rows_of(path)
    assert str(caught.value).startswith(
        "payments.txt: 2 lines are not 31 characters long, the first is row 2. "
    )
    assert SECRET not in str(caught.value)
    path.write_bytes("1        Zoé   00001.5020260228".encode())
    with pytest.raises(SourceError, match="not in the encoding ascii: line 1"):
        rows_of(path)


def test_what_breaks_the_contract_is_told(tmp_path: Path) -> None:
    """Prevents the 31st of February, and a contract without widths."""
    path = tmp_path / "payments.txt"
    path.write_bytes(b"1        Ann   00001.5020260231\n")
    with pytest.raises(ContractError, match="paid is not a valid date in 1 row"):
        rows_of(path)
    with pytest.raises(ValueError, match="name need a max_length"):
        read_fixed_width(path, Contract("names", (Column("name"),)))
