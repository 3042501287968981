"""Parcels: a file is whole, checked and described, or it is not there."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest
from lxml.builder import E

from common.batches import Batches
from common.contract import Column, Contract
from common.errors import ConfigError, ContractError, SourceError
from common.files import write_csv, write_xml
from tests.common.sources import Rows

SECRET = "Ångström-900000001"
PEOPLE = Contract("people", (Column("name", required=False), Column("note", required=False)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "scratch" / "people.csv"


def test_the_parcel_tells_rows_bytes_digest_and_a_masked_preview(rows: Rows, path: Path) -> None:
    """The preview is shown on screens and in logs; a digest of another file would make receipts worthless."""
    contract = Contract("people", (Column("name", personal=True, required=False), Column("term", "integer")))
    parcel = write_csv(rows({"name": [SECRET, None, *"abcde"], "term": [2268] * 7}), contract, path)
    content = path.read_bytes()
    assert (parcel.rows, parcel.bytes, parcel.name) == (7, len(content), "people.csv")
    assert parcel.sha256 == hashlib.sha256(content).hexdigest()
    assert parcel.preview[:2] == ({"name": "•••", "term": "2268"}, {"name": "", "term": "2268"})
    assert len(parcel.preview) == 5
    assert SECRET not in repr(parcel)


def test_a_file_is_for_its_owner_only(rows: Rows, path: Path) -> None:
    """Other accounts of the machine must not read campus data on its way."""
    write_csv(rows({"name": ["x"], "note": ["y"]}), PEOPLE, path)
    assert path.stat().st_mode & 0o777 == 0o600


def failing_source() -> Iterator[pa.RecordBatch]:
    yield pa.RecordBatch.from_pydict({"name": ["a"], "note": ["b"]})
    raise SourceError("ORA-01555")


@pytest.mark.parametrize(
    ("batches", "error"),
    [
        (Batches("people.sql", failing_source), SourceError),
        (Batches("people.sql", lambda: iter([pa.RecordBatch.from_pydict({"name": ["a"]})])), ContractError),
        (Batches("people.sql", lambda: iter([])), ContractError),
    ],
    ids=["source", "contract", "no rows"],
)
def test_after_any_failure_no_file_and_no_thread_is_left(
    path: Path, batches: Batches, error: type[Exception]
) -> None:
    """Half a file on disk is a file that somebody sends by hand."""
    with pytest.raises(error) as kept:
        write_csv(batches, PEOPLE, path)
    assert kept.value.__traceback__ is not None
    assert list(path.parent.iterdir()) == []
    assert not [t for t in threading.enumerate() if t.name == "read-ahead"]


def test_a_failure_of_the_writer_closes_the_source(path: Path) -> None:
    """The error is kept by Prefect; the warehouse's session must not be kept with it."""
    closed = []

    def opened() -> Iterator[pa.RecordBatch]:
        try:
            while True:
                yield pa.RecordBatch.from_pydict({"name": ["x"], "note": ["y"]})
        finally:
            closed.append(True)

    with pytest.raises(LookupError) as kept:
        write_csv(Batches("people.sql", opened), PEOPLE, path, encoding="no-such-encoding")
    assert kept.value is not None
    with pytest.raises(ContractError):
        write_csv(Batches("people.sql", opened).map(lambda frame: frame.assign(more="1")), PEOPLE, path)
    assert closed == [True]
    assert not path.exists()


@pytest.mark.parametrize(
    "write", [write_csv, partial(write_xml, root="people", element=lambda _: E.person("x"))]
)
def test_a_full_disk_is_told_with_what_to_do(rows: Rows, path: Path, write: Callable[..., object]) -> None:
    """A bare "No space left on device" would be looked for at the partner."""
    path.parent.mkdir()
    path.symlink_to("/dev/full")
    with pytest.raises(ConfigError, match=r"scratch folder is full .* CAMPUS_SCRATCH"):
        write(rows({"name": ["x"], "note": ["y"]}), PEOPLE, path)
    assert list(path.parent.iterdir()) == []
