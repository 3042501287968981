"""Time, processor time and memory of programs, each started by a process small enough not to be counted.

On Linux a process begins with the peak memory of the one that started it. So this module, which imports
next to nothing, is also the program that starts and measures the candidates.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["Usage", "measure"]

Pipeline = Sequence[Sequence[str]]


class Usage(NamedTuple):
    """What a pipeline of programs took: seconds by the clock, seconds of processor time in all of them,
    and the peak memory of the largest in MB (10^6 bytes)."""

    wall: float
    cpu: float
    peak: float


def measure(pipeline: Pipeline, folder: Path) -> Usage:
    """Run the programs in ``folder``, each one's output the next one's input.

    Raises RuntimeError with what they wrote when one of them fails.
    """
    launcher = [sys.executable, "-I", "-S", __file__, json.dumps(pipeline)]
    done = subprocess.run(launcher, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(pipeline[0][:3])} failed:\n{done.stderr[-2000:]}")
    return Usage(*json.loads(done.stdout))


def _run(pipeline: Pipeline) -> Usage:
    started = time.perf_counter()
    processes: list[subprocess.Popen[bytes]] = []
    for command in pipeline:
        source = processes[-1].stdout if processes else subprocess.DEVNULL
        sink = sys.stderr if command is pipeline[-1] else subprocess.PIPE
        processes.append(subprocess.Popen(command, stdin=source, stdout=sink))
        if processes[:-1] and (pipe := processes[-2].stdout):
            pipe.close()  # the reader's end now belongs to the program that reads
    usages = []
    for process in processes:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        usages.append(usage)
    wall = time.perf_counter() - started
    if failed := [p.args for p in processes if p.returncode]:
        raise SystemExit(f"exit status other than 0: {failed}")
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    return Usage(wall, cpu, max(usage.ru_maxrss for usage in usages) * 1024 / 1e6)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_run(json.loads(sys.argv[1]))))
