"""Folder: what a disk and a mount can do to a delivery."""

import contextlib
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.connectors.folder import Folder
from common.errors import ConfigError, DeliveryError, TransientError


@contextlib.contextmanager
def nearly_full(largest: int) -> Iterator[None]:
    """No file of this process can grow beyond ``largest`` bytes: the write fails as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A share that is not mounted must not become a folder on the worker's own disk, full of deliveries."""
    with (
        pytest.raises(ConfigError, match=r"there is no folder .*/share where this run is.*mounted"),
        Folder(name="share-sandbox", path=str(tmp_path / "share")),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_mount_point_without_its_share_is_told_by_the_marker(tmp_path: Path) -> None:
    """The folder that a share is mounted over is there without it, and takes whatever is written."""
    folder = Folder(name="share-sandbox", path=str(tmp_path), marker=".mounted")
    with pytest.raises(TransientError, match=r"has no \.mounted, so its share is not mounted"), folder:
        pass
    with pytest.raises(TransientError, match="not mounted"):
        folder.probe()
    (tmp_path / ".mounted").touch()
    with folder as store:
        store.put_bytes(b"x", "patrons.csv")
    assert folder.probe() == ""


def test_a_full_disk_keeps_yesterdays_file(tmp_path: Path) -> None:
    """The owner of the disk has to act, and half a file must not stay."""
    with Folder(name="share-sandbox", path=str(tmp_path)) as store:
        store.put_bytes(b"yesterday", "patrons.csv")
        with nearly_full(2_000_000), pytest.raises(DeliveryError, match="disk is full or a quota is reached"):
            store.put_bytes(b"x" * 3_000_000, "patrons.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["patrons.csv"]
    assert (tmp_path / "patrons.csv").read_bytes() == b"yesterday"


def test_a_full_disk_at_this_end_is_not_the_partners(tmp_path: Path) -> None:
    """Whoever reads the message must not ask the partner to make room on our worker."""
    (tmp_path / "charges.csv").write_bytes(b"x" * 3_000_000)
    (tmp_path / "scratch").mkdir()
    with (
        Folder(name="share-sandbox", path=str(tmp_path)) as store,
        nearly_full(2_000_000),
        pytest.raises(ConfigError, match=r"nothing was fetched\. Make room.*CAMPUS_SCRATCH"),
    ):
        store.get("charges.csv", tmp_path / "scratch" / "charges.csv")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    """Whoever may write to the share could have any file of the worker fetched, or overwritten."""
    (tmp_path / "share").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "share" / "charges.csv").symlink_to(tmp_path / "secret")
    (tmp_path / "share" / "out").symlink_to(tmp_path)
    with Folder(name="share-sandbox", path=str(tmp_path / "share")) as store:
        with pytest.raises(ConfigError, match="a link that leads out"):
            store.get("charges.csv", tmp_path / "fetched")
        with pytest.raises(ConfigError, match="a link that leads out"):
            store.put_bytes(b"x", "out/patrons.csv")
        assert store.list() == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret", "share"]


def test_what_is_delivered_can_be_read_by_others_and_what_is_fetched_cannot(tmp_path: Path) -> None:
    """A share is there to be read by another login; the scratch folder holds people's data."""
    with Folder(name="share-sandbox", path=str(tmp_path)) as store:
        store.put_bytes(b"x", "patrons.csv")
        store.get("patrons.csv", tmp_path / "fetched.csv")
    (tmp_path / "other.csv").touch()
    modes = [
        stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("patrons.csv", "other.csv", "fetched.csv")
    ]
    assert modes[0] == modes[1]
    assert modes[2] == 0o600
