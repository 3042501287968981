"""A table's rows into databases and out again, by our connector and by the database's own client."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.databases import mariadb_duels, postgres_duels
from tests.bench.duels import Outcome, fight
from tests.servers import mariadb, postgres

__all__ = ["loads"]

# Room for the whole load: the launcher's own few megabytes are for tests, and would measure the disk.
MARIADB_ROOM = ("--innodb-log-file-size=512M", "--innodb-buffer-pool-size=512M")


def loads(rows: int, repeats: int, tell: Callable[[str], None]) -> Iterator[Outcome]:
    """So many rows out of a table into CSV, and of CSV into a table, at PostgreSQL and then at MariaDB."""
    with tempfile.TemporaryDirectory(prefix="campus-bench-") as name:
        folder = Path(name)
        if missing := _missing("psql", "postgres", installed=postgres.installed()):
            yield from _absent("PostgreSQL", "psql", missing)
            yield from _absent("MariaDB", "mariadb", f"{missing}, which makes the rows")
            return
        with postgres.postgres_server() as server:
            yield from fight(postgres_duels(server, folder, rows), repeats, tell)
        if missing := _missing("mariadb", "mariadbd", installed=mariadb.installed()):
            yield from _absent("MariaDB", "mariadb", missing)
            return
        with mariadb.mariadb_server(*MARIADB_ROOM) as other:
            yield from fight(mariadb_duels(other, folder), repeats, tell)


def _missing(client: str, server: str, *, installed: bool) -> str:
    if not installed:
        return f"{server} is not here"
    return "" if shutil.which(client) else f"{client} is not here"


def _absent(database: str, client: str, missing: str) -> Iterator[Outcome]:
    for title in (f"out of {database}", f"into {database}"):
        yield Outcome(title, client, missing=missing)
