"""The benchmark itself: its candidates run, and its comparison sees what is different."""

import shutil
from pathlib import Path

import pytest

from tests.bench.candidates import PROJECT, Job, pipeline
from tests.bench.compare import differences
from tests.bench.measure import measure
from tests.bench.runs import job_at
from tests.bench.workload import CONTRACT, create_table
from tests.servers.openssh import OpenSsh
from tests.servers.postgres import Postgres


@pytest.fixture
def job(postgres: Postgres, openssh: OpenSsh, tmp_path: Path) -> Job:
    """A table of 5,000 rows, to be delivered to OpenSSH."""
    if not (shutil.which("psql") and shutil.which("ssh")):
        pytest.skip("BENCHMARK NOT TRIED: no psql or ssh on this machine")
    create_table(postgres.url(), 5_000)
    return job_at(postgres, openssh, tmp_path)


def test_ours_delivers_the_rows_that_copy_delivers(job: Job) -> None:
    """A change to a writer or a connector would leave the benchmark broken until somebody runs it."""
    assert differences(_delivered("ours", job), _delivered("limit", job), CONTRACT) == []


def test_another_value_or_a_missing_row_is_told(job: Job) -> None:
    """A comparison that calls everything equal would make every candidate look right."""
    reference = _delivered("limit", job)
    *lines, last = reference.read_text(encoding="utf-8").splitlines(keepends=True)
    other = reference.with_name("other.csv")
    other.write_text("".join([*lines, last.replace("@campus", "@else")]), encoding="utf-8")
    assert differences(other, reference, CONTRACT) == ["email"]
    other.write_text("".join(lines), encoding="utf-8")
    assert differences(other, reference, CONTRACT) == ["4,999 rows instead of 5,000"]


def _delivered(name: str, job: Job) -> Path:
    measure(pipeline(name, job), PROJECT)
    return Path(job.server["path"]) / f"{name}.csv"
