"""The items of a drive: found by their paths, changed by their ids, so that a request may be made twice."""

import posixpath
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from common.connectors.graph_errors import Action
from common.connectors.graph_session import GraphSession
from common.errors import DeliveryError, SourceError

__all__ = ["Drive"]

Item = dict[str, Any]


class Drive:
    """One drive, named by its id or as a site's; the site is asked for it once."""

    def __init__(self, session: GraphSession, *, drive: str, site: str) -> None:
        self._session = session
        self._id = drive
        self._site = site

    def find(self, action: Action, path: str) -> Item | None:
        """What is at ``path``; None where nothing is."""
        return self._session.ask(action, path, "GET", self._by_path(path), optional=True) or None

    def file(self, action: Action, path: str) -> Item:
        """The file at ``path``; SourceError where there is none."""
        item = self.find(action, path)
        if item is None or "file" not in item:
            raise SourceError(
                f"{self._session.where}: there is no file {path}; it does not exist, or is a folder. Correct the "
                "path, or ask the partner."
            )
        return item

    def folder(self, action: Action, path: str) -> Item:
        """The folder at ``path``; DeliveryError for a write, SourceError otherwise, where there is none."""
        item = self.find(action, path)
        if item is None or "folder" not in item:
            refusal = DeliveryError if action == "write" else SourceError
            raise refusal(
                f"{self._session.where}: the folder {path} does not exist. Ask the partner to create it, or correct "
                "the page's path."
            )
        return item

    def new(self, path: str) -> str:
        """The address of a file that is to be written: in a folder that is there, for Graph would make one."""
        folder, name = posixpath.split(path)
        return f"{self._item(self.folder('write', folder))}:/{quote(name, safe='')}:"

    def children(self, path: str) -> Iterator[Item]:
        """What is in a folder."""
        address = f"{self._item(self.folder('list', path))}/children"
        return self._session.pages(
            "list", path, f"{address}?$top=200&$select=name,size,file,lastModifiedDateTime"
        )

    def move(self, source: str, target: str) -> None:
        """Gives a file another place. What is there steps aside before: Graph does not replace by moving."""
        item = self.file("move", source)
        folder, name = posixpath.split(target)
        parent = self._made(folder)
        there = self.find("move", target)
        if there is not None and there["id"] != item["id"]:
            self.remove(target)
        self._session.ask(
            "move",
            target,
            "PATCH",
            self._item(item),
            json={"parentReference": {"id": parent["id"]}, "name": name},
        )

    def remove(self, path: str) -> None:
        """Puts a file into the recycle bin; a folder would go there with all that is in it, and does not."""
        item = self.file("remove", path)
        # optional: an attempt whose answer was lost may have removed it
        self._session.ask("remove", path, "DELETE", self._item(item), optional=True)

    def _made(self, path: str) -> Item:
        """The folder at ``path``, made where it is missing."""
        item = self.find("move", path)
        if item is not None:
            return item
        parent, name = posixpath.split(path)
        return self._session.ask(
            "move",
            path,
            "POST",
            f"{self._item(self._made(parent))}/children",
            # an existing folder stays as it is, with what is in it
            json={"name": name, "folder": {}, "@microsoft.graph.conflictBehavior": "replace"},
        )

    def _by_path(self, path: str) -> str:
        inner = path.strip("/")
        return f"{self._address()}/root:/{quote(inner)}" if inner else f"{self._address()}/root"

    def _item(self, item: Item) -> str:
        return f"{self._address()}/items/{quote(str(item['id']), safe='')}"

    def _address(self) -> str:
        if not self._id:
            site = quote(self._site, safe=":/,")
            # a site by its path ends with a colon before what is asked of it
            end = ":" if ":" in self._site else ""
            found = self._session.ask("find the drive of", self._site, "GET", f"/sites/{site}{end}/drive")
            self._id = str(found["id"])
        return f"/drives/{quote(self._id, safe='!')}"
