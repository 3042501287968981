"""One page, three ways: as its file has it, as the server has it, and as it was applied last."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from common.pages.entries import Entries
from common.pages.held import HeldPage

__all__ = ["Difference", "PagePlan"]

Side = Literal["file", "dashboard", "both"]
Outcome = Literal["create", "update", "unchanged", "edited", "deleted", "without file", "only here"]


@dataclass(frozen=True)
class Difference:
    """A field that file and server do not agree on; ``side`` is where it was changed since the last apply.

    ``both`` also stands for a page that was never applied: nobody knows.
    """

    field: str
    server: Any
    file: Any
    side: Side


@dataclass(frozen=True)
class PagePlan:
    """What to make of one page. outdated: the server keeps it in a form that its type no longer has."""

    system: str
    file: Entries | None
    held: HeldPage | None
    applied: Entries | None
    outdated: bool = False

    @cached_property
    def differences(self) -> list[Difference]:
        if self.file is None or self.held is None:
            return []
        here, there = self.file, self.held.entries
        return [
            Difference(field, there.get(field), here.get(field), self._side(field))
            for field in {**here, **there}
            if here.get(field) != there.get(field)
        ]

    @property
    def outcome(self) -> Outcome:
        """``create`` and ``update`` are apply's to do; what was done in the dashboard it leaves.

        edited, deleted: there. without file: applied once, and its file is gone. only here: made in the dashboard.
        """
        if self.held is None:
            if self.file is None:
                return "unchanged"
            return "create" if self.applied is None else "deleted"
        if self.file is None:
            return "only here" if self.applied is None else "without file"
        if self.wanted(overwrite=False) is not None:
            return "update"
        return "edited" if self.differences else "unchanged"

    def wanted(self, *, overwrite: bool) -> Entries | None:
        """What apply makes of the page; None if it leaves it as it is."""
        if self.file is None:
            return None
        if self.held is None:
            return self.file if overwrite or self.applied is None else None
        if overwrite:
            wanted = dict(self.file)
        elif self.whole:
            return None
        else:
            changed = {d.field: d.file for d in self.differences if d.side == "file"}
            wanted = {f: v for f, v in {**self.held.entries, **changed}.items() if v is not None}
        return wanted if wanted != self.held.entries or self.outdated else None

    @property
    def whole(self) -> bool:
        """Whether the server's page can only be replaced as a whole: it is of another kind, or says what no file can."""
        return self.held is not None and (
            bool(self.held.odd) or any(difference.field == "type" for difference in self.differences)
        )

    def left(self, *, overwrite: bool) -> list[Difference]:
        """What the file says and apply does not do, because an edit made in the dashboard would be lost."""
        sides = () if overwrite else ("both", "file") if self.whole else ("both",)
        return [difference for difference in self.differences if difference.side in sides]

    def settled(self, now: Entries) -> Entries | None:
        """What to remember as applied while the server has ``now``: where file and server agree, that.

        A page that was never applied has been once they agree on all of it.
        """
        if self.applied is None:
            return now if self.file == now else None
        here, before = self.file or {}, self.applied
        agreed = {f: now.get(f) if here.get(f) == now.get(f) else before.get(f) for f in {**here, **now}}
        return {field: value for field, value in agreed.items() if value is not None}

    def _side(self, field: str) -> Side:
        if self.file is None or self.held is None or self.applied is None:
            return "both"
        here, there, before = self.file.get(field), self.held.entries.get(field), self.applied.get(field)
        if there == before:
            return "file"
        return "dashboard" if here == before else "both"
