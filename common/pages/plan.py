"""What apply would change: the files of an environment laid beside its pages on the server."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import BlockSchema
from prefect.exceptions import ObjectNotFound

from common.blocks import KINDS, Page
from common.errors import ConfigError
from common.pages.files import PageFile
from common.pages.held import Holdings, read_holdings
from common.pages.references import references
from common.pages.register import Register
from common.pages.three_way import PagePlan
from common.spelling import nearest

__all__ = ["Plan", "make_plan", "read_form"]


@dataclass(frozen=True)
class Plan:
    """All pages of an environment, or those that were asked for. It holds no secret.

    missing: what the files name and the server does not have, as sentences. forms: the form of each kind's documents,
    as this version has it; None where the server does not know it yet.
    """

    holdings: Holdings
    pages: Mapping[str, PagePlan]
    missing: tuple[str, ...]
    forms: Mapping[str, BlockSchema | None]

    @property
    def differs(self) -> bool:
        return bool(self.missing) or any(page.outcome != "unchanged" for page in self.pages.values())


def make_plan(
    client: SyncPrefectClient,
    files: Mapping[str, PageFile],
    register: Register,
    systems: Collection[str] = (),
) -> Plan:
    """The plan for ``systems``, or for all. Raises ConfigError for a system that has no page anywhere."""
    holdings = read_holdings(client, register.env)
    known = sorted({*files, *holdings.pages, *register})
    for system in systems:
        if system not in known:
            raise ConfigError(f"There is no page {system} in {register.env}{nearest(system, known)}.")
    chosen = [system for system in known if not systems or system in systems]
    said = [file.entries for file in files.values()] + [page.entries for page in holdings.pages.values()]
    forms = {word: read_form(client, KINDS[word]) for word in {entries["type"] for entries in said}}
    pages = {}
    for system in chosen:
        file, held = files.get(system), holdings.pages.get(system)
        form = forms[held.entries["type"]] if held else None
        outdated = held is not None and (form is None or form.id != held.form)
        pages[system] = PagePlan(system, file.entries if file else None, held, register[system], outdated)
    missing = tuple(_missing(holdings, [files[system] for system in chosen if system in files]))
    return Plan(holdings, pages, missing, forms)


def read_form(client: SyncPrefectClient, kind: type[Page]) -> BlockSchema | None:
    """The form of a kind's documents as this version has it; None if it was never registered."""
    try:
        return client.read_block_schema_by_checksum(
            kind._calculate_schema_checksum(), version=kind.get_block_schema_version()
        )
    except ObjectNotFound:
        return None


def _missing(holdings: Holdings, files: Collection[PageFile]) -> Iterator[str]:
    for file in files:
        for reference in references(file.entries).values():
            if holdings.document(reference) is None:
                what, mend = {
                    "secret": ("Secret", "set it with: campus secrets set"),
                    "key": ("Campus SSH key", "make it with: campus keys add"),
                }[reference.word]
                yield (
                    f"{file.where} names {reference}, and there is no {what} {reference.document(holdings.env)}; "
                    f"{mend} {reference.name}"
                )
