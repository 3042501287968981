"""What a run leaves when something dies under it: the truth in the dashboard, and nothing half at the partner."""

from collections.abc import Iterator

import pytest

from tests.docker.engine import SANDBOX_IMAGE
from tests.docker.stack import Stack, until

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

FILE = "/srv/partners/permits-sftp/import/UserProfile.csv"
UNFINISHED = f"{FILE}*.part"


# Stops every sshd the moment that the first part of the file is there.
FREEZE = """
import glob, os, pathlib, signal, time
while not glob.glob({unfinished!r}):
    time.sleep(0.005)
for process in pathlib.Path("/proc").glob("[0-9]*"):
    if (process / "comm").read_text().strip() == "sshd":
        os.kill(int(process.name), signal.SIGSTOP)
"""


@pytest.fixture
def slow_partner(stack: Stack) -> Iterator[None]:
    """The SFTP partner with a hundredth of a processor: a delivery takes long enough to be interrupted."""
    stack.compose("exec", "-T", "partner-sftp", "sh", "-c", f"rm -f {FILE}*")
    stack.docker("update", "--cpus=0.01", stack.container("partner-sftp"))
    yield
    thaw(stack)


def thaw(stack: Stack) -> None:
    """Lets the partner go on, as fast as it can."""
    stack.docker("update", "--cpus=1", stack.container("partner-sftp"))
    beside(
        stack,
        "import os; [os.kill(int(p), 18) for p in os.listdir('/proc') if p.isdigit() and p != str(os.getpid())]",
    )


def beside(stack: Stack, script: str) -> None:
    """Runs Python among the partner's processes and files, without its limit."""
    partner = stack.container("partner-sftp")
    places = ("--pid", f"container:{partner}", "--volumes-from", partner, "--network", "none")
    stack.docker("run", "--rm", *places, SANDBOX_IMAGE, "timeout", "120", "python", "-c", script)


def begun(stack: Stack) -> str:
    """Starts a delivery and stops the partner while the file is on its way; the run's id."""
    run = stack.start_run("customers_to_permits")
    beside(stack, FREEZE.format(unfinished=UNFINISHED))
    return run


def arrived(stack: Stack) -> bool:
    return FILE in stack.received("permits-sftp")


@pytest.mark.usefixtures("slow_partner")
def test_a_killed_container_is_a_crashed_run_and_nothing_half_arrives(stack: Stack) -> None:
    """Prevents a run that goes on for ever in the dashboard, and a partner that imports half a file."""
    run = begun(stack)
    stack.docker("kill", str(stack.container_of(run)))
    assert stack.finished(run, seconds=60)[0] == "CRASHED"
    thaw(stack)
    assert not arrived(stack)

    again = stack.start_run("customers_to_permits")
    assert stack.finished(again)[0] == "COMPLETED"
    assert arrived(stack)


@pytest.mark.usefixtures("slow_partner")
def test_when_the_worker_died_too_its_silence_is_noticed_within_three_minutes(stack: Stack) -> None:
    """After a host is lost nobody reports its runs: without the automation they run for ever."""
    run = begun(stack)
    stack.compose("kill", "worker")
    try:
        stack.docker("kill", str(stack.container_of(run)))
        state, message = stack.finished(run, seconds=180)
    finally:
        stack.up("worker")
    thaw(stack)
    assert state == "CRASHED"
    assert message.startswith("No sign of life")
    assert not arrived(stack)
    assert stack.finished(stack.start_run("customers_to_permits"))[0] == "COMPLETED"


@pytest.mark.usefixtures("slow_partner")
def test_a_restart_of_the_server_loses_nothing_of_a_run(stack: Stack) -> None:
    """Prevents an update of the server from costing the deliveries that are going on."""
    run = begun(stack)
    stack.compose("restart", "server")
    stack.up("server")
    thaw(stack)
    assert stack.finished(run) == ("COMPLETED", stack.state(run)[1])
    assert arrived(stack)

    def told() -> bool:
        logs = stack.call("POST", "/logs/filter", logs={"flow_run_id": {"any_": [run]}})
        text = " ".join(line["message"] for line in logs)
        return "rows=" in text and "delivered" in text

    # the last lines follow the state by a second or two: Prefect sends them in batches
    until(told, seconds=30, what="lines of the steps before and after the restart")


@pytest.mark.usefixtures("slow_partner")
def test_a_cancelled_run_ends_and_its_container_with_it(stack: Stack) -> None:
    """Prevents a delivery that goes on after somebody has stopped it in the dashboard."""
    run = begun(stack)
    container = stack.container_of(run)
    stack.call("POST", f"/flow_runs/{run}/set_state", state={"type": "CANCELLING"})
    assert stack.finished(run)[0] == "CANCELLED"
    thaw(stack)
    until(
        lambda: container not in stack.docker("ps", "--no-trunc", "--quiet"),
        seconds=60,
        what="end of its container",
    )
    assert not arrived(stack)
