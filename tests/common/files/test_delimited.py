"""Delimited files, byte for byte."""

import csv
import io
import random
from pathlib import Path

import pyarrow as pa
import pytest

from common.batches import Batches
from common.contract import Column, Contract
from common.errors import ContractError
from common.files import write_csv
from tests.common.sources import Rows

SECRET = "Ångström-900000001"
PEOPLE = Contract(
    "people", (Column("name", header="Full Name", required=False), Column("note", required=False))
)
AWKWARD = {
    "name": ["Ann", 'Bo "Bo" Li', "O'Brien, Pat", "two\nlines", "two\r\nlines", None, "Zoé|Ø"],
    "note": ["x", " ", None, "a\tb", ",", '"', "last"],
}


def written(batches: Batches, contract: Contract, path: Path, **options) -> bytes:
    return write_csv(batches, contract, path, **options).path.read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "scratch" / "people.csv"


def test_by_default_a_file_is_as_rfc_4180_says(rows: Rows, path: Path) -> None:
    """Header, CRLF, quotes only where needed, a quote doubled, nothing for no value."""
    assert written(rows(AWKWARD), PEOPLE, path) == (
        b"Full Name,note\r\n"
        b"Ann,x\r\n"
        b'"Bo ""Bo"" Li",\r\n'
        b'"O\'Brien, Pat",\r\n'
        b'"two\nlines",a\tb\r\n'
        b'"two\r\nlines",","\r\n'
        b',""""\r\n'
        b"Zo\xc3\xa9|\xc3\x98,last\r\n"
    )


def test_quoting_all_tells_an_empty_field_by_its_missing_quotes(rows: Rows, path: Path) -> None:
    """Receivers that insist on quotes take quotes around nothing for an empty text."""
    small = rows({"name": ['Bo "Bo"', None], "note": ["1,2", " "]})
    assert written(small, PEOPLE, path, quoting="all") == b'"Full Name","note"\r\n"Bo ""Bo""","1,2"\r\n,\r\n'


@pytest.mark.parametrize(("delimiter", "quoted"), [("|", b'"Zo\xc3\xa9|\xc3\x98"|last'), ("\t", b'"a\tb"')])
def test_another_delimiter_is_what_needs_quotes(
    rows: Rows, path: Path, delimiter: str, quoted: bytes
) -> None:
    """A comma in a pipe-delimited file stays bare, a pipe does not."""
    content = written(rows(AWKWARD), PEOPLE, path, delimiter=delimiter, line_end="\n")
    assert quoted in content
    assert b"O'Brien, Pat" in content
    assert b"\"O'Brien" not in content


def test_without_quotes_values_that_would_need_them_are_counted_over_all_rows(rows: Rows, path: Path) -> None:
    """Written bare they would shift every later column of their row."""
    batches = rows({"name": ["Ann", "a,b"], "note": ["x", "y"]}, {"name": [SECRET + ","], "note": ['"']})
    with pytest.raises(ContractError) as caught:
        write_csv(batches, PEOPLE, path, quoting="none")
    message = str(caught.value)
    assert message.startswith("people: rows of people.sql do not fit into the file: ")
    assert (
        "name holds the delimiter, a quote or a line break, which would need quotes in 2 rows, the first is row 2"
        in message
    )
    assert (
        "note holds the delimiter, a quote or a line break, which would need quotes in 1 row, the first is row 3"
        in message
    )
    assert SECRET not in message
    assert not path.exists()
    plain = rows({"name": ["O'Brien"], "note": ["a b"]})
    assert (
        written(plain, PEOPLE, path, quoting="none", delimiter="\t") == b"Full Name\tnote\r\nO'Brien\ta b\r\n"
    )


def test_a_title_that_needs_quotes_is_quoted_or_refused_as_a_value_is(rows: Rows, path: Path) -> None:
    """A header of one column too many is refused by the receiver, or worse, is not."""
    contract = Contract("people", (Column("name", header="Last, First"),))
    assert written(rows({"name": ["x"]}), contract, path) == b'"Last, First"\r\nx\r\n'
    with pytest.raises(
        ContractError, match=r"rows of the header do not fit into the file: Last, First holds"
    ):
        write_csv(rows({"name": ["x"]}), contract, path, quoting="none")


def test_the_header_can_be_left_off_and_lines_end_as_asked(rows: Rows, path: Path) -> None:
    """A header where none is expected is a person called Full Name."""
    assert (
        written(rows({"name": ["x"], "note": ["y"]}), PEOPLE, path, header=False, line_end="\n") == b"x,y\n"
    )


@pytest.mark.parametrize("header", [True, False])
def test_a_byte_order_mark_comes_first_and_once(rows: Rows, path: Path, header: bool) -> None:
    """Excel takes UTF-8 for its code page without one, and shows a second one as a character."""
    one = {"name": ["é"], "note": ["x"]}
    content = written(rows(one, one), PEOPLE, path, encoding="utf-8-sig", header=header)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\xef\xbb\xbf") == 1
    assert content.endswith(b"\xc3\xa9,x\r\n" * 2)
    assert written(rows(one, one), PEOPLE, path, encoding="utf-16", header=False) == "é,x\r\né,x\r\n".encode(
        "utf-16"
    )


def test_characters_that_the_encoding_lacks_are_counted_by_column_over_all_rows(
    rows: Rows, path: Path
) -> None:
    """A question mark in a name would reach the partner as the name."""
    batches = rows(
        {"name": ["é", "Łukasz"], "note": ["x", "x"]}, {"name": [SECRET + "Ł", None], "note": ["→", "→"]}
    )
    with pytest.raises(ContractError) as caught:
        write_csv(batches, PEOPLE, path, encoding="cp1252")
    message = str(caught.value)
    assert "name holds characters that cp1252 does not have in 2 rows, the first is row 2" in message
    assert "note holds characters that cp1252 does not have in 2 rows, the first is row 3" in message
    assert SECRET not in message
    assert not path.exists()
    assert (
        written(rows({"name": ["é€"], "note": ["x"]}), PEOPLE, path, encoding="cp1252", header=False)
        == b"\xe9\x80,x\r\n"
    )


def test_a_title_that_the_encoding_lacks_is_refused(rows: Rows, path: Path) -> None:
    """Python's own error would end the run without saying what to correct."""
    contract = Contract("people", (Column("name", header="Imię"),))
    with pytest.raises(
        ContractError, match="the first or last line holds characters that ascii does not have"
    ):
        write_csv(rows({"name": ["x"]}), contract, path, encoding="ascii")


def test_a_file_of_one_column_has_a_field_on_every_line(rows: Rows, path: Path) -> None:
    """Readers skip a line of nothing, and the rows no longer count up."""
    contract = Contract("people", (Column("name", required=False),))
    assert written(rows({"name": ["a", None, "b"]}), contract, path) == b'name\r\na\r\n""\r\nb\r\n'


def test_parts_of_larger_arrays_are_written_as_their_own_rows_alone(rows: Rows, path: Path) -> None:
    """A slice shares its buffers with its neighbours: offsets forgotten would write another person's row."""
    whole = pa.RecordBatch.from_pydict(AWKWARD)
    columns = [whole["name"].slice(2, 3), pa.array(["0", "1,1", "2", "3", "4"]).slice(1, 3)]
    moved = pa.RecordBatch.from_arrays(columns, names=["name", "note"])
    content = written(
        rows(whole.slice(1, 1), moved, whole.slice(6)), PEOPLE, path, header=False, line_end="\n"
    )
    assert content.decode() == (
        '"Bo ""Bo"" Li",\n"O\'Brien, Pat","1,1"\n"two\nlines",2\n"two\r\nlines",3\nZoé|Ø,last\n'
    )


def test_empty_batches_between_others_add_nothing(rows: Rows, path: Path) -> None:
    """A filter in the flow often leaves a batch without rows."""
    empty = {"name": pa.nulls(0), "note": pa.nulls(0)}
    one = {"name": ["a"], "note": ["b"]}
    parcel = write_csv(rows(empty, one, empty, one, empty), PEOPLE, path, header=False, line_end="\n")
    assert (parcel.rows, path.read_bytes()) == (2, b"a,b\na,b\n")


def test_a_contract_that_allows_no_rows_gets_a_header_alone(rows: Rows, path: Path) -> None:
    """Some receivers want the file each day, rows or not."""
    contract = Contract("people", PEOPLE.columns, min_rows=0)
    assert written(rows({"name": pa.nulls(0), "note": pa.nulls(0)}), contract, path) == b"Full Name,note\r\n"


@pytest.mark.parametrize("quoting", ["minimal", "all"])
@pytest.mark.parametrize("delimiter", [",", "|", "\t", ";"])
def test_pythons_own_reader_gets_back_exactly_what_was_written(
    rows: Rows, path: Path, quoting: str, delimiter: str
) -> None:
    """Random texts of all that is awkward, in batches of random sizes: no field may move, split or change."""
    draw = random.Random(f"{quoting}{delimiter}")  # noqa: S311 - no secret, but the same texts each time
    alphabet = [
        "a",
        "Z",
        "é",
        "Ω",
        "𝄞",
        " ",
        ",",
        "|",
        ";",
        "\t",
        '"',
        '""',
        "'",
        "\n",
        "\r",
        "\r\n",
        "\\",
        "0",
        "#",
        "=",
    ]

    def text() -> str | None:
        return "".join(draw.choices(alphabet, k=draw.randrange(8))) or None

    wanted = [(text(), text(), text()) for _ in range(2000)]
    contract = Contract("texts", tuple(Column(name, required=False) for name in "abc"))
    table = pa.table([list(c) for c in zip(*wanted, strict=True)], names=["a", "b", "c"])
    batches = table.to_batches(max_chunksize=draw.randrange(50, 700))
    content = written(rows(*batches), contract, path, quoting=quoting, delimiter=delimiter)
    read = list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter, strict=True))
    assert read[0] == ["a", "b", "c"]
    blanked = [["" if field is None or field.isspace() else field for field in row] for row in wanted]
    assert read[1:] == blanked


@pytest.mark.parametrize("delimiter", ["", "||", '"', "\n", "§"])
def test_a_delimiter_that_cannot_be_one_is_refused_at_once(rows: Rows, path: Path, delimiter: str) -> None:
    """A file that no reader can take apart again."""
    with pytest.raises(ValueError, match="is no delimiter"):
        write_csv(rows(AWKWARD), PEOPLE, path, delimiter=delimiter)
