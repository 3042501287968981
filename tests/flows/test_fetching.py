"""What holds for every file that is fetched: complete, once only, and put away at the partner."""

import hashlib
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from common import Fetched, archive, campus_flow, fetch
from common.blocks import FolderPage, SftpServer, SshKey
from common.errors import SourceError, TransientError
from common.run import recording
from common.settings import settings
from tests.servers.openssh import OpenSsh


@pytest.fixture
def outbox(prefect_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A partner's folder with a page, and nothing taken in yet."""
    monkeypatch.setenv("CAMPUS_STATE", str(tmp_path / "state"))
    settings.cache_clear()
    (tmp_path / "outbox").mkdir()
    FolderPage(path=str(tmp_path)).save("charges-sandbox", overwrite=True)
    yield tmp_path / "outbox"
    FolderPage.delete("charges-sandbox")
    settings.cache_clear()


def charges(**options: object) -> "tuple[Fetched, ...]":
    """One run that takes in what is there, and the content of each file by name."""

    @campus_flow(source="charges", sink="warehouse", contact="x@campus.example")
    def charges_from_partner() -> "dict[str, bytes]":
        to = options.pop("to", "archive")
        files = fetch("charges", "outbox/IA_Charges_*.csv", **options)
        contents = {file.name: file.path.read_bytes() for file in files}
        archive(files, to=to)
        assert all(file.sha256 == hashlib.sha256(contents[file.name]).hexdigest() for file in files)
        assert all(file.bytes == len(contents[file.name]) for file in files)
        return contents

    return charges_from_partner()


def seen(outbox: Path) -> list[str]:
    return sorted(str(path.relative_to(outbox)) for path in outbox.rglob("*") if path.is_file())


def test_what_fits_is_fetched_and_then_put_away(outbox: Path) -> None:
    """Prevents a second load tomorrow, and a stray file from being loaded at all."""
    for name in (
        "IA_Charges_20260902.csv",
        "IA_Charges_20260901.csv",
        "IA_Charges_20260903.csv.part",
        "notes.txt",
    ):
        (outbox / name).write_bytes(name.encode())
    assert list(charges()) == ["IA_Charges_20260901.csv", "IA_Charges_20260902.csv"]
    assert seen(outbox) == [
        "IA_Charges_20260903.csv.part",
        "archive/IA_Charges_20260901.csv",
        "archive/IA_Charges_20260902.csv",
        "notes.txt",
    ]


def test_a_file_that_comes_again_is_not_taken_in_again(outbox: Path) -> None:
    """Prevents students from being charged twice, when a partner restores its folder or may not be written to."""
    (outbox / "IA_Charges_20260901.csv").write_bytes(b"first")
    assert charges(to="") == {"IA_Charges_20260901.csv": b"first"}
    assert charges() == {}
    os.utime(outbox / "IA_Charges_20260901.csv", (1, 1))  # another time, the same content
    assert charges() == {}
    assert charges(again=True) == {"IA_Charges_20260901.csv": b"first"}
    (outbox / "IA_Charges_20260901.csv").write_bytes(b"corrected")
    assert charges() == {"IA_Charges_20260901.csv": b"corrected"}
    [corrected] = set(seen(outbox)) - {"archive/IA_Charges_20260901.csv"}
    assert corrected.startswith("archive/IA_Charges_20260901.")
    assert (outbox / corrected).read_bytes() == b"corrected"


def test_a_rehearsal_reads_and_leaves_everything(outbox: Path) -> None:
    """Prevents a look at today's charges from keeping the real run from seeing them."""
    (outbox / "IA_Charges_20260901.csv").write_bytes(b"first")
    with recording(rehearsal=True):
        assert len(charges()) == 1
    assert seen(outbox) == ["IA_Charges_20260901.csv"]
    assert len(charges()) == 1


def test_a_partner_that_delivered_nothing_is_named(outbox: Path) -> None:
    """Prevents a green run on the day on which the partner's export failed."""
    (outbox / "IA_Refunds_20260901.csv").write_bytes(b"x")
    with pytest.raises(
        SourceError, match=r"charges: no file fits 'IA_Charges_\*\.csv' in 'outbox', where 1 files"
    ):
        charges()
    assert charges(required=False) == {}
    with pytest.raises(SourceError, match=r"No file IA_Charges_\*\.csv came to 'outbox' after 0 s"):
        charges(patience=timedelta(0))


def test_a_file_without_its_completion_file_waits(outbox: Path) -> None:
    """Prevents half of a file from being loaded, where the partner says by a second file that it is whole."""
    for name in ("IA_Charges_20260901.csv", "IA_Charges_20260901.DONE", "IA_Charges_20260902.csv"):
        (outbox / name).write_bytes(b"x")
    assert list(charges(completion_suffix=".DONE")) == ["IA_Charges_20260901.csv"]
    assert seen(outbox) == [
        "IA_Charges_20260902.csv",
        "archive/IA_Charges_20260901.DONE",
        "archive/IA_Charges_20260901.csv",
    ]


def test_a_file_that_was_replaced_after_the_fetch_stays_for_the_next_run(outbox: Path) -> None:
    """Prevents a correction that came in between from being put away unread."""
    file = outbox / "IA_Charges_20260901.csv"
    file.write_bytes(b"first")

    @campus_flow(source="charges", sink="warehouse", contact="x@campus.example")
    def charges_from_partner() -> None:
        files = fetch("charges", "outbox/*.csv")
        file.write_bytes(b"corrected")
        archive(files)

    charges_from_partner()
    assert seen(outbox) == ["IA_Charges_20260901.csv"]
    assert charges() == {"IA_Charges_20260901.csv": b"corrected"}


def test_a_file_that_somebody_still_writes_is_not_taken(outbox: Path) -> None:
    """Prevents the first half of a file from being loaded, and its second half from never being."""
    written = threading.Event()

    def write() -> None:
        with (outbox / "IA_Charges_20260901.csv").open("ab", buffering=0) as file:
            while not written.wait(0.001):
                file.write(b"x" * 10_000)

    partner = threading.Thread(target=write)
    partner.start()
    try:
        with pytest.raises(TransientError, match=r"IA_Charges_20260901\.csv|files changed"):
            charges()
    finally:
        written.set()
        partner.join()
    assert list(charges(patience=timedelta(minutes=1), interval=timedelta(milliseconds=50))) == [
        "IA_Charges_20260901.csv"
    ]


def test_files_come_over_sftp_as_well(
    outbox: Path, openssh: OpenSsh, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prevents steps that only know how a folder of this machine answers."""
    monkeypatch.setenv("CHARGES_KEY", openssh.private_key)
    SftpServer(
        host=openssh.host,
        port=openssh.port,
        username=openssh.username,
        host_key=openssh.host_key,
        private_key=SshKey(private_key="env:CHARGES_KEY"),
        path=str(outbox.parent),
    ).save("charges-by-sftp-sandbox", overwrite=True)
    for day in (1, 2):
        (outbox / f"IA_Charges_2026090{day}.csv").write_bytes(b"x" * day)

    @campus_flow(source="charges-by-sftp", sink="warehouse", contact="x@campus.example")
    def charges_by_sftp() -> "list[int]":
        files = fetch("charges-by-sftp", "outbox/IA_Charges_*.csv")
        archive(files, to="loaded/2026")
        return [file.bytes for file in files]

    try:
        assert charges_by_sftp() == [1, 2]
        assert seen(outbox) == ["loaded/2026/IA_Charges_20260901.csv", "loaded/2026/IA_Charges_20260902.csv"]
    finally:
        SftpServer.delete("charges-by-sftp-sandbox")
