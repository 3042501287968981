"""Delimited files that come in: what a contract makes of them, and what is said of those that are not right."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from common.contract import Column, Contract
from common.errors import ContractError, SourceError
from common.files import read_csv, write_csv
from tests.common.sources import Rows

SECRET = "Ångström-900000001"
HEADER = "Student,Note,Until,Active,Fee\r\n"
HOLDS = Contract(
    "holds",
    (
        Column("emplid", header="Student", personal=True),
        Column("note", header="Note", required=False),
        Column("until", "date", header="Until", format="%m/%d/%Y", required=False),
        Column("active", "boolean", header="Active", format="Y/N", required=False),
        Column("fee", "decimal(8,2)", header="Fee", required=False),
    ),
    key=("emplid",),
)
File = Callable[..., Path]


@pytest.fixture
def file(tmp_path: Path) -> File:
    """Writes what came in: a header and these lines."""

    def write(*lines: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
        path = tmp_path / "holds.csv"
        path.write_bytes((header + "".join(f"{line}\r\n" for line in lines)).encode(encoding))
        return path

    return write


def rows_of(path: Path, contract: Contract = HOLDS, **options) -> list[dict[str, object]]:
    return [row for batch in read_csv(path, contract, **options) for row in batch.to_pylist()]


def test_rows_have_the_contracts_names_and_types(file: File) -> None:
    """Prevents a day that is a text, and quoted delimiters, quotes and line breaks from shifting what follows."""
    path = file('1,"a, ""b""\r\nc",02/28/2026,Y,05.50', "2, , ,N,", "3,,,,-1")
    assert rows_of(path) == [
        {
            "emplid": "1",
            "note": 'a, "b"\r\nc',
            "until": datetime.date(2026, 2, 28),
            "active": True,
            "fee": Decimal("5.50"),
        },
        {"emplid": "2", "note": None, "until": None, "active": False, "fee": None},
        {"emplid": "3", "note": None, "until": None, "active": None, "fee": Decimal(-1)},
    ]


def test_columns_are_found_by_their_title_in_any_order(file: File) -> None:
    """Prevents a partner's new order of columns from putting fees where numbers of students belong."""
    path = file("1.5,N,7,,x", header="Fee,Active,Student,Until,Note\r\n")
    [row] = rows_of(path)
    assert (row["emplid"], row["fee"], row["note"]) == ("7", Decimal("1.50"), "x")


def test_without_a_header_columns_are_found_by_their_place(file: File) -> None:
    """Prevents the first person of the file from being taken for its header."""
    assert [row["emplid"] for row in rows_of(file("1,,,,", "2,,,,", header=""), header=False)] == ["1", "2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_letters_arrive_in_every_encoding(file: File, encoding: str) -> None:
    """Prevents a byte order mark from being part of the first title, and names from being other people's."""
    assert rows_of(file("1,Ærøskøbing,,,", encoding=encoding), encoding=encoding)[0]["note"] == "Ærøskøbing"


def test_a_byte_order_mark_that_nobody_told_of_is_no_part_of_a_title(file: File) -> None:
    """Excel writes one, and whoever sends the file does not know it."""
    assert len(rows_of(file("1,,,,", encoding="utf-8-sig"))) == 1


def test_quotation_marks_can_be_characters_like_any_other(file: File) -> None:
    """Files of old systems quote nothing, and measure in inches."""
    path = file('1|5" pipe|||', header=HEADER.replace(",", "|"))
    assert rows_of(path, delimiter="|", quoted=False)[0]["note"] == '5" pipe'


def test_what_was_fetched_is_read_as_well_as_a_path(file: File) -> None:
    """A fetched file knows more than its path, and a flow hands it on as it is."""
    fetched = SimpleNamespace(path=file("1,,,,"))
    assert sum(batch.num_rows for batch in read_csv(fetched, HOLDS)) == 1


def test_rows_can_be_read_again(file: File) -> None:
    """A step that is tried again begins with the first row."""
    batches = read_csv(file("1,,,,"), HOLDS)
    assert [b.num_rows for b in batches] == [b.num_rows for b in batches] == [1]


def test_what_we_write_we_can_read(rows: Rows, tmp_path: Path) -> None:
    """The sandbox's partners hand our own files back to us."""
    contract = Contract("notes", (Column("note"), Column("due", "date", format="%d.%m.%Y")))
    written = {"note": ['a "b", c', "x\ny"], "due": [datetime.date(2026, 1, 2), datetime.date(1999, 12, 31)]}
    parcel = write_csv(rows(written), contract, tmp_path / "notes.csv", encoding="utf-8-sig")
    assert rows_of(parcel.path, contract) == [
        dict(zip(written, values, strict=True)) for values in zip(*written.values(), strict=True)
    ]


def test_what_breaks_the_contract_is_counted_and_never_shown(file: File) -> None:
    """Prevents the 31st of February from becoming the 3rd of March, and a person from being quoted in a log."""
    path = file(
        f"1,{SECRET},02/31/2026,Q,1.555",
        "2,,2026-02-28,yes,x",
        "2,,02/28/2026,Y,1",
    )
    with pytest.raises(ContractError) as caught:
        rows_of(path)
    message = str(caught.value)
    assert "until is not a valid date in 2 rows, the first is row 1" in message
    assert "active is not a valid boolean in 2 rows, the first is row 1" in message
    assert "fee is not a valid decimal(8,2) in 2 rows, the first is row 1" in message
    assert SECRET not in message


def test_columns_that_do_not_fit_are_told_before_any_row(file: File) -> None:
    """Titles that nobody knows are told by place: in a file without a header they are a person's data."""
    with pytest.raises(ContractError) as caught:
        rows_of(file("1,2,3,4,5", header=f"Student,Student,{SECRET},Active,Fee\r\n"))
    assert str(caught.value) == (
        "holds: the columns of holds.csv do not fit: Note is missing; Until is missing; Student comes 2 times; "
        "1 of the 5 in its first line is not in the contract: number 3. Nothing was read."
    )


def test_rows_of_another_number_of_fields_are_counted_over_the_whole_file(file: File) -> None:
    """Prevents a delimiter in somebody's name from dropping the row, or from moving their fee."""
    good = [f"{n},,,," for n in range(2, 2 + 300_000)]
    path = file("1,,,,", f"{SECRET},x", *good, "1,2,3,4,5,6")
    with pytest.raises(SourceError) as caught:
        rows_of(path)
    assert str(caught.value).startswith(
        "holds.csv: 2 rows have another number of fields than the 5 columns, the first is row 2. "
    )
    with pytest.raises(SourceError, match=r"1 row has another .* the first is row 300,001\."):
        rows_of(file(*good, "1,2,3,4,5,6", header=""), header=False)


def test_a_quotation_mark_without_its_other_half_is_a_fault(file: File) -> None:
    """Prevents every row after it from being swallowed as one person's note."""
    with pytest.raises(SourceError, match="another number of fields"):
        rows_of(file('1,"x,,,', "2,,,,"))
    one = Contract("notes", (Column("note"),))
    with pytest.raises(SourceError, match="holds 1 quotation marks, an odd number"):
        rows_of(file("a", '"b', "c", header="note\r\n"), one)
    with pytest.raises(SourceError, match="a row may be longer than 1 MiB"):
        rows_of(file('1,"' + "x" * 9_000_000))


def test_another_encoding_is_told_by_the_line_that_shows_it(file: File) -> None:
    """Prevents two strange letters instead of one in every name of the campus."""
    lines = [f"{n},,,," for n in range(200_000)]
    path = file(*lines, f"1,{SECRET},,,", encoding="cp1252")
    with pytest.raises(
        SourceError, match=r"is not in the encoding utf-8: line 200,002 is the first"
    ) as caught:
        rows_of(path)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    with pytest.raises(ValueError, match="'klingon' is no encoding"):
        rows_of(path, encoding="klingon")


def test_a_file_of_nothing_is_a_fault(file: File) -> None:
    """Prevents a transfer that broke off from clearing everybody's hold."""
    with pytest.raises(SourceError, match=r"holds\.csv is empty, without even a header"):
        rows_of(file(header=""))
    with pytest.raises(ContractError, match=r"holds\.csv gave no rows"):
        rows_of(file())
    path = file()
    path.unlink()
    with pytest.raises(SourceError, match=r"holds\.csv cannot be read: No such file"):
        rows_of(path)
