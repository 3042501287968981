"""Our own server that speaks Microsoft Graph as documented, in a process of its own: see ``graph_app``."""

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers import graph_app
from tests.servers.process import HOST, free_port, running

__all__ = ["GraphServer", "graph_server"]


@dataclass(frozen=True)
class GraphServer:
    """A running server; its drive is a folder of this machine."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def root(self) -> Path:
        """The files of the drive."""
        return self.folder / "drive"

    @property
    def unfinished(self) -> int:
        """How many uploads are neither complete nor cancelled."""
        return len(list((self.folder / "uploads").iterdir()))

    def requests(self) -> list[str]:
        """What was asked since the last reset, as ``GET /v1.0/drives/... 200``; of an upload as ``PUT 202``."""
        log = self.folder / "requests.jsonl"
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [f"{line['request'].partition(' /up/')[0]} {line['status']}" for line in lines]

    def fail(self, match: str, status: int, **options: object) -> None:
        """Lets the next request that begins like ``match`` fail."""
        file = self.folder / "faults.json"
        faults = json.loads(file.read_text()) if file.exists() else []
        file.write_text(json.dumps([*faults, {"match": match, "status": status, **options}]))

    def reset(self, *, lasts: float = 3599, told: float = 3599) -> None:
        """No faults, no log; tokens last so many seconds from now on, and are said to last so many."""
        for name in ("faults.json", "requests.jsonl"):
            (self.folder / name).unlink(missing_ok=True)
        (self.folder / "life.json").write_text(json.dumps({"lasts": lasts, "told": told}))


@contextlib.contextmanager
def graph_server(folder: Path) -> Iterator[GraphServer]:
    """Run the server on a free port, with an empty drive."""
    server = GraphServer(free_port(), folder)
    server.reset()
    program = [sys.executable, str(graph_app.__file__), str(server.port), str(folder)]
    with running(program, port=server.port, log=folder / "graph.log"):
        yield server
