"""The benchmark of files: what it compares is the same thing, and what is not here is said."""

from pathlib import Path

import pytest
from rich.console import Console

from tests.bench.files import duels, transfers
from tests.bench.reports import duel_faults, duel_table
from tests.bench.stores import STORES, Kind

pytestmark = pytest.mark.slow  # each store is started, and each client

CONTENT = bytes(range(251)) * 4_001


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of a megabyte."""
    (file := tmp_path / "source").write_bytes(CONTENT)
    return file


@pytest.mark.parametrize("name", STORES)
def test_each_client_fetches_what_the_other_has_put(name: str, source: Path, tmp_path: Path) -> None:
    """A plain client that is called wrongly, or that fails without a word, would be very quick."""
    kind = STORES[name]
    if missing := kind.missing():
        pytest.skip(f"BENCHMARK NOT TRIED: {missing}")
    (home := tmp_path / "server").mkdir()
    with kind.open(home) as store:
        for duel in duels(name, kind.client, store, source):
            assert all(duel.turn(side).wall > 0 for side in ("plain", "ours"))
            assert duel.different() == []


def test_other_bytes_are_told(source: Path, tmp_path: Path) -> None:
    """A comparison that calls everything equal would make a connector look right that loses the end of a file."""
    with STORES["a folder"].open(tmp_path) as store:
        put, get = duels("a folder", "cp", store, source)
        put.turn("ours")
        (tmp_path / "share" / "ours").write_bytes(CONTENT[:-1])
        assert put.different() == ["the bytes"]
        (tmp_path / "share" / "plain").write_bytes(CONTENT[:-1])
        get.turn("ours")
        assert get.different() == ["the bytes"]


def test_a_client_that_is_not_here_is_a_row_and_no_fault() -> None:
    """Without smbclient the other stores could not be measured, or a store would be missing without a word."""
    outcomes = list(transfers(1, 1, str, {"a tape": Kind("tar-of-1979", str, STORES["a folder"].open)}))
    console = Console(width=100)
    with console.capture() as shown:
        console.print(duel_table("Files", outcomes))
    assert shown.get().count("tar-of-1979 is not here") == 2
    assert duel_faults(outcomes) == []


def test_too_much_memory_is_a_fault() -> None:
    """A connector that holds the whole file would only be found where the file is larger than the worker."""
    outcomes = list(transfers(1000, 1, str, {"a folder": STORES["a folder"]}))
    assert duel_faults(outcomes) == []
    assert [fault.partition(":")[0] for fault in duel_faults(outcomes, limit=1)] == [
        "put, a folder",
        "get, a folder",
    ]
