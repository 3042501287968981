"""Jobs of a system: an uploaded file that is worked through while its sender asks how far it is."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException

from common.sandbox.partners.json_store import JsonStore

__all__ = ["JobStore", "csv_rows"]

LOOKS = 2  # questions for its state that find a job unfinished


class JobStore:
    """The jobs of one kind; each keeps its file as ``<id>.<suffix>`` beside its state."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._store = JsonStore(folder)

    def create(self, **facts: Any) -> str:
        """A new job, for which nothing is received yet."""
        identifier = str(len(self._store.identifiers()) + 1)
        self._store.put(identifier, {"looks": 0, "errors": [], **facts})
        return identifier

    def receive(self, identifier: str, content: bytes, suffix: str, errors: list[dict[str, Any]]) -> None:
        """The job's file, and the rows of it that are going to be refused."""
        (self._folder / f"{identifier}.{suffix}").write_bytes(content)
        self.change(identifier, errors=errors)

    def change(self, identifier: str, **facts: Any) -> dict[str, Any]:
        job = self.get(identifier) | facts
        self._store.put(identifier, job)
        return job

    def get(self, identifier: str) -> dict[str, Any]:
        job = self._store.get(identifier)
        if job is None:
            raise HTTPException(404, f"There is no job {identifier}")
        return job

    def look(self, identifier: str) -> tuple[dict[str, Any], bool]:
        """The job and whether it is finished: somebody asks, and a little is done meanwhile."""
        job = self.get(identifier)
        job = self.change(identifier, looks=job["looks"] + 1)
        return job, job["looks"] > LOOKS

    def unfinished(self) -> list[str]:
        return [name for name in self._store.identifiers() if self.get(name)["looks"] <= LOOKS]


def csv_rows(content: bytes) -> Iterator[tuple[str, int, dict[str, str]]]:
    """File, line and values of every row of a CSV, or of all that are in a zip; HTTPException for neither."""
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                files = {name: archive.read(name).decode() for name in archive.namelist()}
        else:
            files = {"upload.csv": content.decode()}
    except (zipfile.BadZipFile, UnicodeDecodeError):
        raise HTTPException(400, "The upload is neither a zip nor UTF-8") from None
    for name, text in files.items():
        for number, row in enumerate(csv.DictReader(io.StringIO(text)), 2):
            yield name, number, row
