"""Sftp: what arrives at a partner, and what does not when something fails."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from common.connectors.sftp import Sftp
from common.errors import DeliveryError
from common.sandbox.partners import SftpPartner
from tests.servers.openssh import OpenSsh

Connect = Callable[..., Sftp]

AWKWARD_NAMES = ("patrons 2026.csv", "Þorgerðr-山田.csv", 'O\'Brien, "Ed" #1.csv', "%41;rm -rf.csv")


@pytest.mark.parametrize("size", [0, 1, 32_768, 32_769, 1_048_576 + 32_768, 5_000_001])
def test_a_file_arrives_byte_for_byte(
    size: int, sftp_to_openssh: Connect, openssh: OpenSsh, names: Callable[[], list[str]], tmp_path: Path
) -> None:
    """A block or a request lost at an edge would leave a file that only the partner's program finds short."""
    local = tmp_path / "patrons.zip"
    local.write_bytes((bytes(range(251)) * (size // 251 + 1))[:size])
    with sftp_to_openssh() as sftp:
        placed = sftp.put(local, "patrons.zip")
    assert (openssh.root / "patrons.zip").read_bytes() == local.read_bytes()
    assert placed.bytes == size
    assert placed.path == f"{openssh.root}/patrons.zip"
    assert placed.atomic
    assert names() == ["patrons.zip"]


@pytest.mark.parametrize("name", AWKWARD_NAMES)
def test_any_file_name_survives(
    name: str, sftp_to_openssh: Connect, sftp_to: Connect, sftp_partner: SftpPartner, openssh: OpenSsh
) -> None:
    """Names with blanks, quotes or other scripts are somebody's convention, and are not shell or URL text."""
    with sftp_to_openssh() as sftp:
        sftp.put_bytes(b"content", name)
        assert [file.name for file in sftp.list()] == [name]
    with sftp_to("plain", path="/incoming") as sftp:
        sftp.put_bytes(b"content", name)
    assert (openssh.root / name).read_bytes() == b"content"
    assert (sftp_partner.folder("plain") / "incoming" / name).read_bytes() == b"content"


def test_fifty_megabytes_are_sent_in_little_memory(
    sftp_to_openssh: Connect, openssh: OpenSsh, tmp_path: Path
) -> None:
    """Reading a file whole before sending it makes the run's memory grow with the file."""
    local = tmp_path / "large.csv"
    with local.open("wb") as file:
        file.truncate(50_000_000)
    with sftp_to_openssh() as sftp:
        tracemalloc.start()
        try:
            sftp.put(local, "large.csv")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (openssh.root / "large.csv").stat().st_size == 50_000_000
    assert peak < 10_000_000


def test_a_new_file_replaces_yesterdays(sftp_to_openssh: Connect, openssh: OpenSsh) -> None:
    """A rename that refuses to replace would make every second day's delivery fail."""
    with sftp_to_openssh() as sftp:
        sftp.put_bytes(b"yesterday, longer", "patrons.csv")
        assert sftp.put_bytes(b"today", "patrons.csv").atomic
    assert (openssh.root / "patrons.csv").read_bytes() == b"today"


def test_a_server_without_posix_rename_still_gets_a_whole_file(
    sftp_to: Connect, sftp_partner: SftpPartner
) -> None:
    """Many servers lack OpenSSH's extension, and their own rename refuses to replace a file."""
    with sftp_to("old-server") as sftp:
        assert sftp.put_bytes(b"yesterday", "patrons.csv").atomic
        assert not sftp.put_bytes(b"today", "patrons.csv").atomic
        assert [file.name for file in sftp.list()] == ["patrons.csv"]
    assert (sftp_partner.folder("old-server") / "patrons.csv").read_bytes() == b"today"


def test_a_server_that_forbids_renames_says_which_option_helps(
    sftp_to: Connect, sftp_partner: SftpPartner
) -> None:
    """The refusal alone does not tell that the page has an option for exactly this server."""
    folder = sftp_partner.folder("no-renames")
    (folder / "kept.csv").write_bytes(b"yesterday")
    with sftp_to("no-renames") as sftp:
        for name in ("kept.csv", "new.csv"):
            with pytest.raises(DeliveryError, match="set rename to false"):
                sftp.put_bytes(b"today", name)
        assert [file.name for file in sftp.list()] == ["kept.csv"]
    assert (folder / "kept.csv").read_bytes() == b"yesterday"
    with sftp_to("no-renames", rename=False) as sftp:
        assert not sftp.put_bytes(b"today", "kept.csv").atomic
    assert (folder / "kept.csv").read_bytes() == b"today"


@pytest.mark.parametrize("rename", [True, False])
def test_a_file_that_is_taken_away_at_once_counts_as_delivered(
    rename: bool, sftp_to: Connect, sftp_partner: SftpPartner
) -> None:
    """A look at the final name after the rename would call every good delivery a failure."""
    with sftp_to("collecting", rename=rename, moved_on_arrival=True) as sftp:
        sftp.put_bytes(b"x" * 100_000, f"permits-{rename}.csv")
        assert sftp.list() == ()
    assert (sftp_partner.collected("collecting") / f"permits-{rename}.csv").stat().st_size == 100_000


def test_files_are_fetched_whole_listed_and_removed(sftp_to_openssh: Connect, tmp_path: Path) -> None:
    """An inbound flow reads what a partner left and then removes it."""
    with sftp_to_openssh() as sftp:
        sftp.put_bytes(b"b" * 3_000_000, "b.csv")
        sftp.put_bytes(b"a", "a.csv")
        assert [(file.name, file.size) for file in sftp.list()] == [("a.csv", 1), ("b.csv", 3_000_000)]
        assert all(file.modified is not None and file.modified.tzinfo is not None for file in sftp.list())
        assert sftp.get("b.csv", tmp_path / "b.csv") == 3_000_000
        assert sftp.exists("a.csv")
        sftp.remove("a.csv")
        assert not sftp.exists("a.csv")
    assert (tmp_path / "b.csv").read_bytes() == b"b" * 3_000_000
