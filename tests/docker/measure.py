"""What a run costs before its first line: ``make bench-stack``. A whole stack is started for it, and removed."""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.docker.engine import FLOWS_IMAGE, build_images, docker
from tests.docker.stack import Stack, started, until

FLOW = "accounts_to_engage"


def main() -> None:
    """Prints the image's size, the time of a deploy, and the medians of some runs."""
    parser = argparse.ArgumentParser(prog="make bench-stack", description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="how many runs the medians are of")
    repeats = parser.parse_args().runs
    console = Console()
    images = build_images()
    with (
        tempfile.TemporaryDirectory() as folder,
        started(
            "campus-bench", Path(folder), COMPOSE_PROFILES="single,sandbox", CAMPUS_ENV="sandbox", **images
        ) as stack,
    ):
        stack.campus("deploy")
        table = Table("what", "", box=None)
        [image] = json.loads(docker("image", "inspect", FLOWS_IMAGE))
        table.add_row("image", f"{image['Size'] / 1e6:,.0f} MB")
        count = len(stack.deployments())
        table.add_row(f"prefect deploy --all, {count} deployments", f"{deployed(stack):.1f} s")
        table.add_row("campus deploy, the same with checks and clean-up", f"{timed(stack, 'deploy'):.1f} s")
        runs = [measured(stack) for _ in track(range(repeats), "Runs", console=console)]
        for name in runs[0]:
            table.add_row(name, f"{statistics.median(run[name] for run in runs):.1f} s")
    console.print(table)


def timed(stack: Stack, *arguments: str) -> float:
    begun = time.monotonic()
    stack.campus(*arguments)
    return time.monotonic() - begun


def deployed(stack: Stack) -> float:
    begun = time.monotonic()
    prefect = Path(sys.executable).with_name("prefect")
    environment = stack.environment()
    subprocess.run(
        [prefect, "--no-prompt", "deploy", "--all"], env=environment, check=True, capture_output=True
    )
    return time.monotonic() - begun


def measured(stack: Stack) -> dict[str, float]:
    """The seconds that the parts of one run took, by the engine's clock and the server's."""
    run = stack.start_run(FLOW)
    container = stack.running(run)
    born = json.loads(docker("inspect", container))[0]["State"]["StartedAt"]
    state, message = stack.finished(run)
    if state != "COMPLETED":
        raise RuntimeError(f"{FLOW} ended {state}: {message}")
    found = stack.call("GET", f"/flow_runs/{run}")
    first = until(lambda: first_line(stack, run), seconds=30, what="line of the run in the log")
    scheduled, running, ended = (found[name] for name in ("expected_start_time", "start_time", "end_time"))
    return {
        "scheduled to running": seconds(scheduled, running),
        "container's start to running": seconds(born, running),
        "container's start to the flow's first line": seconds(born, first),
        "running to completed": seconds(running, ended),
        "scheduled to completed": seconds(scheduled, ended),
    }


def first_line(stack: Stack, run: str) -> str | None:
    """When the run's first step said what it does; lines are sent in the background."""
    logs = stack.call("POST", "/logs/filter", logs={"flow_run_id": {"any_": [run]}}, sort="TIMESTAMP_ASC")
    return next((line["timestamp"] for line in logs if line["message"].startswith("extract ")), None)


def seconds(earlier: str, later: str) -> float:
    return (moment(later) - moment(earlier)).total_seconds()


def moment(text: str) -> datetime:
    """Docker tells nanoseconds, which Python does not read."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}+00:00")


if __name__ == "__main__":
    main()
