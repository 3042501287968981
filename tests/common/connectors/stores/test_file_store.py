"""The contract of every file store: a flow does not know which kind it has, and must not need to.

A store joins by one file in this folder; ``place.py`` says how. What is peculiar to a protocol (its login, its
messages, its options) is tested in the protocol's own module.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from common.connectors.file_store import FileStore
from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError, TransientError
from tests.common.connectors.stores.place import Place
from tests.servers.memory import growth
from tests.servers.proxy import FaultyNetwork

AWKWARD_NAMES = ("patrons 2026.csv", "Þorgerðr-山田.csv", "O'Brien, Ed #1 (50%).csv", "%41;rm -rf&x=1+1.csv")
OUTSIDE = ("../other/patrons.csv", "/etc/hostname", "a/../../b")
LARGE = 200_000_000  # bytes
MOST_MEMORY = 64_000_000  # bytes: a quarter of the file would already be too much


def content_of(store: FileStore, name: str, folder: Path) -> bytes:
    """What ``get`` brings for ``name``."""
    store.get(name, folder / "fetched")
    return (folder / "fetched").read_bytes()


@pytest.mark.parametrize("size", [0, 1, 32_769, 5_000_001])
def test_a_file_goes_there_and_comes_back_byte_for_byte(size: int, place: Place, tmp_path: Path) -> None:
    """A block lost at an edge, or an empty file that is not sent, would be found by the partner only."""
    local = tmp_path / "patrons.zip"
    local.write_bytes((bytes(range(251)) * (size // 251 + 1))[:size])
    with place.open() as store:
        placed = store.put(local, "patrons.zip")
        assert place.visible() == {"patrons.zip": size}
        assert store.get("patrons.zip", tmp_path / "back.zip") == size
    assert placed.bytes == size
    assert placed.path.endswith("patrons.zip")
    assert (tmp_path / "back.zip").read_bytes() == local.read_bytes()


@pytest.mark.parametrize("name", AWKWARD_NAMES)
def test_any_file_name_survives(name: str, place: Place, tmp_path: Path) -> None:
    """Names with blanks, quotes or other scripts are somebody's convention, and are neither shell nor URL text."""
    if ";" in name and "hold a semicolon" in place.cannot:
        pytest.skip(place.cannot["hold a semicolon"])
    with place.open() as store:
        store.put_bytes(b"content", name)
        assert place.visible() == {name: 7}
        assert store.exists(name)
        assert content_of(store, name, tmp_path) == b"content"
        store.remove(name)
    assert place.visible() == {}


def test_a_new_file_replaces_yesterdays(place: Place, tmp_path: Path) -> None:
    """A store that refuses to replace would make every second day's delivery fail; a longer old end must not stay."""
    with place.open() as store:
        store.put_bytes(b"yesterday, longer", "patrons.csv")
        store.put_bytes(b"today", "patrons.csv")
        assert content_of(store, "patrons.csv", tmp_path) == b"today"
    assert place.visible() == {"patrons.csv": 5}


@pytest.mark.needs("list")
def test_a_folder_is_listed_by_name_without_its_folders(place: Place) -> None:
    """Inbound flows take the files in the order of their names, and a folder is no file."""
    with place.open() as store:
        for name, content in (("b.csv", b"bb"), ("a.csv", b"a"), ("c.csv", b"")):
            store.put_bytes(content, name)
        if "move" not in place.cannot:
            store.move("c.csv", "done/c.csv")
            assert [file.name for file in store.list("done")] == ["c.csv"]
            store.put_bytes(b"", "c.csv")
        files = store.list()
    assert [(file.name, file.size) for file in files] == [("a.csv", 1), ("b.csv", 2), ("c.csv", 0)]
    assert all(file.modified is None or file.modified.tzinfo is not None for file in files)


def test_what_is_not_there_is_said_so(place: Place, tmp_path: Path) -> None:
    """A missing file is the partner's to explain: SourceError, no empty file here, and no other try."""
    with place.open() as store:
        assert not store.exists("nothing.csv")
        with pytest.raises(SourceError, match=r"nothing\.csv"):
            store.get("nothing.csv", tmp_path / "nothing.csv")
        with pytest.raises(SourceError, match=r"nothing\.csv"):
            store.remove("nothing.csv")
        if "move" not in place.cannot:
            with pytest.raises(SourceError, match=r"nothing\.csv"):
                store.move("nothing.csv", "something.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.needs("lack a folder")
def test_a_folder_that_is_not_there_is_not_made_for_a_delivery(place: Place) -> None:
    """A misspelt folder would fill with deliveries that nobody ever looks for."""
    with place.open() as store:
        with pytest.raises((DeliveryError, ConfigError), match="incomming"):
            store.put_bytes(b"x", "incomming/patrons.csv")
        with pytest.raises(SourceError, match="incomming"):
            store.list("incomming")
    assert place.visible() == {}


@pytest.mark.needs("move")
def test_a_file_moves_into_a_folder_that_is_made_for_it(place: Place, tmp_path: Path) -> None:
    """What was loaded is put away; on the first day there is no folder for it yet, and a rerun replaces."""
    with place.open() as store:
        for content in (b"first", b"second"):
            store.put_bytes(content, "charges.csv")
            store.move("charges.csv", "loaded/2026/charges 1.csv")
            assert place.visible() == {"loaded/2026/charges 1.csv": len(content)}
        assert store.exists("loaded/2026")
        assert not store.exists("charges.csv")
        assert content_of(store, "loaded/2026/charges 1.csv", tmp_path) == b"second"


@pytest.mark.parametrize("outside", OUTSIDE)
def test_no_path_leads_out_of_the_pages_folder(outside: str, place: Place, tmp_path: Path) -> None:
    """A file name made from data must neither choose another partner's folder nor read from one."""
    with place.open() as store:
        store.put_bytes(b"x", "inside.csv")
        for attempt in (
            lambda: store.put_bytes(b"x", outside),
            lambda: store.get(outside, tmp_path / "fetched"),
            lambda: store.list(outside),
            lambda: store.exists(outside),
            lambda: store.remove(outside),
            lambda: store.move("inside.csv", outside),
            lambda: store.move(outside, "inside.csv"),
        ):
            with pytest.raises(ConfigError, match="must lie inside"):
                attempt()
    assert place.visible() == {"inside.csv": 1}


@pytest.mark.needs("deny")
def test_a_denied_permission_is_the_owners_to_grant(place: Place) -> None:
    """A refusal must not be tried again for an hour, nor look like a broken network."""
    assert place.read_only is not None
    with place.read_only() as store, pytest.raises((DeliveryError, ConfigError), match=r"permission|denied"):
        store.put_bytes(b"x", "patrons.csv")
    with pytest.raises((DeliveryError, ConfigError), match=r"permission|denied"):
        place.read_only().probe()


@pytest.mark.needs("be cut", "replace at once", "tidy up")
def test_an_upload_that_breaks_off_leaves_yesterdays_file_and_nothing_else(
    place: Place, tmp_path: Path
) -> None:
    """Partners pick up what lies there: neither half a file nor its temporary name may stay."""
    local = tmp_path / "patrons.csv"
    local.write_bytes(bytes(range(256)) * 20_000)
    with place.open() as store:
        store.put_bytes(b"yesterday", "patrons.csv")
    assert place.port is not None
    with (
        FaultyNetwork(place.port, after=1_000_000) as network,
        place.open(port=network.port) as store,
        pytest.raises(TransientError),
    ):
        store.put(local, "patrons.csv")
    assert place.visible() == {"patrons.csv": 9}


# paramiko's reading thread dies loudly with its connection.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.needs("be cut")
def test_a_fetch_that_breaks_off_leaves_no_local_file(place: Place, tmp_path: Path) -> None:
    """The step after a fetch must never find half of a file."""
    with place.open() as store:
        store.put_bytes(bytes(range(256)) * 20_000, "charges.csv")
    assert place.port is not None
    with (
        FaultyNetwork(place.port, after=1_000_000, direction="down") as network,
        place.open(port=network.port) as store,
        pytest.raises(TransientError),
    ):
        store.get("charges.csv", tmp_path / "charges.csv")
    assert list(tmp_path.iterdir()) == []


def test_of_two_writers_at_once_one_wins_whole(place: Place, tmp_path: Path) -> None:
    """Two runs of one day share a name: a mixture of both files would have the right size and wrong rows."""
    contents = (b"a" * 1_500_000, b"b" * 1_000_001)
    for turn in range(3):
        start = threading.Barrier(len(contents))

        def write(content: bytes, start: threading.Barrier = start) -> DataFlowError | None:
            with place.open() as store:
                start.wait()
                try:
                    store.put_bytes(content, "patrons.csv")
                except (DeliveryError, TransientError) as error:
                    return error
            return None

        with ThreadPoolExecutor() as pool:
            errors = list(pool.map(write, contents))
        assert None in errors, f"turn {turn}: neither was delivered"
        with place.open() as store:
            assert content_of(store, "patrons.csv", tmp_path) in contents
        assert place.visible().keys() == {"patrons.csv"}


def test_a_probe_leaves_nothing(place: Place) -> None:
    """`campus pages check` runs against production: a file that stays there is picked up."""
    steps: list[str] = []
    with place.open() as store:
        store.put_bytes(b"x", "patrons.csv")
    place.open().probe(steps.append)
    assert place.visible() == {"patrons.csv": 1}
    assert steps[-1] == "writable"
    steps.clear()
    place.open().probe(steps.append, write=False)
    assert "readable" in steps
    assert "writable" not in steps


@pytest.mark.slow  # 200 MB each way: 2 to 20 s, by protocol
def test_a_large_file_goes_both_ways_in_little_memory(place: Place, tmp_path: Path) -> None:
    """Reading a file whole before sending it makes the run's memory grow with the file."""
    local = tmp_path / "large.csv"
    with local.open("wb") as file:
        file.truncate(LARGE)
    with place.open() as store, growth() as grown:
        store.put(local, "large.csv")
        store.get("large.csv", tmp_path / "back.csv")
    assert place.visible() == {"large.csv": LARGE}
    assert (tmp_path / "back.csv").stat().st_size == LARGE
    assert grown.most < MOST_MEMORY
