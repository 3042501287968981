"""Zip archives."""

import os
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
import pyzipper

from common.contract import Column, Contract
from common.files import Parcel, write_csv, zipped
from tests.common.sources import Rows

PEOPLE = Contract("people", (Column("emplid"),))
PASSWORD = "Žluťoučký kůň 7391"


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


def test_an_encrypted_zip_opens_with_its_password_alone(parcel, tmp_path: Path) -> None:
    """Prevents an archive that says it is encrypted and is not, and one by the cipher that anybody breaks."""
    plain = parcel()
    content = plain.path.read_bytes()
    archive = zipped(plain, password=PASSWORD)
    assert archive.sealed
    assert [p.name for p in plain.path.parent.iterdir()] == ["people.zip"]
    assert archive.path.stat().st_mode & 0o777 == 0o600
    with pyzipper.AESZipFile(archive.path) as opened:
        (member,) = opened.infolist()
        assert (member.filename, member.date_time) == ("people.csv", (1980, 1, 1, 0, 0, 0))
        assert (member.wz_aes_version, member.wz_aes_strength) == (2, 3)  # AE-2, 256 bits
        with pytest.raises(RuntimeError, match="password"):
            opened.read(member)
        opened.setpassword(b"wrong")
        with pytest.raises(RuntimeError, match="password"):
            opened.read(member)
        opened.setpassword(PASSWORD.encode())
        assert opened.read(member) == content


def test_other_programs_open_an_encrypted_zip(parcel, tmp_path: Path) -> None:
    """Partners have 7-Zip or WinZip, not the library that wrote it."""
    program = shutil.which("7z") or shutil.which("7za") or shutil.which("7zz") or shutil.which("bsdtar")
    if program is None:
        pytest.skip(
            "NOT TESTED AGAINST 7-ZIP: neither 7z nor bsdtar on this machine (Debian: libarchive-tools)"
        )
    plain = parcel()
    content = plain.path.read_bytes()
    archive = zipped(plain, password=PASSWORD)
    if Path(program).name == "bsdtar":
        command = [program, "-x", "-O", "--passphrase", PASSWORD, "-f", archive.path]
    else:
        command = [program, "x", "-so", f"-p{PASSWORD}", archive.path]
    assert subprocess.run(command, check=True, capture_output=True).stdout == content


def test_an_encrypted_zip_that_fails_leaves_the_file_and_no_zip(parcel) -> None:
    """Prevents a half-written archive under its final name."""
    plain = parcel()
    plain.path.unlink()
    with pytest.raises(FileNotFoundError):
        zipped(plain, password=PASSWORD)
    assert list(plain.path.parent.iterdir()) == []
