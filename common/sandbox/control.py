"""Starting the sandbox, stopping it, and letting its days pass."""

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from multiprocessing.connection import Client

import httpx

from common.errors import ConfigError, TransientError
from common.sandbox.home import SandboxHome
from common.sandbox.processes import running_processes, start, stop_all

__all__ = [
    "DEFAULT_PEOPLE",
    "DEFAULT_SEED",
    "answers",
    "api_url",
    "down",
    "enter",
    "is_up",
    "pass_day",
    "sandboxed",
    "up",
]

DEFAULT_PEOPLE, DEFAULT_SEED = 5_000, 7
PATIENCE = 120  # seconds until a start is given up; a small machine needs about 15


def is_up(home: SandboxHome) -> bool:
    """Whether all of its programs run and answer."""
    return {"prefect-server", "services"} <= running_processes(home).keys() and bool(home.recall("control"))


def api_url(home: SandboxHome) -> str:
    """Address of the sandbox's Prefect API; its dashboard is the same without ``/api``."""
    return str(home.recall("prefect-server").get("api_url", ""))


def up(
    home: SandboxHome,
    *,
    people: int = DEFAULT_PEOPLE,
    seed: int = DEFAULT_SEED,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Starts a Prefect server of its own and the services, from an empty folder; ``tell`` hears each step.

    Raises TransientError with the end of the log of whatever did not come up.
    """
    stop_all(home)
    home.clear()
    home.prefect.mkdir(parents=True, mode=0o700)
    url = f"http://127.0.0.1:{_free_port()}/api"
    home.remember("prefect-server", {"api_url": url})
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "CAMPUS_"))}
    environment = inherited | home.environment(url)
    try:
        tell(f"Starting a Prefect server, a campus of {people:,} people and the partners")
        database = home.prefect / "prefect.db"
        start(
            home,
            "prefect-server",
            [
                sys.executable,
                "-m",
                "prefect",
                "server",
                "start",
                "--host",
                "127.0.0.1",
                "--port",
                url.split(":")[2][:-4],
            ],
            environment
            | {
                "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{database}",
                "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
                "PREFECT_UI_API_URL": url,
            },
        )
        command = [
            sys.executable,
            "-m",
            "common.sandbox",
            str(home.root),
            "--people",
            str(people),
            "--seed",
            str(seed),
        ]
        start(home, "services", command, environment)
        _wait(home, "prefect-server", lambda: answers(url))
        _wait(home, "services", lambda: bool(home.recall("control")))
    except BaseException:
        stop_all(home)
        raise


def down(home: SandboxHome) -> int:
    """Stops it; says how many programs that were. What partners received stays until the next start."""
    home.forget("control")
    return stop_all(home)


def enter(home: SandboxHome) -> None:
    """Makes this process a client of the running sandbox; to be called before Prefect is imported."""
    home.enter(api_url(home), date.fromisoformat(home.recall("campus")["today"]))


@contextmanager
def sandboxed(home: SandboxHome, *, keep: bool, people: int, tell: Callable[[str], None]) -> Iterator[None]:
    """A running sandbox, entered: the one that is up, or one that is stopped again unless ``keep``."""
    was_up = is_up(home)
    if not was_up:
        up(home, people=people, tell=tell)
    try:
        enter(home)
        yield
    finally:
        if not (was_up or keep):
            down(home)


def pass_day(home: SandboxHome) -> dict[str, int]:
    """Lets a day pass on campus; the number of changes of each kind. Raises ConfigError if nothing is up."""
    if not is_up(home):
        raise ConfigError("The sandbox is not up; start it with: campus sandbox up")
    control = home.recall("control")
    with Client(tuple(control["address"]), authkey=bytes.fromhex(control["key"])) as caller:
        caller.send("next-day")
        answer: dict[str, int] = caller.recv()
    return answer


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def answers(url: str) -> bool:
    """Whether a Prefect server is up at this API address."""
    try:
        return httpx.get(f"{url}/health", timeout=2).is_success
    except httpx.TransportError:
        return False


def _wait(home: SandboxHome, name: str, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > deadline or name not in running_processes(home):
            log = (home.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")
            raise TransientError(f"The sandbox's {name} did not come up. The end of its log:\n{log[-2000:]}")
        time.sleep(0.1)
