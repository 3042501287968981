"""fakesnow: DuckDB behind Snowflake's HTTP protocol, on a port of this run."""

import contextlib
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from tests.servers.process import HOST, free_port, running

__all__ = ["fake_snowflake", "why_not"]


def why_not() -> str:
    """Why fakesnow cannot run here; empty if it can."""
    if find_spec("fakesnow") is None or find_spec("snowflake") is None:
        return "fakesnow or the extra snowflake is not installed"
    if find_spec("snowflake.connector.converter") is None:
        return "fakesnow knows snowflake-connector-python before 5 only, and a later one cannot log in to it"
    return ""


@contextlib.contextmanager
def fake_snowflake(folder: Path) -> Iterator[int]:
    """Run fakesnow; its port. It lets everybody in, and makes databases and schemas as they are named."""
    port = free_port()
    command = [sys.executable, "-m", "fakesnow", "--server", "--host", HOST, "--port", str(port)]
    with running(command, port=port, log=folder / "fakesnow.log", seconds=60):
        yield port
