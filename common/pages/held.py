"""The pages that the Prefect server has, as entries that can be laid beside those of the files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import BlockDocument

from common.blocks import KINDS, Page
from common.blocks.secrets import is_pointer
from common.pages.entries import Entries, entries_of
from common.pages.references import DOCUMENTS, Reference, Word, secret_fields
from common.pages.server import read_documents

__all__ = ["HeldPage", "Holdings", "read_holdings"]

TYPED_IN = "a secret typed into the page"


@dataclass(frozen=True)
class HeldPage:
    """A page of the server. edited: when it was saved last. form: the id of the form that its type had then.

    odd: fields that no file can say: a secret typed into the page itself, or kept for another environment.
    """

    id: UUID
    entries: Entries
    edited: datetime
    form: UUID
    odd: tuple[str, ...]


@dataclass(frozen=True)
class Holdings:
    """What the server has for one environment: pages by system, and the documents that pages may name."""

    env: str
    pages: Mapping[str, HeldPage]
    _documents: Mapping[tuple[str, str], UUID]

    def document(self, reference: Reference) -> UUID | None:
        """The id of the document that a page file means; None if there is none."""
        return self._documents.get(
            (DOCUMENTS[reference.word].get_block_type_slug(), reference.document(self.env))
        )


def read_holdings(client: SyncPrefectClient, env: str) -> Holdings:
    """Asks for no secret, except that of a page which may hold ``file:`` or ``env:`` in its place."""
    kinds = {kind.get_block_type_slug(): kind for kind in KINDS.values()}
    pages: dict[str, HeldPage] = {}
    documents: dict[tuple[str, str], UUID] = {}
    for document in read_documents(client):
        name, slug = str(document.name), document.block_type.slug if document.block_type else ""
        if slug in kinds and name.endswith(f"-{env}"):
            pages[name.removesuffix(f"-{env}")] = _held(client, document, kinds[slug], env)
        documents[slug, name] = document.id
    return Holdings(env, pages, documents)


def _held(client: SyncPrefectClient, document: BlockDocument, kind: type[Page], env: str) -> HeldPage:
    values, named = kind.mended(document.data), kind.mended(document.block_document_references)
    odd = []
    for field, word in secret_fields(kind).items():
        if (reference := named.get(field)) is not None:
            values[field] = _reference(word, reference["block_document"]["name"], env)
        elif isinstance(values.get(field), str) and values[field]:
            values[field] = _pointer(client, document.id, kind, field)
        elif values.get(field):
            values[field] = TYPED_IN
        if values.get(field) and not _sayable(values[field]):
            odd.append(field)
    entries, edited = entries_of(kind, values), cast(datetime, document.updated)
    return HeldPage(document.id, entries, edited, document.block_schema_id, tuple(odd))


def _reference(word: Word, document: str, env: str) -> str:
    if not document.endswith(f"-{env}"):
        return f"{document}, which is not of {env}"
    return str(Reference(word, document.removesuffix(f"-{env}")))


def _pointer(client: SyncPrefectClient, document: UUID, kind: type[Page], field: str) -> str | None:
    """What the page itself has for a secret, unless that is the secret; also one that was left empty is hidden."""
    told = kind.mended(client.read_block_document(document, include_secrets=True).data).get(field)
    return told if told is None or is_pointer(str(told)) else TYPED_IN


def _sayable(value: str) -> bool:
    return Reference.parse(value) is not None or is_pointer(value)
