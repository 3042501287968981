"""Receipts: the account of what was delivered, and the guard that compares with it."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TypeAlias

import pytest

from common.contract import Column, Contract
from common.errors import ContractError
from common.files import Parcel, write_csv, zipped
from common.receipts import Difference, Receipt, Receipts
from common.settings import settings
from tests.common.sources import Rows

PEOPLE = Contract("permit customers", (Column("emplid"),), min_rows=0)
START = datetime(2026, 9, 1, 22, 30, tzinfo=UTC)

MakeParcel: TypeAlias = Callable[..., Parcel]


@pytest.fixture
def receipts(tmp_path: Path) -> Receipts:
    return Receipts(tmp_path / "state")


@pytest.fixture
def parcel(rows: Rows, tmp_path: Path) -> MakeParcel:
    def make(*emplids: str, name: str = "people.csv", contract: Contract = PEOPLE) -> Parcel:
        return write_csv(rows({"emplid": list(emplids)}), contract, tmp_path / "scratch" / name)

    return make


def receipt(
    parcel: Parcel, *, days: int = 0, system: str = "permits-sftp", flow: str = "customers"
) -> Receipt:
    return Receipt(
        flow=flow,
        system=system,
        path="/in/people.csv",
        contract=parcel.contract.name,
        rows=parcel.rows,
        bytes=parcel.bytes,
        sha256=parcel.sha256,
        seconds=1.5,
        atomic=True,
        delivered=START + timedelta(days=days),
        personal=("emplid",),
    )


def files(root: Path, suffix: str) -> list[Path]:
    return sorted(root.rglob(f"*{suffix}"))


def test_the_last_receipt_is_the_newest_of_its_flow_system_and_contract(
    receipts: Receipts, parcel: MakeParcel
) -> None:
    """A guard that compared with another receiver's delivery would stop what is right."""
    yesterday, today = receipt(parcel("1"), days=1), receipt(parcel("1", "2"), days=2)
    for one in (today, yesterday, receipt(parcel("9"), days=3, system="alma-sftp")):
        receipts.store(one)
    assert receipts.last("customers", "permits-sftp", "permit customers") == today
    assert receipts.last("customers", "permits-sftp", "other") is None
    assert receipts.last("other", "permits-sftp", "permit customers") is None
    assert len(list(receipts.all())) == 3


def test_a_receipt_comes_back_as_it_was_stored(receipts: Receipts, parcel: MakeParcel) -> None:
    """Months later it is the only account there is."""
    one = receipt(parcel("1"))
    receipts.store(one)
    assert list(receipts.all()) == [one]
    assert Receipt.from_json(one.to_json()) == one


def test_deliveries_in_two_zones_are_ordered_by_the_moment(receipts: Receipts, parcel: MakeParcel) -> None:
    """In the night when clocks go back, the later delivery has the earlier time of day."""
    early = replace(
        receipt(parcel("1")), delivered=datetime(2026, 11, 1, 1, 30, tzinfo=timezone(-timedelta(hours=6)))
    )
    late = replace(early, delivered=datetime(2026, 11, 1, 1, 10, tzinfo=timezone(-timedelta(hours=7))))
    receipts.store(late)
    receipts.store(early)
    assert receipts.last("customers", "permits-sftp", "permit customers") == late


def test_a_delivery_that_lost_too_many_rows_is_stopped_with_both_numbers(
    receipts: Receipts, parcel: MakeParcel
) -> None:
    """A half-loaded source would have the receiver delete the other half of campus."""
    receipts.store(receipt(parcel(*map(str, range(1000)))))
    receipts.guard("customers", "permits-sftp", parcel(*map(str, range(800))))
    with pytest.raises(ContractError) as caught:
        receipts.guard("customers", "permits-sftp", parcel(*map(str, range(799))))
    assert str(caught.value) == (
        "permit customers: people.csv has 799 rows, the delivery of 2026-09-01 22:30 to permits-sftp had 1,000: "
        "20.1% fewer, 20.0% are allowed. Nothing was sent. If so many really left, raise max_shrink for one run."
    )


def test_the_guard_lets_growth_a_first_delivery_and_one_after_nothing_pass(
    receipts: Receipts, parcel: MakeParcel
) -> None:
    """The guard is about loss alone; nothing to compare with is no fault."""
    receipts.guard("customers", "permits-sftp", parcel("1"))
    receipts.store(receipt(parcel()))
    receipts.guard("customers", "permits-sftp", parcel())
    receipts.guard("customers", "permits-sftp", parcel("1", "2"))


def test_the_difference_to_the_last_delivered_file_counts_lines(
    receipts: Receipts, parcel: MakeParcel
) -> None:
    """What a rehearsal shows before a flow goes live: rows that come, go, or change (one of each)."""
    assert receipts.difference("customers", "permits-sftp", parcel("1")) is None
    last = parcel("1", "2", "2", "3")
    receipts.store(receipt(last), last)
    assert receipts.difference("customers", "permits-sftp", parcel("3", "2", "4", "1")) == Difference(
        added=1, removed=1
    )
    assert receipts.difference("customers", "permits-sftp", parcel("1", "2", "2", "3")) == Difference(0, 0)


def test_the_difference_of_zips_is_that_of_the_files_inside(receipts: Receipts, parcel: MakeParcel) -> None:
    """Two zips of nearly the same file have no line in common."""
    last = zipped(parcel(*map(str, range(500))))
    receipts.store(receipt(last), last)
    shutil.rmtree(last.path.parent)
    assert receipts.difference(
        "customers", "permits-sftp", zipped(parcel(*map(str, range(1, 500))))
    ) == Difference(0, 1)


def test_only_the_last_delivered_files_are_kept_and_every_receipt(
    receipts: Receipts, parcel: MakeParcel, tmp_path: Path
) -> None:
    """Files hold personal data and fill the volume; receipts do neither."""
    for day in range(settings().keep_delivered + 2):
        one = parcel(str(day))
        receipts.store(receipt(one, days=day), one)
    kept = files(tmp_path / "state", ".delivered")
    assert [path.read_bytes().split()[1] for path in kept] == [
        str(day).encode() for day in range(2, settings().keep_delivered + 2)
    ]
    assert len(list(receipts.all())) == settings().keep_delivered + 2


def test_kept_files_are_for_their_owner_only_and_none_is_unfinished(
    receipts: Receipts, parcel: MakeParcel, tmp_path: Path
) -> None:
    """Other accounts of the machine must not read campus data; a half-written receipt would stop every later run."""
    one = parcel("1")
    receipts.store(receipt(one), one)
    state = files(tmp_path / "state", "")
    assert {p.suffix for p in state if p.is_file()} == {".json", ".delivered"}
    assert {p.stat().st_mode & 0o777 for p in state if p.is_file()} == {0o600}
    assert files(tmp_path / "state", ".json")[0].parent.stat().st_mode & 0o777 == 0o700


def test_what_a_killed_run_left_half_written_is_not_taken_for_a_delivery(
    receipts: Receipts, parcel: MakeParcel, tmp_path: Path
) -> None:
    """The container may be stopped between any two writes."""
    one = parcel("1")
    receipts.store(receipt(one), one)
    folder = files(tmp_path / "state", ".json")[0].parent
    (folder / "20991231T000000.000000Z.unfinished").write_text("{")
    assert receipts.last("customers", "permits-sftp", "permit customers") == receipt(one)
    assert receipts.difference("customers", "permits-sftp", one) == Difference(0, 0)
    assert len(list(receipts.all())) == 1


def test_encrypted_files_are_not_compared(receipts: Receipts, parcel: MakeParcel) -> None:
    """Prevents a rehearsal that fails at a zip it cannot open, or that reports a difference of noise."""
    sealed = zipped(parcel("1", "2"), password="correct-horse-7391")
    receipts.store(receipt(sealed), sealed)
    assert receipts.difference("customers", "permits-sftp", sealed) is None
    assert receipts.difference("customers", "permits-sftp", parcel("1", "2")) == Difference(
        added=3, removed=0
    )
