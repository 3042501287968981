"""Sftp: servers that allow less than others, and large files over lines that break."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from common.connectors.sftp import Sftp
from common.errors import TransientError
from tests.servers.openssh import OpenSsh, openssh_server
from tests.servers.proxy import FaultyNetwork

Connect = Callable[..., Sftp]

MB = 1_000_000


def login(server: OpenSsh) -> dict[str, object]:
    return {
        "port": server.port,
        "private_key": server.private_key,
        "host_key": server.host_key,
        "path": str(server.root),
    }


@pytest.mark.parametrize(
    ("forbidden", "verified"),
    [
        ("setstat,fsetstat", True),
        ("stat,fstat", True),
        ("stat,lstat,fstat,setstat", True),
        ("stat,lstat,fstat,opendir", False),
    ],
)
def test_a_server_on_which_nobody_may_look_at_files_gets_them_and_the_account_says_so(
    forbidden: str, verified: bool, sftp_to_openssh: Connect, tmp_path: Path
) -> None:
    """Drop boxes show no sizes: a delivery there has to work, and must not claim that it was compared."""
    (tmp_path / "server").mkdir()
    with openssh_server(tmp_path / "server", f"ForceCommand internal-sftp -P {forbidden}") as server:
        with sftp_to_openssh(**login(server)) as sftp:
            for content in (b"yesterday", b"x" * 5 * MB):
                placed = sftp.put_bytes(content, "patrons.csv")
                assert (placed.atomic, placed.verified) == (True, verified)
            sftp.get("patrons.csv", tmp_path / "back.csv")
            sftp.move("patrons.csv", "sent/patrons.csv")
        assert sftp_to_openssh(**login(server)).probe(write=True) in (
            "",
            f"{server.root} may not be listed: files can be left there, not fetched",
        )
        assert [path.name for path in server.root.rglob("*")] == ["sent", "patrons.csv"]
    assert (tmp_path / "back.csv").read_bytes() == b"x" * 5 * MB


@pytest.mark.parametrize("path", [".", "", "incoming/../incoming", "/", "//incoming/"])
def test_paths_are_relative_to_where_the_server_puts_the_login(
    path: str, sftp_to_openssh: Connect, tmp_path: Path
) -> None:
    """Some servers show a login its own root, others begin in its home: both are written on pages as partners tell."""
    begin = tmp_path / "root" / ("" if "incoming" in path else "incoming")
    with openssh_server(tmp_path, f"ForceCommand internal-sftp -d {begin}") as server:
        (server.root / "incoming").mkdir()
        absolute = {"path": f"{server.root}/incoming"} if path.startswith("/") else {"path": path}
        with sftp_to_openssh(**login(server) | absolute) as sftp:
            sftp.put_bytes(b"x", "patrons.csv")
            assert [file.name for file in sftp.list()] == ["patrons.csv"]
            sftp.move("patrons.csv", "sent/2026/patrons.csv")
            assert sftp.exists("sent")
        assert (server.root / "incoming" / "sent" / "2026" / "patrons.csv").read_bytes() == b"x"


@pytest.mark.slow  # 100 MB through a relay written in Python
def test_a_large_upload_that_broke_off_goes_on_where_it_was(
    sftp_to_openssh: Connect, openssh: OpenSsh, names: Callable[[], list[str]], tmp_path: Path
) -> None:
    """Over a line that breaks every hour a file that needs longer would never arrive; a mixture must not either."""
    local = tmp_path / "images.zip"
    local.write_bytes(os.urandom(100 * MB))
    (openssh.root / "images.zip").write_bytes(b"yesterday")
    (openssh.root / f"images.zip.{'0' * 32}.part").write_bytes(b"of another day")
    with (
        FaultyNetwork(openssh.port, after=90 * MB) as network,
        sftp_to_openssh(port=network.port, resume=True) as sftp,
        pytest.raises(TransientError),
    ):
        sftp.put(local, "images.zip")
    [begun] = {name for name in names() if name.endswith(".part") and "000000" not in name}
    assert (openssh.root / "images.zip").read_bytes() == b"yesterday"
    # what was on the way when the line broke may be anything
    with (openssh.root / begun).open("r+b") as part:
        part.seek(-20 * MB, os.SEEK_END)
        part.write(b"\0" * 20 * MB)
    with (
        FaultyNetwork(openssh.port, after=60 * MB) as network,  # not enough for the whole file
        sftp_to_openssh(port=network.port, resume=True) as sftp,
    ):
        assert sftp.put(local, "images.zip").atomic
    assert names() == ["images.zip"]
    assert (openssh.root / "images.zip").read_bytes() == local.read_bytes()


@pytest.mark.slow  # 70 MB twice
def test_another_content_does_not_go_on_with_what_the_last_one_began(
    sftp_to_openssh: Connect, openssh: OpenSsh, names: Callable[[], list[str]], tmp_path: Path
) -> None:
    """A file that begins with yesterday's rows and ends with today's would have the right size."""
    local = tmp_path / "images.zip"
    for content in (b"a" * 70 * MB, b"b" * 70 * MB):
        local.write_bytes(content)
        with (
            FaultyNetwork(openssh.port, after=50 * MB) as network,
            sftp_to_openssh(port=network.port, resume=True) as sftp,
            pytest.raises(TransientError),
        ):
            sftp.put(local, "images.zip")
    assert len(names()) == 2
    with sftp_to_openssh(resume=True) as sftp:
        sftp.put(local, "images.zip")
    assert names() == ["images.zip"]
    assert (openssh.root / "images.zip").read_bytes() == b"b" * 70 * MB
