"""The compose file, started under a name of its own, and what a test asks of it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.docker.engine import FLOWS_IMAGE, ROOT, docker
from tests.servers.process import free_port

__all__ = ["Stack", "made_env", "started", "until"]

sys.path.insert(0, str(ROOT / "docker"))
from new_env import completed

T = TypeVar("T")
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def until(found: Callable[[], T | None], *, seconds: float, what: str) -> T:
    """What ``found`` answers as soon as it answers anything; AssertionError after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        if answer := found():
            return answer
        assert time.monotonic() < deadline, f"after {seconds:.0f} s still no {what}"
        time.sleep(0.3)


def made_env(file: Path, **values: str) -> Path:
    """A ``.env`` as ``make up`` makes it, with some values of the test's."""
    text = completed("", (ROOT / ".env.example").read_text(encoding="utf-8"))
    for name, value in values.items():
        text, changes = re.subn(rf"^#?{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        assert changes == 1, name
    file.write_text(text, encoding="utf-8")
    return file


@dataclass(frozen=True)
class Stack:
    """One installation: its compose project's name, its ``.env``, and the engine that runs it."""

    name: str
    env: Path
    host: str | None = None  # of another engine

    @property
    def values(self) -> dict[str, str]:
        """The variables of its ``.env``."""
        lines = self.env.read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))

    @property
    def url(self) -> str:
        return f"http://{self.values['PREFECT_BIND']}:{self.values['PREFECT_PORT']}/api"

    def compose(self, *arguments: str, **environment: str) -> str:
        """Runs ``docker compose`` with its ``.env``; what it printed."""
        project = ("--project-name", self.name, "--env-file", str(self.env))
        return docker("compose", *project, *arguments, environment=environment, host=self.host)

    def up(self, *services: str) -> None:
        self.compose("up", "--detach", "--wait", *services)

    def docker(self, *arguments: str) -> str:
        return docker(*arguments, host=self.host)

    def container(self, service: str) -> str:
        """The id of a service's container."""
        return self.compose("ps", "--all", "--quiet", service).split()[0]

    def client(self, **options: Any) -> httpx.Client:
        """A client of the API that knows the login."""
        username, password = self.values["PREFECT_AUTH_STRING"].split(":", 1)
        return httpx.Client(base_url=self.url, auth=(username, password), timeout=30, **options)

    def call(self, method: str, path: str, **body: Any) -> Any:
        """The API's answer; a server that is just starting is asked again by whoever waits."""
        with self.client() as client:
            answer = client.request(method, path, json=body if method == "POST" else None)
            answer.raise_for_status()
            return answer.json() if answer.content else None

    def campus(self, *arguments: str, **environment: str) -> str:
        """What the ``campus`` command prints, run here as a client of this server."""
        done = subprocess.run(
            [Path(sys.executable).with_name("campus"), *arguments],
            cwd=ROOT,
            env=self.environment() | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def environment(self) -> dict[str, str]:
        """The environment of a program here that is a client of this server."""
        return os.environ | {
            "CAMPUS_BRANCH": "main",
            "CAMPUS_ENV": "sandbox",
            "CAMPUS_IMAGE": FLOWS_IMAGE,
            "PREFECT_API_AUTH_STRING": self.values["PREFECT_AUTH_STRING"],
            "PREFECT_API_URL": self.url,
        }

    def deployments(self) -> dict[str, dict[str, Any]]:
        found = self.call("POST", "/deployments/filter")
        return {deployment["name"]: deployment for deployment in found}

    def start_run(self, deployment: str, **parameters: Any) -> str:
        """Starts a run through the API; its id."""
        wanted = self.deployments()[deployment]["id"]
        run = self.call("POST", f"/deployments/{wanted}/create_flow_run", parameters=parameters)
        return str(run["id"])

    def state(self, run: str) -> tuple[str, str]:
        """The type of a run's state, such as COMPLETED, and its message."""
        state = self.call("GET", f"/flow_runs/{run}")["state"]
        return state["type"], state["message"] or ""

    def finished(self, run: str, *, seconds: float = 120) -> tuple[str, str]:
        """The state that the run ends in."""

        def final() -> tuple[str, str] | None:
            try:
                state = self.state(run)
            except httpx.HTTPError:  # the server may be what a test has stopped
                return None
            return state if state[0] in FINAL else None

        return until(final, seconds=seconds, what=f"end of the run {run}")

    def running(self, run: str, *, seconds: float = 60) -> str:
        """Waits until the run has a container; its id."""
        try:
            return until(lambda: self.container_of(run), seconds=seconds, what=f"container of the run {run}")
        except AssertionError as error:
            error.add_note(self.compose("logs", "--tail=50", "worker"))
            raise

    def container_of(self, run: str) -> str | None:
        """The id of the container of a run, if there is one, whatever its state."""
        found = self.docker(
            "ps", "--all", "--quiet", "--filter", f"label=io.prefect.flow-run-id={run}"
        ).split()
        return found[0] if found else None

    def received(self, system: str) -> dict[str, str]:
        """The SHA-256 of each file that an SFTP partner holds, by path."""
        listed = self.compose(
            "exec",
            "-T",
            "partner-sftp",
            "find",
            f"/srv/partners/{system}",
            "-type",
            "f",
            "-exec",
            "sha256sum",
            "{}",
            "+",
        )
        return {path: digest for digest, _, path in (line.partition("  ") for line in listed.splitlines())}

    def remove(self) -> None:
        """Removes its containers, also those of flow runs, its networks and its volumes."""
        network = f"network={self.values['CAMPUS_NETWORK']}"
        if left := self.docker("ps", "--all", "--quiet", "--filter", network).split():
            self.docker("rm", "--force", "--volumes", *left)
        self.compose("--profile", "*", "down", "--volumes", "--remove-orphans")


@contextmanager
def started(name: str, folder: Path, host: str | None = None, **values: str) -> Iterator[Stack]:
    """An installation of its own: starts everything from nothing, and leaves nothing.

    values: variables of its ``.env``; names of images that compose does not know are left out.
    """
    known = {key: value for key, value in values.items() if key != "REGISTRY_IMAGE"}
    port = str(free_port())
    names = {"PREFECT_PORT": port, "CAMPUS_NETWORK": name, "CAMPUS_STATE_VOLUME": f"{name}-state"}
    stack = Stack(name, made_env(folder / ".env", **names | known), host)
    stack.remove()  # what an interrupted run has left
    try:
        stack.up()
        yield stack
    finally:
        stack.remove()
