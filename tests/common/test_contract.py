"""Contracts: a fault is counted over all rows, placed, and told without the value."""

import numpy as np
import pyarrow as pa
import pytest

from common.contract import Column, Contract
from common.errors import ContractError
from tests.common.sources import Rows

SECRET = "Ångström-900000001"


def people(*columns: Column, **options) -> Contract:
    return Contract("people", columns, **options)


def checked(contract: Contract, batches) -> pa.Table:
    return pa.Table.from_batches(contract.check(batches), schema=contract.schema)


def refusal(contract: Contract, batches) -> str:
    with pytest.raises(ContractError) as caught:
        list(contract.check(batches))
    message = str(caught.value)
    assert message.startswith("people: ")
    assert "Nothing was sent." in message
    assert SECRET not in message
    return message


def test_columns_come_out_in_the_contracts_order_and_types(rows: Rows) -> None:
    """A query whose columns were moved must not move them in the receiver's file."""
    contract = people(Column("emplid"), Column("units", "integer"))
    table = checked(contract, rows({"units": [3], "emplid": ["01"]}))
    assert table.schema == contract.schema
    assert table.to_pylist() == [{"emplid": "01", "units": 3}]


def test_an_unknown_column_is_named_with_the_nearest_spelling(rows: Rows) -> None:
    """A slip in an alias, found before anything is written."""
    message = refusal(
        people(Column("last_name"), Column("emplid")), rows({"last_nam": ["x"], "emplid": ["1"]})
    )
    assert "last_nam is not in the contract (did you mean last_name?)" in message
    assert "last_name is missing from the rows" in message
    assert "emplid" not in message


def test_a_column_that_comes_twice_is_refused(rows: Rows) -> None:
    """SELECT a.emplid, b.emplid: which of the two goes to the receiver would be chance."""
    twice = pa.RecordBatch.from_arrays([pa.array(["1"]), pa.array(["2"])], names=["emplid", "emplid"])
    assert "emplid comes twice" in refusal(people(Column("emplid")), rows(twice))


def test_null_and_blank_keys_are_counted_though_the_column_is_not_required(rows: Rows) -> None:
    """PeopleSoft writes one space for no value; two people without a key would become one at the receiver."""
    contract = people(Column("emplid", required=False), key=("emplid",))
    message = refusal(contract, rows({"emplid": ["1", " "]}, {"emplid": [None, "2"]}, {"emplid": [""]}))
    assert "emplid is empty in 3 rows, the first is row 2" in message


def test_a_repeated_key_is_counted_exactly_across_batches(rows: Rows) -> None:
    """A join that multiplies rows shows only when all batches are seen together."""
    contract = people(Column("emplid"), key=("emplid",))
    message = refusal(
        contract, rows({"emplid": ["1", "2"]}, {"emplid": ["2", "3"]}, {"emplid": ["1", "1", "4"]})
    )
    assert "the key emplid repeats (2 keys occur more than once) in 3 rows" in message


def test_a_key_of_several_columns_repeats_only_as_a_whole(rows: Rows) -> None:
    """Parts that merely read alike when put together are different keys."""
    contract = people(Column("emplid"), Column("rcd", "integer"), key=("emplid", "rcd"))
    assert checked(contract, rows({"emplid": ["1", "11", "1"], "rcd": [12, 2, 2]})).num_rows == 3
    message = refusal(contract, rows({"emplid": ["1"], "rcd": [2]}, {"emplid": ["1"], "rcd": [2]}))
    assert "the key emplid + rcd repeats (1 key occurs more than once) in 1 row" in message


def test_faults_are_counted_over_all_batches_with_the_first_row(rows: Rows) -> None:
    """The message for the owner of the data: how many, and where to look first."""
    contract = people(Column("name", max_length=3))
    message = refusal(
        contract, rows({"name": ["Ann", "Zoé"]}, {"name": [SECRET, "Bo", SECRET]}, {"name": [SECRET]})
    )
    assert "name is longer than 3 characters in 3 rows, the first is row 3" in message


def test_from_the_first_fault_on_no_row_is_handed_out(rows: Rows) -> None:
    """The file may be complete to all appearance when the error comes; it must hold no row after the fault."""
    handed = []
    with pytest.raises(ContractError):
        handed.extend(people(Column("a")).check(rows({"a": ["1"]}, {"a": [None]}, {"a": ["3"]})))
    assert [batch["a"].to_pylist() for batch in handed] == [["1"]]


def test_blank_is_no_value_in_any_column(rows: Rows) -> None:
    """A required text of one space would reach the receiver as a person without a name."""
    contract = people(Column("name"), Column("suffix", required=False))
    message = refusal(contract, rows({"name": ["Ann", " ", "\u3000"], "suffix": ["x", " ", ""]}))
    assert "name is empty in 2 rows, the first is row 2" in message
    assert "suffix" not in message
    table = checked(people(Column("suffix", required=False)), rows({"suffix": [" Jr ", " ", "", None]}))
    assert table["suffix"].to_pylist() == [" Jr ", None, None, None]


def test_values_off_the_list_and_off_the_pattern_are_counted(rows: Rows) -> None:
    """A new code of the source, or half a date, that the receiver would take for something else."""
    contract = people(
        Column("role", one_of=("STAFF", "FACULTY"), required=False),
        Column("term", pattern=r"\d{4}|NONE", required=False),
    )
    message = refusal(contract, rows({"role": ["STAFF", SECRET, None], "term": ["2268", "NONE", "22689"]}))
    assert "role is none of STAFF, FACULTY in 1 row, the first is row 2" in message
    assert r"term does not match \d{4}|NONE in 1 row, the first is row 3" in message


def test_control_characters_are_refused_and_line_breaks_and_tabs_are_not(rows: Rows) -> None:
    """A stray 0x1A ends a file for some receivers; line breaks in addresses are daily."""
    contract = people(Column("address"))
    assert checked(contract, rows({"address": ["1 Main\r\nApt\t2"]})).num_rows == 1
    for character in "\x00\x0b\x1a\x1f\x7f":
        message = refusal(contract, rows({"address": ["x", f"{SECRET}{character}"]}))
        assert "address holds control characters in 1 row, the first is row 2" in message


def test_a_control_character_outside_a_slice_is_not_seen(rows: Rows) -> None:
    """A part of a larger array shares its memory with rows that are not its own."""
    whole = pa.RecordBatch.from_pydict({"name": ["\x00", "Ann", "\x00"]})
    assert checked(people(Column("name")), rows(whole.slice(1, 1))).num_rows == 1


def test_what_lies_in_memory_under_a_null_is_not_seen(rows: Rows) -> None:
    """Arrow lets a null keep the bytes of the value that it covers."""
    memory = [bytes([0b10]), np.array([0, 1, 2], np.int32).tobytes(), b"\x00x"]
    covered = pa.Array.from_buffers(pa.string(), 2, [pa.py_buffer(part) for part in memory])
    assert covered.to_pylist() == [None, "x"]
    batch = pa.RecordBatch.from_arrays([covered], names=["name"])
    assert checked(people(Column("name", required=False)), rows(batch)).num_rows == 2


def test_not_more_than_five_problems_are_spelled_out(rows: Rows) -> None:
    """A message of forty columns is read by nobody."""
    contract = people(*(Column(f"c{n}") for n in range(7)))
    message = refusal(contract, rows({f"c{n}": [None, "x" if n else None] for n in range(7)}))
    assert message.count("is empty") == 5
    assert "c0 is empty in 2 rows, the first is row 1" in message
    assert "; and 2 more problems." in message


def test_no_rows_are_a_fault_unless_the_contract_allows_them(rows: Rows) -> None:
    """An empty file would make a receiver that deletes what is absent delete everybody."""
    empty = pa.RecordBatch.from_pydict({"emplid": pa.nulls(0)})
    assert "people.sql gave no rows" in refusal(people(Column("emplid")), rows(empty))
    assert "people.sql gave no rows" in refusal(people(Column("emplid")), rows())
    assert checked(people(Column("emplid"), min_rows=0), rows(empty)).num_rows == 0


def test_fewer_and_more_rows_than_plausible_are_refused_with_both_numbers(rows: Rows) -> None:
    """Half a source, or a join that multiplies rows."""
    batches = rows({"emplid": ["1", "2"]}, {"emplid": ["3", "4"]})
    contract = people(Column("emplid"), min_rows=1_000)
    assert "people.sql gave 4 rows, fewer than the 1,000 expected" in refusal(contract, batches)
    assert "people.sql gave 4 rows, more than the 3 allowed" in refusal(
        people(Column("emplid"), max_rows=3), batches
    )
    assert checked(people(Column("emplid"), min_rows=4, max_rows=4), batches).num_rows == 4


def test_rows_beyond_the_limit_are_counted_but_not_handed_out(rows: Rows) -> None:
    """A runaway join must not fill the disk before it is refused."""
    handed = []
    with pytest.raises(ContractError):
        handed.extend(people(Column("a"), max_rows=1).check(rows({"a": ["1"]}, {"a": ["2"]}, {"a": ["3"]})))
    assert len(handed) == 1


def test_personal_columns_are_those_that_say_so() -> None:
    """Receipts name them; a preview masks them."""
    assert people(Column("name", personal=True), Column("term")).personal == ("name",)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Column("Emplid"), "names are lower case"),
        (lambda: Column("a", "varchar"), "type 'varchar' is none of text, integer, float"),
        (lambda: Column("a", "decimal(5)"), r"or decimal\(p,s\)"),
        (lambda: Column("a", pattern="("), "Invalid regular expression: missing"),
        (lambda: Column("a", "integer", one_of=("1",)), "one_of and pattern are for text, not for integer"),
        (lambda: Column("a", "date", pattern="x"), "one_of and pattern are for text, not for date"),
        (lambda: Column("a", "boolean", format="Y"), "'Y' is no format of the type boolean"),
        (lambda: Column("a", "integer", format="5"), "'5' is no format of the type integer"),
        (lambda: Column("a", format="%Y"), "'%Y' is no format of the type text"),
        (lambda: people(Column("a"), Column("a")), "names a twice"),
        (lambda: people(Column("a"), key=("b",)), "key b is none of its columns"),
    ],
)
def test_a_contract_that_makes_no_sense_fails_where_it_is_written(wrong, words: str) -> None:
    """Not at night, in the run that first meets a row."""
    with pytest.raises(ValueError, match=words):
        wrong()
