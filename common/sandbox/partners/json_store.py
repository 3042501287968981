"""Resources as JSON files, one a file, named by their percent-encoded ids."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

__all__ = ["JsonStore"]


class JsonStore:
    """One collection of resources in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """The collection's."""
        return self._folder.name

    def get(self, identifier: str) -> dict[str, Any] | None:
        """The resource, or None."""
        file = self._file(identifier)
        if not file.exists():
            return None
        resource: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return resource

    def put(self, identifier: str, resource: dict[str, Any]) -> None:
        """Create or replace the resource."""
        self._folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(resource, ensure_ascii=False, indent=2, sort_keys=True)
        self._file(identifier).write_text(text + "\n", encoding="utf-8")

    def delete(self, identifier: str) -> None:
        """Remove the resource."""
        self._file(identifier).unlink()

    def identifiers(self) -> list[str]:
        """The ids there are, sorted."""
        return sorted(unquote(file.stem) for file in self._folder.glob("*.json"))

    def _file(self, identifier: str) -> Path:
        # Encoded, an id holds no slash, so none leads out of the folder.
        return self._folder / f"{quote(identifier, safe='')}.json"
