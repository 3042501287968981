"""The run that is going on: its scratch folder, whether it only rehearses, and what it has delivered so far."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from common.errors import ConfigError
from common.files import Parcel
from common.receipts import Difference, Receipt
from common.settings import settings

__all__ = ["Delivery", "Run", "current_run", "recording", "running"]


@dataclass(frozen=True)
class Delivery:
    """One receipt; for a file also the parcel and, in a rehearsal, its difference to the last delivery."""

    receipt: Receipt
    parcel: Parcel | None = None
    difference: Difference | None = None


@dataclass
class Run:
    """One flow run. A rehearsal writes and checks everything and sends nothing."""

    flow: str
    scratch: Path
    rehearsal: bool
    deliveries: list[Delivery] = field(default_factory=list)


@dataclass(frozen=True)
class _Recorder:
    rehearsal: bool
    runs: list[Run]


_current: ContextVar[Run] = ContextVar("run")
_recorder: ContextVar[_Recorder | None] = ContextVar("recorder", default=None)


@contextmanager
def running(flow: str) -> Iterator[Run]:
    """Makes a run current; its scratch folder is gone afterwards, however it ends."""
    parent, recorder = settings().scratch, _recorder.get()
    if parent:
        parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{flow}-", dir=parent))
    run = Run(flow, scratch, rehearsal=recorder is not None and recorder.rehearsal)
    if recorder:
        recorder.runs.append(run)
    token = _current.set(run)
    try:
        yield run
    finally:
        _current.reset(token)
        shutil.rmtree(scratch, ignore_errors=True)


def current_run() -> Run:
    """Raises ConfigError outside a flow: steps belong to a run."""
    try:
        return _current.get()
    except LookupError:
        raise ConfigError(
            "This step was called outside a flow; decorate the caller with @campus_flow."
        ) from None


@contextmanager
def recording(*, rehearsal: bool = False) -> Iterator[list[Run]]:
    """Hands out the runs of flows called inside; with ``rehearsal`` these deliver nothing."""
    recorder = _Recorder(rehearsal, [])
    token = _recorder.set(recorder)
    try:
        yield recorder.runs
    finally:
        _recorder.reset(token)
