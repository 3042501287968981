"""The ways from a query to a file on an SFTP server, each a process of its own.

``limit`` is what the machine can do: PostgreSQL's own CSV through OpenSSH's own pipe, no check, no rename.
``ours`` is what a flow does, without Prefect. ``pandas`` is the way of most scripts: all rows in memory.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.openssh_client import login_options

__all__ = ["PROJECT", "Job", "pipeline"]

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Job:
    """The rows and where they go: what the connectors are called with, and a local folder in between."""

    sql: str
    batch_rows: int
    database: dict[str, Any]
    server: dict[str, Any]
    folder: str


def pipeline(name: str, job: Job) -> list[list[str]]:
    """The commands of a candidate, to run one into the other in the project's folder."""
    folder = Path(job.folder)
    if name == "limit":
        server = job.server
        remote = [f"{server['username']}@{server['host']}", f"cat > '{server['path']}/limit.csv'"]
        copy = rf"\copy ({job.sql}) TO STDOUT (FORMAT csv, HEADER)"
        return [
            ["psql", "-X", "-q", _libpq(job), "-c", copy],
            ["ssh", *login_options(server, folder), *remote],
        ]
    (file := folder / "job.json").touch(mode=0o600)
    file.write_text(json.dumps(asdict(job)))
    return [[sys.executable, "-m", "tests.bench.candidates", name, str(file)]]


def _ours(job: Job) -> None:
    from common.batches import Batches
    from common.connectors.database.postgres import Postgres
    from common.connectors.sftp import Sftp
    from common.files import write_csv
    from common.query import Query
    from tests.bench.workload import CONTRACT

    source = Postgres(name="bench-postgres", **job.database)
    query = Query("student_enrollment.sql", job.sql)
    rows = Batches(query.name, lambda: source.stream(query, job.batch_rows))
    parcel = write_csv(rows, CONTRACT, Path(job.folder) / "ours.csv")
    with Sftp(name="bench-sftp", **job.server) as server:
        server.put(parcel.path, parcel.name)
    parcel.path.unlink()


def _pandas(job: Job) -> None:
    from io import StringIO

    import pandas as pd
    import paramiko
    import sqlalchemy as sa

    url = sa.make_url(_libpq(job)).set(drivername="postgresql+psycopg")
    frame = pd.read_sql(sa.text(job.sql), sa.create_engine(url))
    file = Path(job.folder) / "pandas.csv"
    frame.to_csv(file, index=False)
    key = paramiko.Ed25519Key.from_private_key(StringIO(job.server["private_key"]))
    with paramiko.Transport((job.server["host"], job.server["port"])) as transport:
        transport.connect(username=job.server["username"], pkey=key)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        client.put(str(file), f"{job.server['path']}/{file.name}")
    file.unlink()


def _libpq(job: Job) -> str:
    at = job.database
    return f"postgresql://{at['username']}:{at['password']}@{at['host']}:{at['port']}/{at['database']}"


_IN_PYTHON: dict[str, Callable[[Job], None]] = {"ours": _ours, "pandas": _pandas}

if __name__ == "__main__":
    _IN_PYTHON[sys.argv[1]](Job(**json.loads(Path(sys.argv[2]).read_text())))
