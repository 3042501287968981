"""The flows there are: found in their folders, named ``<group>/<what>_to_<where>``."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from prefect import Flow

from common.errors import ConfigError
from common.flow import Feed, feed_of
from common.spelling import nearest

__all__ = ["CatalogEntry", "all_flows", "find_flow"]

FLOWS = Path(__file__).resolve().parents[1] / "flows"
DIRECTIONS = ("_to_", "_from_")  # a file without one of these is shared by flows of its group


@dataclass(frozen=True)
class CatalogEntry:
    """One flow by its place: importing it waits until it is asked for."""

    group: str
    name: str

    @property
    def label(self) -> str:
        return f"{self.group}/{self.name}"

    @property
    def file(self) -> Path:
        return FLOWS / self.group / f"{self.name}.py"

    def load(self) -> Flow[..., Any]:
        """Raises ConfigError where the file does not hold a flow of its own name."""
        found = getattr(import_module(f"flows.{self.group}.{self.name}"), self.name, None)
        if not isinstance(found, Flow):
            raise ConfigError(
                f"flows/{self.label}.py holds no flow of that name; the function is named like its file."
            )
        return found

    @property
    def feed(self) -> Feed:
        return feed_of(self.load())


def all_flows(folder: Path = FLOWS) -> list[CatalogEntry]:
    """Every flow in ``folder``, by group and name."""
    files = sorted(folder.glob("*/*.py"))
    return [CatalogEntry(f.parent.name, f.stem) for f in files if any(d in f.stem for d in DIRECTIONS)]


def find_flow(label: str) -> CatalogEntry:
    """The flow called ``<group>/<name>``; raises ConfigError with the nearest there is."""
    entries = {entry.label: entry for entry in all_flows()}
    if label not in entries:
        raise ConfigError(f"There is no flow {label}{nearest(label, entries)}. All of them: campus flows")
    return entries[label]
