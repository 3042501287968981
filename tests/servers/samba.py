"""Samba, with a user and shares of this run."""

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import HOST, find_program, free_port, running

__all__ = ["Samba", "cannot_run", "samba_server"]

USER = "campus-smb-test"


@dataclass(frozen=True, slots=True)
class Samba:
    """A running server: the share ``campus`` shows ``root``, ``readonly`` the same, ``small`` a disk of 2 MB if any."""

    host: str
    port: int
    username: str
    password: str
    root: Path
    small: Path | None


def cannot_run() -> str:
    """Why Samba cannot be started on this machine; "" where it can."""
    if _program("smbd") is None or _program("smbpasswd") is None:
        return "no smbd on this machine (Debian: samba)"
    if os.getuid() != 0:
        return "only root can give it a user"
    return ""


@contextlib.contextmanager
def samba_server(*options: str) -> Iterator[Samba]:
    """Run smbd with a user whom the machine knows only meanwhile; ``options`` are lines of its global section."""
    program, smbpasswd = _program("smbd"), _program("smbpasswd")
    if program is None or smbpasswd is None:
        raise RuntimeError("smbd is not installed")
    password = secrets.token_urlsafe(16)
    port = free_port()
    # not in pytest's folder: the names of its sockets would be too long
    folder = Path(tempfile.mkdtemp(prefix="campus-samba-"))
    root, small = folder / "root", folder / "small"
    for path in (root, small, *(folder / name for name in ("private", "lock", "state", "cache", "pid"))):
        path.mkdir()
    lines = (
        "[global]",
        f"smb ports = {port}",
        f"interfaces = {HOST}",
        "bind interfaces only = yes",
        "disable netbios = yes",
        "server min protocol = SMB2",
        "server role = standalone server",
        "load printers = no",
        "printcap name = /dev/null",
        "log level = 1",
        f"private dir = {folder / 'private'}",
        *(f"{name} directory = {folder / name}" for name in ("lock", "state", "cache", "pid")),
        f"ncalrpc dir = {folder / 'pid'}",
        *options,
        *_share("campus", root, "read only = no"),
        *_share("readonly", root, "read only = yes"),
        *_share("small", small, "read only = no"),
    )
    configuration = folder / "smb.conf"
    configuration.write_text("\n".join(lines) + "\n")
    with contextlib.ExitStack() as undone:
        undone.callback(shutil.rmtree, folder)
        undone.enter_context(_user())
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small], check=False, capture_output=True
        )
        if mounted.returncode == 0:
            undone.callback(subprocess.run, ["umount", small], check=True)
        subprocess.run(
            [smbpasswd, "-c", configuration, "-s", "-a", USER],
            input=f"{password}\n{password}\n",
            text=True,
            check=True,
            capture_output=True,
        )
        command = [program, "-F", "--debug-stdout", "-s", configuration]
        undone.enter_context(running(command, port=port, log=folder / "smbd.log"))
        yield Samba(HOST, port, USER, password, root, None if mounted.returncode else small)


def _share(name: str, folder: Path, *options: str) -> tuple[str, ...]:
    """A share whose files belong to root, who runs the tests: a user's own would need the folder to be open to it."""
    return (f"[{name}]", f"path = {folder}", f"valid users = {USER}", "force user = root", *options)


@contextlib.contextmanager
def _user() -> Iterator[None]:
    """A user of this machine, without a login, for as long as the server runs: Samba wants one for each of its own."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    if USER in known:  # another run's
        yield
        return
    subprocess.run(
        ["useradd", "--no-create-home", "--shell", "/usr/sbin/nologin", USER], check=True, capture_output=True
    )
    try:
        yield
    finally:
        subprocess.run(["userdel", USER], check=True, capture_output=True)


def _program(name: str) -> Path | None:
    return find_program(name, Path("/usr/sbin"), Path("/usr/bin"))
