"""The run that is going on: its scratch folder, whether it only rehearses, and what it has delivered so far."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from common.errors import ConfigError
from common.settings import settings

if TYPE_CHECKING:
    from common.files import Parcel
    from common.receipts import Receipt

__all__ = ["Run", "current_run", "is_rehearsal", "rehearsal", "running"]


@dataclass
class Run:
    """One flow run. A rehearsal writes and checks everything and sends nothing."""

    flow: str
    scratch: Path
    rehearsal: bool = False
    receipts: "list[Receipt]" = field(default_factory=list)
    parcels: "list[Parcel]" = field(default_factory=list)


_current: ContextVar[Run] = ContextVar("run")
_rehearsal: ContextVar[bool] = ContextVar("rehearsal", default=False)


@contextmanager
def running(flow: str) -> Iterator[Run]:
    """Makes a run current; its scratch folder is gone afterwards, however it ends."""
    parent = settings().scratch
    if parent:
        parent.mkdir(parents=True, exist_ok=True)
    run = Run(flow, Path(tempfile.mkdtemp(prefix=f"{flow}-", dir=parent)), _rehearsal.get())
    token = _current.set(run)
    try:
        yield run
    finally:
        _current.reset(token)
        shutil.rmtree(run.scratch, ignore_errors=True)


def current_run() -> Run:
    """Raises ConfigError outside a flow: steps belong to a run."""
    try:
        return _current.get()
    except LookupError:
        raise ConfigError(
            "This step was called outside a flow; decorate the caller with @campus_flow."
        ) from None


@contextmanager
def rehearsal() -> Iterator[None]:
    """Flows called inside deliver nothing."""
    token = _rehearsal.set(True)
    try:
        yield
    finally:
        _rehearsal.reset(token)


def is_rehearsal() -> bool:
    return _rehearsal.get()
