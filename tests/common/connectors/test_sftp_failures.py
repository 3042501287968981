"""Sftp: what does not happen at the partner, and what is said, when something fails."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from common.connectors.sftp import Sftp
from common.errors import ConfigError, DeliveryError, SourceError, TransientError
from common.sandbox.partners import SftpPartner
from tests.servers.openssh import OpenSsh, openssh_server
from tests.servers.proxy import FaultyNetwork

Connect = Callable[..., Sftp]

HOST_KEY_OF_NOBODY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5/Pe0U8KTwKUdvRN5M4qoSYQGjqgJlPNhvbVVgFIoM"


@pytest.mark.parametrize("size", [20_000, 200_000, 5_000_000])
def test_a_full_disk_keeps_yesterdays_file(size: int, sftp_to_openssh: Connect, tmp_path: Path) -> None:
    """Errors of pipelined writes come late, and paramiko drops the last ones: short files would look delivered."""
    local = tmp_path / "patrons.csv"
    local.write_bytes(b"x" * size)
    with openssh_server(tmp_path, largest_file=8) as server:
        page = {"port": server.port, "private_key": server.private_key, "host_key": server.host_key}
        with sftp_to_openssh(path=str(server.root), **page) as sftp:
            sftp.put_bytes(b"yesterday", "patrons.csv")
            with pytest.raises(DeliveryError, match=r"patrons\.csv\..*\.part.*full disk.*make room"):
                sftp.put(local, "patrons.csv")
        assert [file.name for file in server.root.iterdir()] == ["patrons.csv"]
        assert (server.root / "patrons.csv").read_bytes() == b"yesterday"


def test_a_reached_quota_leaves_nothing_new(sftp_to: Connect, sftp_partner: SftpPartner) -> None:
    """The partner must not find a file that was cut off where the room ended."""
    with sftp_to("nearly-full") as sftp, pytest.raises(DeliveryError, match="make room"):
        sftp.put_bytes(b"x" * 150_000, "too-large.csv")
    assert not list(sftp_partner.folder("nearly-full").iterdir())


def test_a_size_that_differs_is_sent_again(
    sftp_to_openssh: Connect, openssh: OpenSsh, names: Callable[[], list[str]]
) -> None:
    """A server that swallows bytes and reports success must not pass for one that has them."""
    (openssh.root / "patrons.csv").symlink_to("/dev/null")
    with (
        sftp_to_openssh(rename=False) as sftp,
        pytest.raises(TransientError, match="should have 100000 bytes and has 0"),
    ):
        sftp.put_bytes(b"x" * 100_000, "patrons.csv")
    assert names() == []


def test_a_missing_folder_is_named(sftp_to: Connect) -> None:
    """At 7 a.m. the reader has to know which folder to ask for, and whom."""
    with (
        sftp_to("plain", path="/incomming") as sftp,
        pytest.raises(DeliveryError, match=r"folder /incomming does not exist.*partner"),
    ):
        sftp.put_bytes(b"x", "patrons.csv")


def test_a_denied_permission_names_the_user(
    sftp_to_openssh: Connect, tmp_path: Path, openssh: OpenSsh
) -> None:
    """Permission has to be granted to somebody: without the name the partner asks back."""
    with openssh_server(tmp_path, "ForceCommand internal-sftp -R") as server:
        page = {"port": server.port, "private_key": server.private_key, "host_key": server.host_key}
        with (
            sftp_to_openssh(path=str(server.root), **page) as sftp,
            pytest.raises(DeliveryError, match=rf"permission to write .*patrons.* user {openssh.username}"),
        ):
            sftp.put_bytes(b"x", "patrons.csv")


def test_a_connection_lost_in_the_middle_leaves_no_trace(
    sftp_to_openssh: Connect, openssh: OpenSsh, names: Callable[[], list[str]], tmp_path: Path
) -> None:
    """Partners pick up what lies there: neither half a file nor its temporary name may stay."""
    local = tmp_path / "patrons.csv"
    local.write_bytes(b"today" * 400_000)
    (openssh.root / "patrons.csv").write_bytes(b"yesterday")
    with (
        FaultyNetwork(openssh.port, after=1_000_000) as network,
        sftp_to_openssh(port=network.port) as sftp,
        pytest.raises(TransientError, match=r"connection broke.*patrons\.csv\..*\.part"),
    ):
        sftp.put(local, "patrons.csv")
    assert names() == ["patrons.csv"]
    assert (openssh.root / "patrons.csv").read_bytes() == b"yesterday"


def test_a_connection_lost_without_renames_leaves_no_half_file(
    sftp_to_openssh: Connect, openssh: OpenSsh, names: Callable[[], list[str]]
) -> None:
    """Where a file is written under its final name at once, half of it is worse than none."""
    with (
        FaultyNetwork(openssh.port, after=1_000_000) as network,
        sftp_to_openssh(port=network.port, rename=False) as sftp,
        pytest.raises(TransientError),
    ):
        sftp.put_bytes(b"today" * 400_000, "patrons.csv")
    assert names() == []


def test_a_silent_server_ends_the_wait(
    sftp_to_openssh: Connect, openssh: OpenSsh, names: Callable[[], list[str]]
) -> None:
    """Without a limit a stalled upload would hold its run, and the next ones, for ever."""
    with (
        FaultyNetwork(openssh.port, after=1_000_000, fault="stall") as network,
        sftp_to_openssh(port=network.port, read_timeout=0.3) as sftp,
        pytest.raises(TransientError, match=r"nothing came for 0\.3 s"),
    ):
        sftp.put_bytes(b"today" * 1_000_000, "patrons.csv")
    assert names() == []


def test_a_file_that_disappears_unexpectedly_is_not_taken_for_delivered(sftp_to: Connect) -> None:
    """Unless the page says that this partner takes files away, a missing file is a lost file."""
    with sftp_to("collecting") as sftp, pytest.raises(DeliveryError, match=r"/permits\.csv does not exist"):
        sftp.put_bytes(b"x", "permits.csv")


# paramiko's reading thread dies loudly with its connection.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fetch_that_fails_leaves_no_local_file(
    sftp_to_openssh: Connect, openssh: OpenSsh, tmp_path: Path
) -> None:
    """The step after a fetch must never find half of a file, or an empty one."""
    (openssh.root / "errors.csv").write_bytes(b"x" * 3_000_000)
    with sftp_to_openssh() as sftp, pytest.raises(SourceError, match=r"nothing\.csv does not exist"):
        sftp.get("nothing.csv", tmp_path / "errors.csv")
    with (
        FaultyNetwork(openssh.port, after=1_000_000, direction="down") as network,
        sftp_to_openssh(port=network.port) as sftp,
        pytest.raises(TransientError),
    ):
        sftp.get("errors.csv", tmp_path / "errors.csv")
    for thread in threading.enumerate():
        if "_prefetch_thread" in thread.name:
            thread.join()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["../other/patrons.csv", "/etc/passwd", "a/../../b"])
def test_no_path_leads_out_of_the_pages_folder(path: str, sftp_to: Connect) -> None:
    """A file name made from data must not choose another partner's folder."""
    with sftp_to("plain", path="/incoming") as sftp, pytest.raises(ConfigError, match="must lie inside"):
        sftp.put_bytes(b"x", path)


def test_a_local_file_that_is_not_there_is_said_so(sftp_to: Connect, tmp_path: Path) -> None:
    """A missing local file is not the partner's fault, and must not read like it."""
    with sftp_to("plain") as sftp, pytest.raises(ConfigError, match=r"gone\.csv cannot be read"):
        sftp.put(tmp_path / "gone.csv", "patrons.csv")


def test_nothing_works_outside_a_with_statement(sftp_to: Connect) -> None:
    """A session that nobody closes would keep its thread, and the run, alive."""
    with pytest.raises(ConfigError, match="with statement"):
        sftp_to("plain").put_bytes(b"x", "patrons.csv")


def test_no_thread_stays_behind(sftp_to: Connect, sftp_to_openssh: Connect) -> None:
    """paramiko runs a thread for every connection, also for those that failed."""
    before = set(threading.enumerate())
    with sftp_to_openssh() as sftp:
        sftp.put_bytes(b"x", "patrons.csv")
    for wrong in ({"password": "wrong"}, {"host_key": HOST_KEY_OF_NOBODY}):
        with pytest.raises(ConfigError), sftp_to("plain", **wrong):
            pass
    assert set(threading.enumerate()) == before
