"""Snapshots: a row counts as known only once the receiver has accepted it."""

from pathlib import Path

import pandas as pd
import pytest

from common.contract import Column, Contract
from common.errors import ConfigError, ContractError, TransientError
from common.snapshots import Change, Snapshot
from tests.common.sources import Rows

STUDENTS = Contract(
    "engage users",
    (Column("emplid"), Column("name", required=False), Column("units", "integer")),
    key=("emplid",),
)


@pytest.fixture
def snapshot(tmp_path: Path):
    def make(contract: Contract = STUDENTS, **options) -> Snapshot:
        return Snapshot("engage-users", contract, home=tmp_path, **options)

    return make


@pytest.fixture
def students(rows: Rows):
    """People as a frame: their number and name, three units each."""

    def make(people: dict[str, str | None], units: int = 3) -> pd.DataFrame:
        columns = {"emplid": list(people), "name": list(people.values()), "units": [units] * len(people)}
        return rows(columns).frame(STUDENTS)

    return make


def accept(snapshot: Snapshot, frame: pd.DataFrame) -> None:
    with snapshot as seen:
        for change in seen.compare(frame, max_removed=1).rows:
            seen.acknowledge(change)


def test_what_was_acknowledged_is_not_sent_again(snapshot, students) -> None:
    """The receiver's limits, and a year of calls for nothing."""
    accept(snapshot(), students({"1": "Ann", "2": "Bo"}))
    with snapshot() as seen:
        changes = seen.compare(students({"1": "Ann", "2": "Bo"}), max_removed=0)
    assert (len(changes), changes.unchanged, changes.removed) == (0, 2, [])


def test_a_changed_a_new_and_a_removed_row_are_told_apart(snapshot, students) -> None:
    """A digest that missed a column would keep its changes from the receiver for ever."""
    accept(snapshot(), students({"1": "Ann", "2": "Bo", "3": "Cy"}))
    with snapshot() as seen:
        changes = seen.compare(students({"1": "Anna", "2": "Bo", "4": None}), max_removed=0.5)
        assert [(c.key, c.is_new, c.row["name"]) for c in changes.rows] == [
            ("1", False, "Anna"),
            ("4", True, None),
        ]
        assert (changes.removed, changes.unchanged) == (["3"], 1)
        assert len(seen.compare(students({"1": "Ann", "2": "Bo", "3": "Cy"}, units=4), max_removed=0)) == 3


def test_only_acknowledged_rows_are_remembered(snapshot, students) -> None:
    """A row that the receiver refused has to be tried again."""
    with snapshot() as seen:
        first, second = seen.compare(students({"1": "Ann", "2": "Bo"}), max_removed=0).rows
        seen.acknowledge(first)
        assert seen.is_acknowledged(first)
        assert not seen.is_acknowledged(second)
        assert not seen.is_acknowledged(Change(first.key, first.row, b"\0" * 16, is_new=False))
    with snapshot() as seen:
        assert [c.key for c in seen.compare(students({"1": "Ann", "2": "Bo"}), max_removed=0).rows] == ["2"]


def test_what_was_acknowledged_is_saved_though_the_run_fails(snapshot, students) -> None:
    """After an HTTP 500 in the middle, a rerun sends only the rest."""

    def fail() -> None:
        with snapshot() as seen:
            first, _ = seen.compare(students({"1": "Ann", "2": "Bo"}), max_removed=0).rows
            seen.acknowledge(first)
            raise RuntimeError("the connection broke")

    with pytest.raises(RuntimeError, match="broke"):
        fail()
    with snapshot() as seen:
        assert [c.key for c in seen.compare(students({"1": "Ann", "2": "Bo"}), max_removed=0).rows] == ["2"]


def test_too_many_removals_are_refused_with_both_numbers(snapshot, students) -> None:
    """An emptied source must not make everybody leave."""
    accept(snapshot(), students({str(n): "x" for n in range(100)}))
    with snapshot() as seen:
        seen.compare(students({str(n): "x" for n in range(5, 100)}), max_removed=0.05)
        with pytest.raises(ContractError) as caught:
            seen.compare(students({str(n): "x" for n in range(6, 100)}), max_removed=0.05)
    assert str(caught.value) == (
        "Snapshot engage-users: 6 of 100 acknowledged keys are gone from the source, 5.0% are allowed. "
        "Nothing was sent. Look at the source; if they really left, raise max_removed for one run."
    )


def test_a_forgotten_key_is_new_when_it_returns(snapshot, students) -> None:
    """A student who comes back after a gap has to be made anew at the receiver."""
    accept(snapshot(), students({"1": "Ann", "2": "Bo"}))
    with snapshot() as seen:
        for key in seen.compare(students({"1": "Ann"}), max_removed=1).removed:
            seen.forget(key)
        seen.forget("nobody")
    with snapshot() as seen:
        assert [
            (c.key, c.is_new) for c in seen.compare(students({"1": "Ann", "2": "Bo"}), max_removed=0).rows
        ] == [("2", True)]


def test_a_second_run_is_turned_away_while_the_first_holds_the_snapshot(snapshot, students) -> None:
    """Two runs at once would send every change twice, and the slower one's memory would win."""
    with snapshot() as seen:
        with (
            pytest.raises(TransientError, match=r"^Another run is using the snapshot engage-users; "),
            snapshot(),
        ):
            pass
        for change in seen.compare(students({"1": "Ann"}), max_removed=0).rows:
            seen.acknowledge(change)
    with snapshot() as seen:
        assert len(seen) == 1


def test_a_rehearsal_remembers_nothing(snapshot, students) -> None:
    """A dry run that acknowledged would keep the real one from sending."""
    accept(snapshot(read_only=True), students({"1": "Ann"}))
    with snapshot() as seen:
        assert len(seen) == 0


def test_a_key_of_several_columns_is_compared_as_a_whole(snapshot, rows: Rows) -> None:
    """1 + 12 and 11 + 2 are two people's enrolments."""
    contract = Contract(
        "seats", (Column("emplid"), Column("class_nbr", "integer")), key=("emplid", "class_nbr")
    )
    frame = rows({"emplid": ["1", "11"], "class_nbr": [12, 2]}).frame(contract)
    with snapshot(contract) as seen:
        changes = seen.compare(frame, max_removed=0)
        assert len({c.key for c in changes.rows}) == 2
        seen.acknowledge(changes.rows[0])
        assert [c.row["emplid"] for c in seen.compare(frame, max_removed=0).rows] == ["11"]


def test_rows_that_were_not_made_with_the_contract_are_refused(snapshot, students) -> None:
    """Columns in another order, or unchecked, would change every digest."""
    frame = students({"1": "Ann"})
    with (
        snapshot() as seen,
        pytest.raises(ConfigError, match=r"not made with \.frame\(\) of the contract engage users"),
    ):
        seen.compare(frame[["name", "emplid", "units"]], max_removed=0)


def test_the_file_is_for_its_owner_only_and_holds_digests_not_values(
    snapshot, students, tmp_path: Path
) -> None:
    """A copy of everybody's data beside the receiver's is what a snapshot avoids."""
    accept(snapshot(), students({"1": "Ann Smith-Jones"}))
    (file,) = tmp_path.rglob("*.parquet")
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"Smith" not in file.read_bytes()
    assert {p.suffix for p in file.parent.iterdir()} <= {".parquet", ".lock"}


def test_a_damaged_file_stops_the_run_and_does_not_keep_the_lock(snapshot, students, tmp_path: Path) -> None:
    """Half a file taken for an empty one would send the whole campus again, unasked."""
    accept(snapshot(), students({"1": "Ann"}))
    (file,) = tmp_path.rglob("*.parquet")
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    damaged = snapshot()
    with pytest.raises(ConfigError, match=r"engage-users\.parquet is damaged\. Restore it"):
        damaged.__enter__()
    file.write_bytes(whole)
    with snapshot() as seen:
        assert len(seen) == 1
