"""A PostgreSQL server with a data folder of this run."""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import tenacity
from psycopg import sql

from tests.servers.process import HOST, find_program, free_port, running

__all__ = ["Postgres", "installed", "postgres_server"]


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server: the superuser is trusted, ``username`` has to give ``password``."""

    host: str
    port: int
    database: str
    superuser: str
    username: str
    password: str

    def url(self) -> str:
        """The superuser's connection, as libpq takes it."""
        return f"postgresql://{self.superuser}@{self.host}:{self.port}/{self.database}"


def installed() -> bool:
    """Whether this machine has PostgreSQL's server programs."""
    return _program("initdb") is not None and _program("postgres") is not None


@contextlib.contextmanager
def postgres_server() -> Iterator[Postgres]:
    """Run PostgreSQL on a free port, as another user when this one is root, whom it refuses to run as."""
    initdb, postgres = _program("initdb"), _program("postgres")
    if initdb is None or postgres is None:
        raise RuntimeError("PostgreSQL's initdb and postgres are not installed")
    user = _unprivileged_user()
    # Not in pytest's folder: that one is closed to other users.
    home = Path(tempfile.mkdtemp(prefix="campus-postgres-"))
    try:
        if user is not None:
            shutil.chown(home, user)
        data = home / "data"
        options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        subprocess.run(
            [initdb, "-D", data, *options],
            check=True,
            capture_output=True,
            cwd=home,
            user=user,
            extra_groups=[] if user else None,
        )
        server = Postgres(HOST, free_port(), "postgres", "postgres", "reader", secrets.token_urlsafe(16))
        (data / "pg_hba.conf").write_text(
            f"host all {server.username} {HOST}/32 scram-sha-256\nhost all all {HOST}/32 trust\n"
        )
        settings = (
            "listen_addresses=" + HOST,
            f"port={server.port}",
            "unix_socket_directories=",
            "fsync=off",
        )
        command = [postgres, "-D", data, *(part for setting in settings for part in ("-c", setting))]
        # SIGINT is its fast shutdown: SIGTERM would wait for every client to leave.
        with running(command, port=server.port, log=home / "postgres.log", user=user, stop=signal.SIGINT):
            _create_reader(server)
            yield server
    finally:
        shutil.rmtree(home)


@tenacity.retry(
    retry=tenacity.retry_if_exception_type(psycopg.OperationalError),  # it listens before it is ready
    stop=tenacity.stop_after_delay(20),
    wait=tenacity.wait_fixed(0.05),
    reraise=True,
)
def _create_reader(server: Postgres) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        password = sql.Literal(server.password)
        user = sql.Identifier(server.username)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(user, password))
        connection.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(user))


def _program(name: str) -> Path | None:
    return find_program(name, *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))


def _unprivileged_user() -> str | None:
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)
