"""Zip archives."""

import os
import time
import zipfile
from pathlib import Path

import pytest

from common.contract import Column, Contract
from common.files import Parcel, write_csv, zipped
from tests.common.sources import Rows

PEOPLE = Contract("people", (Column("emplid"),))


@pytest.fixture
def parcel(rows: Rows, tmp_path: Path):
    def make(folder: str = "a") -> Parcel:
        return write_csv(
            rows({"emplid": [str(n) for n in range(3000)]}), PEOPLE, tmp_path / folder / "people.csv"
        )

    return make


def test_the_same_rows_give_the_same_bytes_at_any_time(parcel) -> None:
    """A rerun must be recognised as the same delivery; a zip holds the times of its members otherwise."""
    first = zipped(parcel("a"))
    plain = parcel("b")
    os.utime(plain.path, (time.time() - 86_400,) * 2)
    second = zipped(plain)
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.sha256 == second.sha256
    with zipfile.ZipFile(first.path) as archive:
        (member,) = archive.infolist()
    assert member.date_time == (1980, 1, 1, 0, 0, 0)
    assert member.filename == "people.csv"
    assert member.external_attr >> 16 == 0o600


def test_a_zip_holds_the_file_and_takes_its_place(parcel) -> None:
    """The plain file beside it would be personal data that nobody removes."""
    plain = parcel()
    content = plain.path.read_bytes()
    archive = zipped(plain)
    assert zipfile.ZipFile(archive.path).read("people.csv") == content
    assert [p.name for p in plain.path.parent.iterdir()] == ["people.zip"]
    assert archive.path.stat().st_mode & 0o777 == 0o600
    assert (archive.rows, archive.contract, archive.preview) == (3000, PEOPLE, plain.preview)
    assert archive.bytes == archive.path.stat().st_size < plain.bytes


def test_a_zip_can_have_another_name(parcel, tmp_path: Path) -> None:
    """Some receivers name the archive otherwise than the file."""
    assert zipped(parcel(), tmp_path / "a" / "upload.zip").name == "upload.zip"


def test_a_failure_leaves_the_file_and_no_zip(parcel) -> None:
    """A step that is tried again finds the file as it was."""
    plain = parcel()
    plain.path.unlink()
    with pytest.raises(FileNotFoundError):
        zipped(plain)
    assert list(plain.path.parent.iterdir()) == []
