"""Pages as an operator reads them: a row each, and what differs, field by field. No secret gets here."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.markup import escape
from rich.table import Table

from common.cli.progress import console
from common.settings import settings

if TYPE_CHECKING:
    from common.pages.entries import Entries
    from common.pages.held import Holdings
    from common.pages.plan import Plan
    from common.pages.three_way import Difference, PagePlan

__all__ = ["differences", "edited_at", "page_table", "plan_table", "secret_states"]

STYLES = {"create": "green", "update": "yellow", "unchanged": "dim"}
MEANINGS = {
    "edited": "edited in the dashboard",
    "deleted": "deleted in the dashboard",
    "without file": "its file is gone",
    "only here": "made in the dashboard",
}
SIDES = {"file": "", "dashboard": "in the dashboard", "both": "in both"}


def page_table(plan: "Plan", users: Mapping[str, Sequence[str]], *, drift: bool) -> Table:
    """One row for each page, a line each where nobody is at the terminal, so that it can be searched.

    drift: whether there are files to compare with.
    """
    each = "\n" if console.is_terminal else ", "
    table = Table(box=box.SIMPLE, pad_edge=False, title=f"Pages of {settings().env}", title_justify="left")
    names = ["system", "kind", "host", "user", "owner", "used by", "secrets", "last edit"]
    for name in [*names, "drift"] if drift else names:
        table.add_column(name, overflow="fold", no_wrap=name not in ("host", "user", "owner"))
    for system, page in plan.pages.items():
        said = page.held.entries if page.held else page.file or {}
        table.add_row(
            system,
            said.get("type", ""),
            escape(_address(said)),
            escape(str(said.get("username") or said.get("client_id") or "")),
            escape(str(said.get("owner", ""))),
            each.join(users.get(system, ())) or "no flow",
            each.join(_notable(secret_states(page, plan.holdings))),
            edited_at(page),
            *([each.join(_drift(page))] if drift else []),
        )
    return table


def plan_table(plan: "Plan") -> Table:
    """What apply would do with each page, field by field."""
    title = f"Pages of {settings().env}"
    table = Table("page", "", "what", box=box.SIMPLE, pad_edge=False, title=title, title_justify="left")
    for system, page in plan.pages.items():
        outcome = page.outcome
        never = outcome == "edited" and page.applied is None
        told = (
            f"[{STYLES.get(outcome, 'red')}]{'never applied' if never else MEANINGS.get(outcome, outcome)}[/]"
        )
        table.add_row(f"{system}-{settings().env}", told, escape("\n".join(differences(page))))
    return table


def differences(page: "PagePlan") -> Iterator[str]:
    """``host a.example → b.example``: from what the server has to what the file says."""
    if page.held is None:
        said = page.file or {}
        yield f"{said.get('type', '')} {_address(said)}{said.get('path', '')}"
        return
    for difference in page.differences:
        side = "" if page.applied is None else SIDES[difference.side]
        yield f"{_change(difference)}{f', changed {side}' if side else ''}"
    if page.outcome in ("edited", "only here"):
        yield f"saved {edited_at(page)}"
    if page.outdated and not page.whole:
        yield "saved by an older version of its type"


def secret_states(page: "PagePlan", holdings: "Holdings") -> dict[str, str]:
    """Of each secret of a page: set, missing, or where else it is kept."""
    from common.pages.entries import kind_of
    from common.pages.references import Reference, secret_fields

    said = page.held.entries if page.held else page.file or {}
    wanted = page.file or said
    found = {}
    for field in secret_fields(kind_of(said)):
        value = said.get(field)
        if value is None:
            if wanted.get(field):
                found[field] = "missing"
        elif reference := Reference.parse(value):
            found[field] = "set" if holdings.document(reference) else "missing"
        else:
            found[field] = next((w for w in ("file", "env") if value.startswith(f"{w}:")), value)
    return found


def edited_at(page: "PagePlan") -> str:
    """When the server's page was saved last, in campus time."""
    return f"{page.held.edited.astimezone(settings().zone):%Y-%m-%d %H:%M}" if page.held else ""


def _notable(states: Mapping[str, str]) -> list[str]:
    if set(states.values()) <= {"set"}:
        return ["set"] if states else []
    return [f"{field} {state}" for field, state in states.items()]


def _drift(page: "PagePlan") -> list[str]:
    if page.held is None:
        return [MEANINGS["deleted"] if page.outcome == "deleted" else "not applied"]
    if page.outcome in ("without file", "only here"):
        return [MEANINGS[page.outcome]]
    sides: dict[str, list[str]] = {}
    for difference in page.differences:
        sides.setdefault(difference.side, []).append(difference.field)
    return [f"{side}: {', '.join(fields)}" for side, fields in sides.items()]


def _address(said: "Entries") -> str:
    from common.pages.entries import kind_of

    return kind_of(said).place(said) if said.get("type") else ""


def _change(difference: "Difference") -> str:
    before, after = (_as_written(value) for value in (difference.server, difference.file))
    if difference.server is None:
        return f"{difference.field} → {after}"
    return f"{difference.field} {before} → {'the default' if difference.file is None else after}"


def _as_written(value: object) -> str:
    """As a page file has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
