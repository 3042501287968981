"""Fixed-width files, character for character."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from common.contract import Column, Contract
from common.errors import ContractError
from common.files import write_fixed_width
from tests.common.sources import Rows

SECRET = "Ångström-900000001"
ROSTER = Contract(
    "roster",
    (
        Column("name", max_length=8, required=False),
        Column("units", "integer", max_length=5, required=False),
        Column("amount", "decimal(6,2)", max_length=8, required=False),
        Column("born", "date", format="%Y%m%d", max_length=8, required=False),
        Column("active", "boolean", format="Y/N", max_length=1, required=False),
    ),
)
NAMES = Contract("names", (Column("name", max_length=4, required=False), Column("code", max_length=2)))


def test_texts_stand_left_numbers_right_after_zeros_and_nothing_is_blanks(rows: Rows, tmp_path: Path) -> None:
    """A field that is one character off moves all that follow it."""
    batch = pa.RecordBatch.from_pydict(
        {
            "name": ["Ann", "Zacharia", None],
            "units": [3, -12, None],
            "amount": pa.array([Decimal("12.50"), Decimal("-0.05"), None], pa.decimal128(6, 2)),
            "born": pa.array([date(1999, 12, 31), None, None]),
            "active": [True, False, None],
        }
    )
    parcel = write_fixed_width(
        rows(batch), ROSTER, tmp_path / "r.txt", first_line="HDR", last_line="TRL00003"
    )
    assert parcel.path.read_bytes() == (
        b"HDR\r\n"
        b"Ann     0000300012.5019991231Y\r\n"
        b"Zacharia-0012-0000.05        N\r\n"
        b"                              \r\n"
        b"TRL00003\r\n"
    )
    assert parcel.rows == 3


def test_width_is_counted_in_characters_not_in_bytes(rows: Rows, tmp_path: Path) -> None:
    """In latin-1 each character is a byte; padding by the UTF-8 length would be short."""
    parcel = write_fixed_width(
        rows({"name": ["Zoé", "Åsaø"], "code": ["1", "22"]}),
        NAMES,
        tmp_path / "n.txt",
        encoding="latin-1",
        line_end="\n",
    )
    assert parcel.path.read_bytes() == b"Zo\xe9 1 \n\xc5sa\xf822\n"


def test_characters_that_the_encoding_lacks_are_counted_by_column(rows: Rows, tmp_path: Path) -> None:
    """The default is ASCII: a name with an accent is refused, not mangled."""
    with pytest.raises(
        ContractError, match="name holds characters that ascii does not have in 2 rows, the first is row 1"
    ):
        write_fixed_width(
            rows({"name": ["Zoé", "Ann", "Åsa"], "code": ["1", "2", "3"]}), NAMES, tmp_path / "n.txt"
        )
    assert list(tmp_path.iterdir()) == []


def test_a_number_wider_than_its_field_is_counted_over_all_rows(rows: Rows, tmp_path: Path) -> None:
    """The receiver would read its last digits as the next field."""
    contract = Contract("roster", (Column("units", "integer", max_length=3),))
    with pytest.raises(ContractError) as caught:
        write_fixed_width(rows({"units": [1, 1234]}, {"units": [-123, 5]}), contract, tmp_path / "r.txt")
    assert "units is wider than its field of 3 characters in 2 rows, the first is row 2" in str(caught.value)
    assert "1234" not in str(caught.value)


def test_a_text_wider_than_its_field_breaks_the_contract(rows: Rows, tmp_path: Path) -> None:
    """Cut off it would be another name."""
    with pytest.raises(ContractError, match="name is longer than 4 characters in 1 row") as caught:
        write_fixed_width(rows({"name": [SECRET], "code": ["1"]}), NAMES, tmp_path / "n.txt")
    assert SECRET not in str(caught.value)


def test_a_line_break_in_a_value_is_refused(rows: Rows, tmp_path: Path) -> None:
    """Here nothing quotes it: one person would become two lines of nonsense."""
    with pytest.raises(ContractError, match="name holds a line break in 2 rows, the first is row 2"):
        write_fixed_width(
            rows({"name": ["Ann", "a\nb", "a\r"], "code": ["1", "2", "3"]}), NAMES, tmp_path / "n.txt"
        )


def test_a_first_line_that_the_encoding_lacks_is_refused(rows: Rows, tmp_path: Path) -> None:
    """The header record is text of the flow, and must fit as well."""
    with pytest.raises(
        ContractError, match="the first or last line holds characters that ascii does not have"
    ):
        write_fixed_width(
            rows({"name": ["a"], "code": ["1"]}), NAMES, tmp_path / "n.txt", first_line="Universität"
        )


def test_a_contract_without_widths_is_refused_before_anything_is_read(rows: Rows, tmp_path: Path) -> None:
    """The layout is the contract's; a guess from the data would differ from day to day."""
    contract = Contract("roster", (Column("name"), Column("units", "integer"), Column("code", max_length=2)))
    with pytest.raises(ValueError, match="contract 'roster': name, units need a max_length, their width"):
        write_fixed_width(rows(), contract, tmp_path / "r.txt")
