"""Looking at many systems side by side: whether each can be reached and logged in to, and where it fails."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Semaphore, Thread
from traceback import extract_tb

from common.blocks import FileStorePage, Page
from common.connectors.probing import Step
from common.errors import DataFlowError

__all__ = ["Finding", "probe_pages"]

AT_ONE_HOST = 4  # at once: an SSH server refuses some of ten logins that are all under way
PATIENCE = 90.0  # seconds for one system; every connector gives up earlier, as far as its driver lets it
TICK = 0.5  # seconds between two looks for a system that has run out of them


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one probe: the steps that worked, and the one that did not, if any.

    text: what is wrong and what to do, or a remark about a system that works.
    """

    name: str
    passed: tuple[Step, ...]
    failed: Step | None
    text: str
    seconds: float


def probe_pages(
    pages: Mapping[str, Callable[[], Page]],
    tell: Callable[[str, Step], None] = lambda *_: None,
    *,
    write: bool = True,
    patience: float = PATIENCE,
) -> Iterator[Finding]:
    """Probes every system at once, a few at one host; yields what is found as it is found.

    pages: how to get each page, by its name. tell: hears of each step, from several threads. write: whether file
    servers get a probe file, removed at once. patience: seconds until a system that hangs is given up.
    """
    found: SimpleQueue[Finding] = SimpleQueue()
    hosts: dict[str, Semaphore] = {}
    probes = {name: _Probe(name, load, tell, write=write) for name, load in pages.items()}
    for name, probe in probes.items():
        # a daemon: a driver that hangs in a call of its own must not keep the command from ending
        Thread(
            target=copy_context().run,
            args=(lambda probe=probe: found.put(probe.run(hosts)),),
            name=name,
            daemon=True,
        ).start()
    while probes:
        try:
            finding = found.get(timeout=TICK)
        except Empty:
            for name in [name for name, probe in probes.items() if probe.seconds > patience]:
                yield probes.pop(name).finding(
                    f"Nothing came for {patience:g} s. Wait, or ask the system's owner.", failed=True
                )
        else:
            if probes.pop(finding.name, None):  # not given up before
                yield finding


class _Probe:
    """The probe of one system, in a thread of its own."""

    def __init__(
        self, name: str, load: Callable[[], Page], tell: Callable[[str, Step], None], *, write: bool
    ) -> None:
        self._name, self._load, self._tell, self._write = name, load, tell, write
        self._steps: list[Step] = []
        self._began: float | None = None

    @property
    def seconds(self) -> float:
        """Since its turn came at its host."""
        return time.monotonic() - self._began if self._began else 0.0

    def run(self, hosts: dict[str, Semaphore]) -> Finding:
        try:
            self._follow("page")
            page = self._load()
            with hosts.setdefault(getattr(page, "host", ""), Semaphore(AT_ONE_HOST)):
                self._began = time.monotonic()
                connector = page.open(self._name)
                options = {"write": self._write} if isinstance(page, FileStorePage) else {}
                return self.finding(connector.probe(self._follow, **options), failed=False)
        except DataFlowError as error:
            return self.finding(str(error), failed=True)
        except (
            Exception
        ) as error:  # a fault of ours must not hide the others' findings; its text may hold anything
            last = extract_tb(error.__traceback__)[-1]
            where = f"{Path(last.filename).name}, line {last.lineno}"
            return self.finding(f"{type(error).__name__} in {where}: a fault of campus-flows.", failed=True)

    def finding(self, text: str, *, failed: bool) -> Finding:
        steps = tuple(self._steps)
        if failed:
            return Finding(self._name, steps[:-1], steps[-1], text, self.seconds)
        return Finding(self._name, steps, None, text, self.seconds)

    def _follow(self, step: Step) -> None:
        self._steps.append(step)
        self._tell(self._name, step)
