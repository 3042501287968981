"""Another host: a Docker engine of its own, with its own images, networks and volumes, behind a bridge of its own."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docker.engine import docker
from tests.servers.process import find_program

__all__ = ["OtherHost", "other_host"]

BRIDGE, ADDRESS = "campus-test0", "172.31.77.1"  # of the bridge, at which the first host can be reached


@dataclass
class OtherHost:
    """A running engine; ``reboot`` ends all that runs on it, as a power cut would."""

    folder: Path
    address: str = ADDRESS

    @property
    def socket(self) -> Path:
        return self.folder / "docker.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        configuration = self.folder / "daemon.json"
        configuration.write_text(json.dumps({"mtu": 1400}))
        command = [
            str(find_program("dockerd", Path("/usr/sbin"), Path("/usr/local/bin"))),
            f"--config-file={configuration}",
            f"--data-root={self.folder / 'data'}",
            f"--exec-root={self.folder / 'exec'}",
            f"--pidfile={self.folder / 'pid'}",
            f"--host={self.url}",
            f"--bridge={BRIDGE}",
        ]
        with (self.folder / "dockerd.log").open("ab") as log:
            self._engine = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while not self._answers():
            if self._engine.poll() is not None or time.monotonic() > deadline:
                text = (self.folder / "dockerd.log").read_text(errors="replace")
                raise RuntimeError(f"the second engine did not come up:\n{text[-3000:]}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Ends the engine and, with it, every container."""
        self._engine.send_signal(signal.SIGTERM)
        self._engine.wait(timeout=60)

    def reboot(self) -> None:
        self.stop()
        self.start()

    def _answers(self) -> bool:
        try:
            docker("version", host=self.url)
        except RuntimeError:
            return False
        return True

    def load(self, image: str) -> None:
        """Brings an image from the first host, without a registry."""
        with subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE) as saved:
            subprocess.run(
                ["docker", "--host", self.url, "load"], stdin=saved.stdout, check=True, capture_output=True
            )


@contextlib.contextmanager
def other_host(folder: Path) -> Iterator[OtherHost]:
    """Runs it until the context ends, and leaves nothing; skips where that needs more rights than we have."""
    if os.geteuid() != 0 or not shutil.which("ip") or not find_program("dockerd", Path("/usr/sbin")):
        pytest.skip(
            "NOT TESTED ON A SECOND HOST: that needs root, dockerd and ip (Debian: docker.io, iproute2)"
        )
    host = OtherHost(folder)
    subprocess.run(["ip", "link", "add", "name", BRIDGE, "type", "bridge"], check=True)
    try:
        subprocess.run(["ip", "address", "add", f"{ADDRESS}/24", "dev", BRIDGE], check=True)
        subprocess.run(["ip", "link", "set", BRIDGE, "up"], check=True)
        host.start()
        try:
            yield host
        finally:
            if left := docker("ps", "--all", "--quiet", host=host.url).split():
                docker("rm", "--force", "--volumes", *left, host=host.url)
            host.stop()
    finally:
        subprocess.run(["ip", "link", "delete", BRIDGE], check=False)
        shutil.rmtree(folder / "data", ignore_errors=True)
