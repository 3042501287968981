"""A MariaDB server with a data folder of this run."""

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

import pymysql
import tenacity

from tests.servers.process import HOST, find_program, free_port, running

__all__ = ["MariaDb", "installed", "mariadb_server"]


@dataclass(frozen=True, slots=True)
class MariaDb:
    """A running server with one database: the reader may only read it, the loader may do all in it."""

    port: int
    database: str
    reader: str
    loader: str
    password: str
    socket: Path
    host: str = HOST

    def admin(self) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        """The superuser's connection, through the socket, each statement its own transaction."""
        return pymysql.connect(
            unix_socket=str(self.socket), user="root", database=self.database, autocommit=True
        )


def installed() -> bool:
    """Whether this machine has MariaDB's server programs."""
    return _program("mariadb-install-db") is not None and _program("mariadbd") is not None


@contextlib.contextmanager
def mariadb_server(*options: str) -> Iterator[MariaDb]:
    """Run MariaDB on a free port, as another user when this one is root, whom it refuses to run as."""
    install, server = _program("mariadb-install-db"), _program("mariadbd")
    if install is None or server is None:
        raise RuntimeError("MariaDB's mariadb-install-db and mariadbd are not installed")
    user = _unprivileged_user()
    # Not in pytest's folder: that one is closed to other users, and too long a path for a socket.
    home = Path(tempfile.mkdtemp(prefix="campus-mariadb-"))
    try:
        if user is not None:
            shutil.chown(home, user)
        folder = (f"--datadir={home / 'data'}", "--innodb-log-file-size=8M")
        subprocess.run(
            [install, "--no-defaults", *folder, "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True,
            capture_output=True,
            cwd=home,
            user=user,
            extra_groups=[] if user else None,
        )
        running_server = MariaDb(
            free_port(), "campus", "reader", "loader", secrets.token_urlsafe(16), home / "mariadb.sock"
        )
        command = (
            *(server, "--no-defaults", *folder, f"--socket={running_server.socket}"),
            *(f"--bind-address={HOST}", f"--port={running_server.port}", f"--pid-file={home / 'pid'}"),
            *("--innodb-flush-log-at-trx-commit=0", "--character-set-server=utf8mb4", *options),
        )
        with running(command, port=running_server.port, log=home / "mariadb.log", user=user):
            _create_users(running_server)
            yield running_server
    finally:
        shutil.rmtree(home)


@tenacity.retry(
    retry=tenacity.retry_if_exception_type(pymysql.err.OperationalError),  # it listens before it is ready
    stop=tenacity.stop_after_delay(20),
    wait=tenacity.wait_fixed(0.05),
    reraise=True,
)
def _create_users(server: MariaDb) -> None:
    with (
        pymysql.connect(unix_socket=str(server.socket), user="root", autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(f"CREATE DATABASE {server.database} CHARACTER SET utf8mb4")
        for user, rights in ((server.reader, "SELECT"), (server.loader, "ALL")):
            cursor.execute(f"CREATE USER {user} IDENTIFIED BY %s", (server.password,))
            cursor.execute(f"GRANT {rights} ON {server.database}.* TO {user}")


def _program(name: str) -> Path | None:
    return find_program(name, Path("/usr/sbin"), Path("/usr/local/sbin"))


def _unprivileged_user() -> str | None:
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("mysql", "nobody") if name in known)
