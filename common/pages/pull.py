"""Writing what was edited in the dashboard back into the page files."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from common.pages.entries import kind_of
from common.pages.files import PageFile, problems_of
from common.pages.folder import PAGES
from common.pages.lock import alone
from common.pages.plan import make_plan
from common.pages.register import Register
from common.pages.server import connected
from common.pages.three_way import PagePlan
from common.pages.yaml_edit import edited, written

__all__ = ["Pulled", "pull_pages"]


@dataclass(frozen=True)
class Pulled:
    """What became of one page's file, and of which fields. ``left`` is one that pull cannot, or may not, change."""

    page: PagePlan
    done: Literal["created", "updated", "left"]
    fields: tuple[str, ...] = ()
    because: str = ""


def pull_pages(
    env: str,
    files: Mapping[str, PageFile],
    systems: Collection[str] = (),
    *,
    overwrite: bool = False,
    root: Path = PAGES,
) -> Iterator[Pulled]:
    """Yields every page that was edited in the dashboard, once its file says the same.

    A field that the file has changed as well, since it was applied last, is left unless ``overwrite``. A file is never
    deleted. Raises ConfigError and TransientError like ``apply_pages``.
    """
    with connected() as client:
        register = Register(client, env)
        with alone(client, register):
            for system, page in make_plan(client, files, register, systems).pages.items():
                if page.outcome == "unchanged":
                    continue
                pulled, after = _pulled(page, root / env / f"{system}.yaml", overwrite)
                if after is not None and page.held is not None:
                    register.note(system, after.settled(page.held.entries))
                if pulled:
                    yield pulled


def _pulled(page: PagePlan, path: Path, overwrite: bool) -> tuple[Pulled | None, PagePlan | None]:
    """What was done, and the page as it is with its new file."""
    if page.held is None or page.held.odd or (page.outcome == "without file" and not overwrite):
        return _refused(page), None
    if page.file is None:
        path.write_text(written(page.held.entries), encoding="utf-8")
        return Pulled(page, "created"), replace(page, file=page.held.entries)
    sides = ("dashboard", "both") if overwrite else ("dashboard",)
    changes = {d.field: d.server for d in page.differences if d.side in sides}
    wanted = {field: value for field, value in {**page.file, **changes}.items() if value is not None}
    if problems := list(problems_of(kind_of(wanted), wanted)):
        return Pulled(page, "left", tuple(changes), "; ".join(problems)), None
    if changes:
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(edited(text, changes))
        return Pulled(page, "updated", tuple(changes)), replace(page, file=wanted)
    both = tuple(d.field for d in page.differences if d.side == "both")
    return (Pulled(page, "left", both, "the file says something else as well") if both else None), None


def _refused(page: PagePlan) -> Pulled | None:
    if page.held is None:
        because = "it was deleted in the dashboard; delete the file, or: campus pages apply --overwrite"
        return Pulled(page, "left", because=because) if page.outcome == "deleted" else None
    if page.held.odd:
        because = "no file can say that; set it with campus secrets set, then: campus pages apply --overwrite"
        return Pulled(page, "left", page.held.odd, because)
    return Pulled(page, "left", because="its file is gone; campus pages apply --overwrite deletes the page")
