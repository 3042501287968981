"""OpenSSH's own SFTP server, with a host key, a user's key and a folder of this run."""

import contextlib
import getpass
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from tests.servers.process import HOST, find_program, free_port, running

__all__ = ["OpenSsh", "installed", "openssh_server"]

# sshd, run as root, insists on this empty folder for its unprivileged process.
PRIVILEGE_SEPARATION = Path("/run/sshd")


@dataclass(frozen=True, slots=True)
class OpenSsh:
    """A running server: how to log in, and the folder to work in (it shows the whole file system)."""

    host: str
    port: int
    username: str
    host_key: str
    private_key: str
    root: Path
    log: Path


def installed() -> bool:
    """Whether this machine has an sshd."""
    return find_program("sshd", Path("/usr/sbin"), Path("/usr/local/sbin")) is not None


@contextlib.contextmanager
def openssh_server(folder: Path, *options: str, largest_file: int | None = None) -> Iterator[OpenSsh]:
    """Run sshd as the present user, whom it lets in by key alone; ``options`` are lines for its configuration.

    ``largest_file`` is how many KiB it can write to one file: a write beyond fails as on a full disk.
    """
    program = find_program("sshd", Path("/usr/sbin"), Path("/usr/local/sbin"))
    if program is None:
        raise RuntimeError("sshd is not installed")
    if os.getuid() == 0:
        PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
    root = folder / "root"
    root.mkdir()
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    user_key = asyncssh.generate_private_key("ssh-ed25519")
    (folder / "host_key").touch(mode=0o600)
    host_key.write_private_key(folder / "host_key")
    user_key.write_public_key(folder / "authorized_keys")
    port = free_port()
    lines = (
        *options,  # sshd takes the first value it finds
        f"Port {port}",
        f"ListenAddress {HOST}",
        f'HostKey "{folder / "host_key"}"',
        f'AuthorizedKeysFile "{folder / "authorized_keys"}"',
        "PidFile none",
        "PasswordAuthentication no",
        "PermitRootLogin prohibit-password",
        "StrictModes no",
        "UsePAM no",
        "Subsystem sftp internal-sftp",
    )
    configuration = folder / "sshd_config"
    configuration.write_text("\n".join(lines) + "\n")
    command: list[str | Path] = [program, "-D", "-e", "-f", configuration]
    if largest_file is not None:  # with the signal ignored, the write itself fails
        limit = f'trap "" XFSZ; ulimit -f {largest_file}; exec "$@"'
        command = ["bash", "-c", limit, "sshd", *command]
    with running(command, port=port, log=folder / "sshd.log"):
        yield OpenSsh(
            host=HOST,
            port=port,
            username=getpass.getuser(),
            host_key=host_key.export_public_key().decode().strip(),
            private_key=user_key.export_private_key().decode(),
            root=root,
            log=folder / "sshd.log",
        )
