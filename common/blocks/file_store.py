"""What the pages of all places for files have in common."""

from abc import abstractmethod
from typing import TYPE_CHECKING

from pydantic import Field

from common.blocks.encryption import EncryptingPage

if TYPE_CHECKING:
    from common.connectors.file_store import FileStore

__all__ = ["FileStorePage"]


class FileStorePage(EncryptingPage):
    """A page of a place that files are delivered to or fetched from."""

    path: str = Field(default="/", description="Folder on the server that all paths are relative to.")
    completion_suffix: str = Field(
        default="",
        description="Suffix of the completion file that the partner waits for, such as .DONE; it holds the name.",
    )

    @property
    def atomic(self) -> bool:
        """Whether a file takes its final name in one step there."""
        return True

    @abstractmethod
    def open(self, name: str) -> "FileStore": ...
