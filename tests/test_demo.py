"""``campus demo`` as a new user meets it: the program, in a process of its own, from another folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

CAMPUS = Path(sys.executable).with_name("campus")


def _campus(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "CAMPUS_"))}
    return subprocess.run(
        [CAMPUS, *arguments],
        env=environment | {"CAMPUS_SANDBOX": str(home), "COLUMNS": "160"},
        cwd=home.parent,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def _of_ours(home: Path) -> list[str]:
    return [
        p.name() for p in psutil.process_iter(["cmdline"]) if str(home) in " ".join(p.info["cmdline"] or [])
    ]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_demo_delivers_with_every_flow_and_leaves_no_process_behind(tmp_path: Path) -> None:
    """Prevents a first impression that fails, and a machine full of servers afterwards."""
    home = tmp_path / "a folder with spaces" / "sandbox"
    home.parent.mkdir()
    done = _campus(home, "demo", "--people", "300")
    assert done.returncode == 0, done.stdout + done.stderr
    for flow in ("patrons_to_alma", "customers_to_permits", "students_to_engage", "accounts_to_engage"):
        assert flow in done.stdout
    for system in ("alma-sftp", "permits-sftp", "engage-api", "engage-sftp", "campus-mail"):
        assert any(path.is_file() for path in (home / "partners" / system).rglob("*")), system
    assert _of_ours(home) == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_sandbox_that_is_up_is_used_its_days_pass_and_it_goes_down(tmp_path: Path) -> None:
    """Prevents the day-2 commands of the README from being mere text."""
    home = tmp_path / "sandbox"
    try:
        up = _campus(home, "sandbox", "up", "--people", "300")
        assert up.returncode == 0, up.stdout + up.stderr
        assert "alma-sftp-sandbox" in up.stdout
        first = _campus(home, "run", "student_affairs/students_to_engage")
        assert first.returncode == 0, first.stdout + first.stderr
        passed = _campus(home, "sandbox", "next-day")
        assert passed.returncode == 0, passed.stdout + passed.stderr
        assert "It is 2026-09-02 on campus" in passed.stdout
        second = _campus(home, "run", "student_affairs/students_to_engage")
        changed, unchanged = map(int, re.findall(r"changed=(\d+)", second.stdout)[:2])
        assert 0 < changed < unchanged
    finally:
        down = _campus(home, "sandbox", "down")
    assert down.returncode == 0
    assert _of_ours(home) == []
