"""Programs that outlive the command that started them: recorded, found again, and ended by their own id."""

import subprocess
from collections.abc import Sequence
from typing import Any

import psutil

from common.sandbox.home import SandboxHome

__all__ = ["running_processes", "start", "stop_all"]

RECORD = "processes"


def start(home: SandboxHome, name: str, argv: Sequence[str], environment: dict[str, str]) -> None:
    """Starts ``argv`` in the background; its output goes to ``logs/<name>.log``."""
    home.logs.mkdir(parents=True, exist_ok=True)
    with (home.logs / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            argv,
            env=environment,
            cwd=home.root,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    found = psutil.Process(process.pid)
    home.remember(RECORD, home.recall(RECORD) | {name: {"pid": found.pid, "started": found.create_time()}})


def running_processes(home: SandboxHome) -> dict[str, psutil.Process]:
    """The recorded programs that still run. An id that another program got since then is not taken for ours."""
    found = {}
    for name, record in home.recall(RECORD).items():
        if process := _same(record):
            found[name] = process
    return found


def stop_all(home: SandboxHome, patience: float = 10) -> int:
    """Ends the recorded programs and their children; those that ignore it for ``patience`` seconds are killed."""
    family: list[psutil.Process] = []
    for process in running_processes(home).values():
        family += [*process.children(recursive=True), process]
    for process in family:
        _quietly(process.terminate)
    _, alive = psutil.wait_procs(family, timeout=patience)
    for process in alive:
        _quietly(process.kill)
    psutil.wait_procs(alive, timeout=patience)
    home.forget(RECORD)
    return len(family)


def _same(record: dict[str, Any]) -> psutil.Process | None:
    try:
        process = psutil.Process(record["pid"])
        same = process.create_time() == record["started"] and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return None
    return process if same else None


def _quietly(act: Any) -> None:
    try:
        act()
    except psutil.NoSuchProcess:
        return
