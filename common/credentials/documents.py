"""The documents of secrets and keys, and the pages that point at them; no value is read for this."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from prefect.client.schemas.objects import BlockDocument

from common.blocks import KINDS
from common.errors import ConfigError
from common.pages.references import DOCUMENTS, NAME, Word
from common.pages.server import connected, read_documents
from common.settings import settings
from common.spelling import nearest

__all__ = ["Credential", "Inventory", "Use", "document_name"]

HIDDEN = re.compile(r"\*+")  # what the server sends in place of a secret


class Use(NamedTuple):
    """A page that points at a document: its name, its field, and what it says besides secrets."""

    page: str
    field: str
    entries: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Credential:
    """A document of a secret or a key of this environment.

    name: without the environment. updated: when it was saved last, in UTC.
    """

    name: str
    document: str
    updated: datetime
    uses: tuple[Use, ...]


class Inventory:
    """What the Prefect server has of pages, secrets and keys, at this moment."""

    def __init__(self) -> None:
        with connected() as client:
            documents = list(read_documents(client))
        kinds = {kind.get_block_type_slug() for kind in KINDS.values()}
        self._documents = documents
        self._pages = {str(d.name): d for d in documents if _slug(d) in kinds}

    def systems(self) -> list[str]:
        """The systems that have a page in this environment."""
        own = f"-{settings().env}"
        return sorted(name.removesuffix(own) for name in self._pages if name.endswith(own))

    def credentials(self, word: Word) -> dict[str, Credential]:
        """The secrets or keys of this environment by name, with the pages of any environment that use them."""
        own, slug = f"-{settings().env}", DOCUMENTS[word].get_block_type_slug()
        return {
            name: Credential(name, str(d.name), _saved(d), self._uses(d))
            for d in sorted(self._documents, key=lambda d: str(d.name))
            if _slug(d) == slug and str(d.name).endswith(own) and (name := str(d.name).removesuffix(own))
        }

    def credential(self, word: Word, name: str) -> Credential:
        """Raises ConfigError with the nearest name there is."""
        found = self.credentials(word)
        if name not in found:
            kind = DOCUMENTS[word].get_block_type_name()
            raise ConfigError(f"There is no {kind} {document_name(name)}{nearest(name, found)}.")
        return found[name]

    def elsewhere(self) -> list[Use]:
        """The secrets of this environment that are no documents: on the page itself, in a file or in a variable."""
        own = f"-{settings().env}"
        return [
            Use(name, field, page.data)
            for name, page in sorted(self._pages.items())
            for field, value in page.data.items()
            if name.endswith(own) and isinstance(value, str) and HIDDEN.fullmatch(value)
        ]

    def _uses(self, document: BlockDocument) -> tuple[Use, ...]:
        return tuple(
            Use(name, field, page.data)
            for name, page in sorted(self._pages.items())
            for field, reference in page.block_document_references.items()
            if str(reference["block_document"]["id"]) == str(document.id)
        )


def document_name(name: str) -> str:
    """The document of ``name`` in this environment; raises ConfigError for what can be no name of one."""
    bare, env = name.partition(":")[2] or name, settings().env
    if bare != name or name.endswith(f"-{env}"):
        raise ConfigError(
            f"Give the bare name, {bare.removesuffix(f'-{env}')}: the environment is added to it."
        )
    if not re.fullmatch(NAME, name):
        raise ConfigError(
            "A name is made of small letters, digits and single hyphens, such as alma-sftp-password."
        )
    return f"{name}-{env}"


def _slug(document: BlockDocument) -> str:
    return document.block_type.slug if document.block_type else ""


def _saved(document: BlockDocument) -> datetime:
    if document.updated is None:
        raise ConfigError(f"The Prefect server does not say when {document.name} was saved.")
    return document.updated
