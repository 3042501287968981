"""ProFTPD with TLS, which insists that data connections go on with the session of their login."""

import contextlib
import getpass
import grp
import os
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.certificates import fingerprint, write_certificate
from tests.servers.process import HOST, find_program, free_port, running

__all__ = ["FtpServer", "ftp_server", "installed"]

MODULES = Path("/usr/lib/proftpd")


@dataclass(frozen=True, slots=True)
class FtpServer:
    """A running server: how to log in, the folder that it shows, and the file that holds its process's number."""

    host: str
    port: int
    username: str
    password: str
    certificate: Path
    fingerprint: str
    root: Path
    pid: Path


def installed() -> bool:
    """Whether this machine has ProFTPD with its TLS."""
    return _program() is not None and (MODULES / "mod_tls.so").exists()


@contextlib.contextmanager
def ftp_server(folder: Path, *options: str) -> Iterator[FtpServer]:
    """Run ProFTPD as the present user, with one login of its own; ``options`` are lines for its configuration."""
    program = _program()
    if program is None:
        raise RuntimeError("ProFTPD is not installed")
    root = folder / "root"
    root.mkdir(exist_ok=True)
    certificate = write_certificate(folder / "server.pem")
    username, password, port = "campus", secrets.token_urlsafe(16), free_port()
    digest = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"], input=password, text=True, check=True, capture_output=True
    ).stdout.strip()
    users = folder / "users"
    users.touch(mode=0o600)
    users.write_text(f"{username}:{digest}:{os.getuid()}:{os.getgid()}::{root}:/bin/false\n")
    lines = (
        f"ModulePath {MODULES}",
        "LoadModule mod_tls.c",
        *options,  # of two, ProFTPD takes the first
        "ServerType standalone",
        f"Port {port}",
        f"DefaultAddress {HOST}",
        "UseIPv6 off",
        "UseReverseDNS off",
        f"User {getpass.getuser()}",
        f"Group {grp.getgrgid(os.getgid()).gr_name}",
        f"PidFile {folder / 'pid'}",
        f"ScoreboardFile {folder / 'scoreboard'}",
        f"SystemLog {folder / 'system.log'}",
        "WtmpLog off",
        f"AuthUserFile {users}",
        "AuthOrder mod_auth_file.c",
        "RequireValidShell off",
        "RootLogin on",
        "DefaultRoot ~",
        "AllowOverwrite on",
        f"TransferLog {folder / 'transfers.log'}",
        "TLSEngine on",
        "TLSRequired on",
        f"TLSLog {folder / 'tls.log'}",
        f"TLSECCertificateFile {certificate}",
        f"TLSECCertificateKeyFile {certificate}",
    )
    configuration = folder / "proftpd.conf"
    configuration.write_text("\n".join(lines) + "\n")
    command = [program, "--nodaemon", "--config", configuration]
    with running(command, port=port, log=folder / "proftpd.log"):
        yield FtpServer(
            HOST, port, username, password, certificate, fingerprint(certificate), root, folder / "pid"
        )


def _program() -> Path | None:
    return find_program("proftpd", Path("/usr/sbin"))
