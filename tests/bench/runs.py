"""The servers of a benchmark, and the turns of its candidates."""

import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from common.settings import Settings
from tests.bench.candidates import PROJECT, Job, pipeline
from tests.bench.compare import differences
from tests.bench.measure import Usage, measure
from tests.bench.workload import ALL, CONTRACT, TWICE, create_table
from tests.servers.openssh import OpenSsh, openssh_server
from tests.servers.postgres import Postgres, postgres_server

__all__ = ["Result", "compete", "job_at", "run_twice_the_rows", "servers"]


@dataclass(frozen=True, slots=True)
class Result:
    """The turns of one candidate, its wall time over the limit's in each, and what its file has different."""

    turns: list[Usage]
    ratios: list[float]
    different: list[str]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def peak(self) -> float:
        return max(turn.peak for turn in self.turns)


@contextmanager
def servers(rows: int) -> Iterator[Job]:
    """PostgreSQL with the table, and OpenSSH, for as long as the context lasts."""
    with (
        tempfile.TemporaryDirectory(prefix="campus-bench-") as name,
        postgres_server() as database,
        openssh_server(Path(name)) as server,
    ):
        create_table(database.url(), rows)
        yield job_at(database, server, Path(name))


def job_at(database: Postgres, server: OpenSsh, folder: Path) -> Job:
    """The whole table, from one server to the other."""
    return Job(
        sql=ALL,
        batch_rows=Settings.model_fields["batch_rows"].default,
        database={
            "host": database.host,
            "port": database.port,
            "database": database.database,
            "username": database.username,
            "password": database.password,
        },
        server={
            "host": server.host,
            "port": server.port,
            "username": server.username,
            "host_key": server.host_key,
            "private_key": server.private_key,
            "path": str(server.root),
        },
        folder=str(folder),
    )


def compete(job: Job, repeats: Mapping[str, int], tell: Callable[[str], None]) -> dict[str, Result]:
    """Let the candidates take turns, ``limit`` first; the first turn of each does not count.

    Every file that the last turn of a candidate delivered is compared with the limit's.
    """
    rounds = max(repeats.values())
    turns: dict[str, list[Usage]] = {name: [] for name, wanted in repeats.items() if wanted}
    for number in range(rounds + 1):
        for name, taken in turns.items():
            if number > repeats[name]:
                continue
            usage = measure(pipeline(name, job), PROJECT)
            tell(f"turn {number} of {rounds}: {name} {usage.wall:.2f} s, {usage.peak:,.0f} MB")
            if number:
                taken.append(usage)
    delivered = Path(job.server["path"])
    return {
        name: Result(
            turns=taken,
            ratios=[turn.wall / limit.wall for turn, limit in zip(taken, turns["limit"], strict=False)],
            different=differences(delivered / f"{name}.csv", delivered / "limit.csv", CONTRACT),
        )
        for name, taken in turns.items()
    }


def run_twice_the_rows(job: Job) -> Usage:
    """Ours with every row twice, under keys of its own."""
    return measure(pipeline("ours", replace(job, sql=TWICE)), PROJECT)
