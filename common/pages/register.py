"""What was applied last, kept on the server: so a change of the file can be told from an edit in the dashboard."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from prefect.blocks.core import Block
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import BlockDocumentUpdate
from prefect.client.schemas.objects import BlockDocument
from prefect.exceptions import ObjectNotFound
from pydantic import Field

from common.blocks import Page
from common.pages.entries import Entries

__all__ = ["PageRegister", "Register"]


class PageRegister(Block):
    """What ``campus pages`` wrote last, for each page of an environment. It is not to be edited.

    Example:
        ```python
        from common.pages.register import PageRegister

        register = PageRegister.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus page register"
    _documentation_url = Page._documentation_url
    _logo_url = Page._logo_url

    pages: dict[str, dict[str, Any]] = Field(default={}, description="What each page said, by system.")
    under_way: dict[str, Any] = Field(default={}, description="Who is applying pages at this moment.")


class Register:
    """The register of one environment. Nothing is on the server before ``write``."""

    def __init__(self, client: SyncPrefectClient, env: str) -> None:
        self._client, self.env = client, env
        self._name = f"pages-{env}"
        self._id: UUID | None = None
        self._pages: dict[str, Entries] = {}
        self.under_way: dict[str, Any] = {}
        self.read()

    def read(self) -> None:
        """Reads it anew; a register that is not there yet is empty."""
        try:
            document = self._document()
        except ObjectNotFound:
            return
        self._id = document.id
        self._pages = dict(document.data.get("pages") or {})
        self.under_way = dict(document.data.get("under_way") or {})

    def __getitem__(self, system: str) -> Entries | None:
        """What was applied last; None if nothing was."""
        return self._pages.get(system)

    def __iter__(self) -> Iterator[str]:
        return iter(self._pages)

    def note(self, system: str, entries: Entries | None) -> None:
        """Remembers what is applied from now on, or with None that nothing is; see ``write``."""
        if entries is None:
            self._pages.pop(system, None)
        else:
            self._pages[system] = dict(entries)

    def write(self) -> None:
        """Keeps it on the server. What was noted and is lost is found again: file and server agree on it."""
        data = {"pages": self._pages, "under_way": self.under_way}
        if self._id is None:
            PageRegister(**data).save(self._name)
            self._id = self._document().id
        else:
            update = BlockDocumentUpdate(data=data, merge_existing_data=False)
            self._client.update_block_document(self._id, update)

    def _document(self) -> BlockDocument:
        return self._client.read_block_document_by_name(self._name, PageRegister.get_block_type_slug())
