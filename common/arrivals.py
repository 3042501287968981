"""Arrivals: files that were fetched, and which of them have been taken in, so that none is twice."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from common.connectors.file_store import RemoteFile
from common.settings import settings

__all__ = ["Arrivals", "Fetched"]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was fetched into the run's scratch folder.

    path: where it lies here. name: its name at the partner. bytes, sha256: of the file here.
    system: the page's name without environment. folder: where the partner has it, from the page's folder.
    modified: when the partner's store says it was last written. mark: the name of its completion file, or "".
    """

    path: Path
    name: str
    bytes: int
    sha256: str
    system: str
    folder: str
    modified: datetime | None
    mark: str = ""


class Arrivals:
    """What a flow has taken in from a system: a small note of each file, with its digest and nothing of its content."""

    def __init__(self, flow: str, system: str, home: Path | None = None) -> None:
        self._home = (home or settings().home) / "arrivals" / flow / system

    def __contains__(self, file: Fetched) -> bool:
        """Whether a file of this name and content was taken in before."""
        return self._note(file.name, file.sha256).exists()

    def knows(self, file: RemoteFile) -> bool:
        """Whether the file at the partner is one that was taken in: of that name, size and time, as far as told."""
        if file.modified is None:
            return False
        notes = (
            json.loads(note.read_text(encoding="utf-8"))
            for note in self._home.glob(f"{_readable(file.name)}.*.json")
        )
        known = (file.name, file.size, file.modified.isoformat())
        return any((note["name"], note["bytes"], note["modified"]) == known for note in notes)

    def remember(self, file: Fetched, taken: datetime) -> None:
        """Notes that the file was taken in; harmless when it is known."""
        note = self._note(file.name, file.sha256)
        note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        facts = {
            "name": file.name,
            "bytes": file.bytes,
            "sha256": file.sha256,
            "modified": file.modified and file.modified.isoformat(),
            "taken": taken.isoformat(),
        }
        unfinished = note.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        unfinished.replace(note)

    def _note(self, name: str, sha256: str) -> Path:
        return self._home / f"{_readable(name)}.{sha256}.json"


def _readable(name: str) -> str:
    """A partner's name without what a file's name here must not hold; the digest after it tells files apart."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:80]
