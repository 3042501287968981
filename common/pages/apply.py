"""Bringing the server's pages to what the files say, without taking back what was done in the dashboard."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import BlockDocumentCreate, BlockDocumentUpdate
from prefect.exceptions import ObjectAlreadyExists

from common.errors import ConfigError, TransientError
from common.pages.entries import Entries, kind_of
from common.pages.files import PageFile, problems_of
from common.pages.lock import Hold, alone
from common.pages.plan import Plan, make_plan, read_form
from common.pages.references import references
from common.pages.register import Register
from common.pages.server import connected
from common.pages.three_way import PagePlan

__all__ = ["Applied", "apply_pages"]


@dataclass(frozen=True)
class Applied:
    """What became of one page. ``left`` is one whose edit in the dashboard would have been lost.

    complete: whether the server has all that the file says.
    """

    page: PagePlan
    done: Literal["created", "updated", "deleted", "left"]
    complete: bool = True


def apply_pages(
    env: str, files: Mapping[str, PageFile], systems: Collection[str] = (), *, overwrite: bool = False
) -> Iterator[Applied]:
    """Creates and updates what the files say, one page after the other; yields every page that was not as it should.

    What was done in the dashboard stays, unless ``overwrite``; only then is a page deleted, and only one that came
    from a file which is gone. Raises ConfigError before anything is changed: for a secret that is not there, and while
    somebody else applies. Raises TransientError, which says what was applied and what was not, if the server goes away.
    """
    pending: dict[str, bool] = {}
    try:
        with connected() as client:
            register = Register(client, env)
            with alone(client, register) as hold:
                _register_kinds(client, files)
                plan = make_plan(client, files, register, systems)
                _prove(plan, overwrite)
                pending = {s: False for s, page in plan.pages.items() if page.wanted(overwrite=overwrite)}
                for applied in _applied(client, plan, register, hold, overwrite):
                    pending |= {applied.page.system: True} if applied.page.system in pending else {}
                    yield applied
    except TransientError as error:
        raise TransientError(f"{error} {_told(pending) if pending else 'Nothing was changed.'}") from None


def _register_kinds(client: SyncPrefectClient, files: Mapping[str, PageFile]) -> None:
    for kind in {kind_of(file.entries) for file in files.values()}:
        if read_form(client, kind) is None:
            kind.register_type_and_schema()


def _prove(plan: Plan, overwrite: bool) -> None:
    problems = list(plan.missing)
    for system, page in plan.pages.items():
        if (wanted := page.wanted(overwrite=overwrite)) is not None:
            problems += [f"{system}: {problem}" for problem in problems_of(kind_of(wanted), wanted)]
    if problems:
        raise ConfigError("\n".join(["Nothing was changed.", *problems]))


def _applied(
    client: SyncPrefectClient, plan: Plan, register: Register, hold: Hold, overwrite: bool
) -> Iterator[Applied]:
    for system, page in plan.pages.items():
        wanted, held = page.wanted(overwrite=overwrite), page.held
        if wanted is not None:
            hold.renew()
            if not _written(client, plan, page, wanted):
                yield Applied(page, "left", complete=False)
                continue
            register.note(system, page.settled(wanted))
            yield Applied(page, "updated" if held else "created", not page.left(overwrite=overwrite))
        elif held is None:
            if page.file is None:
                register.note(system, None)
            else:
                yield Applied(page, "left", complete=False)
        elif page.file is None and page.applied and overwrite:
            hold.renew()
            client.delete_block_document(held.id)
            register.note(system, None)
            yield Applied(page, "deleted")
        else:
            if page.file is not None:
                register.note(system, page.settled(held.entries))
            if page.outcome != "unchanged":
                yield Applied(page, "left", not page.left(overwrite=overwrite))


def _written(client: SyncPrefectClient, plan: Plan, page: PagePlan, entries: Entries) -> bool:
    """False where somebody edited the page since the plan was made."""
    name, form = f"{page.system}-{plan.holdings.env}", plan.forms[entries["type"]]
    if form is None:
        raise ConfigError(f"The Prefect server does not know pages of type {entries['type']}: campus setup")
    data = _data(plan, entries)
    if (
        page.held
        and client.read_block_document(page.held.id, include_secrets=False).updated != page.held.edited
    ):
        return False
    if page.held and page.held.entries["type"] == entries["type"]:
        update = BlockDocumentUpdate(block_schema_id=form.id, data=data, merge_existing_data=False)
        client.update_block_document(page.held.id, update)
        return True
    if page.held:
        client.delete_block_document(page.held.id)
    try:
        client.create_block_document(
            BlockDocumentCreate(
                name=name, data=data, block_schema_id=form.id, block_type_id=form.block_type_id
            )
        )
    except ObjectAlreadyExists:
        return False
    return True


def _data(plan: Plan, entries: Entries) -> dict[str, Any]:
    """What a document of these entries holds: every field, so that the form in the dashboard shows it."""
    kind = kind_of(entries)
    named = {
        field: {"$ref": {"block_document_id": str(plan.holdings.document(reference))}}
        for field, reference in references(entries).items()
    }
    defaults = {name: field.get_default() for name, field in kind.model_fields.items()}
    return defaults | {name: value for name, value in entries.items() if name != "type"} | named


def _told(pending: Mapping[str, bool]) -> str:
    def listed(done: bool) -> str:
        return ", ".join(system for system, applied in pending.items() if applied is done) or "none"

    return (
        f"Applied: {listed(True)}. Not applied, or only without an answer: {listed(False)}. "
        "Nothing is half written; apply again, and it goes on from here."
    )
