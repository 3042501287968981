"""Which files are meant, and when they are complete."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from common.connectors.file_search import matching, wait_for
from common.connectors.file_store import RemoteFile
from common.connectors.folder import Folder
from common.errors import ConfigError, SourceError, TransientError

SOON = timedelta(milliseconds=20)
LONG = timedelta(seconds=60)


def files(*names: str, size: int = 1, age: timedelta | None = timedelta(hours=1)) -> list[RemoteFile]:
    return [RemoteFile(name, size, None if age is None else datetime.now(UTC) - age) for name in names]


def test_files_are_chosen_by_name_size_and_age() -> None:
    """Prevents last year's file, an empty one, or one that is under way from being loaded."""
    listed = [
        *files("b.csv", "a.csv", "A.CSV", "c.csv.part", "d.csv.filepart"),
        *files("empty.csv", size=0),
        *files("old.csv", age=timedelta(days=400)),
        *files("new.csv", age=timedelta(0)),
    ]
    assert [file.name for file in matching(listed, "*.csv")] == [
        "a.csv",
        "b.csv",
        "empty.csv",
        "new.csv",
        "old.csv",
    ]
    assert [file.name for file in matching(listed, "[ab].*")] == ["a.csv", "b.csv"]
    assert [file.name for file in matching(listed, "*.part")] == []
    chosen = matching(
        listed, "*.csv", older_than=timedelta(minutes=1), newer_than=timedelta(days=30), min_bytes=1
    )
    assert [file.name for file in chosen] == ["a.csv", "b.csv"]


def test_an_age_that_a_store_does_not_tell_is_not_guessed() -> None:
    """Prevents a file without a time from being left out, or in, silently."""
    with pytest.raises(ConfigError, match=r"a\.csv: this store does not tell when"):
        matching(files("a.csv", age=None), "*.csv", older_than=LONG)


@contextmanager
def happening(*steps: "tuple[Path, bytes]") -> Iterator[None]:
    """A partner that appends to files, one after the other, while the test waits."""

    def work() -> None:
        for path, content in steps:
            time.sleep(0.03)
            with path.open("ab") as file:
                file.write(content)

    partner = threading.Thread(target=work)
    partner.start()
    yield
    partner.join()


def test_a_file_is_waited_for_until_it_no_longer_grows(tmp_path: Path) -> None:
    """Prevents the first half of a slow upload from being taken for the whole."""
    growing = tmp_path / "charges.csv"
    with Folder(name="share", path=str(tmp_path)) as store, happening(*[(growing, b"x" * 100)] * 4):
        [file] = wait_for(store, "*.csv", patience=LONG, interval=timedelta(milliseconds=200))
    assert file.size == 400


def test_a_completion_file_ends_the_wait(tmp_path: Path) -> None:
    """Prevents waiting for a size that the partner has already vouched for."""
    charges, mark = tmp_path / "charges.csv", tmp_path / "charges.DONE"
    with (
        Folder(name="share", path=str(tmp_path)) as store,
        happening((charges, b"x"), (charges, b"y"), (mark, b"")),
    ):
        [file] = wait_for(store, "*.csv", completion_suffix=".DONE", patience=LONG, interval=SOON)
    assert (file.name, file.size) == ("charges.csv", 2)


def test_what_does_not_come_in_time_is_named(tmp_path: Path) -> None:
    """Prevents a timeout that does not tell what was awaited, from whom."""
    with Folder(name="share", path=str(tmp_path)) as store:
        with pytest.raises(SourceError, match=r"No file c\*\.csv came to '\.' after 0 s: 0 fit, 0 are there"):
            wait_for(store, "c*.csv", patience=SOON, interval=SOON)
        (tmp_path / "charges.csv").write_bytes(b"x")
        with pytest.raises(SourceError, match=r"with its \.DONE file .*1 fit, 1 are there"):
            wait_for(store, "c*.csv", completion_suffix=".DONE", patience=SOON, interval=SOON)
        with pytest.raises(TransientError, match=r"charges\.csv still grows"):
            wait_for(store, "c*.csv", patience=timedelta(0), interval=SOON)
