"""Pages of folders."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from common.blocks.file_store import FileStorePage

if TYPE_CHECKING:
    from common.connectors.folder import Folder

__all__ = ["FolderPage"]


class FolderPage(FileStorePage):
    """A folder that runs see: of their machine's disk, or of a share that is mounted there.

    Example:
        ```python
        from common.blocks import FolderPage

        scans = FolderPage.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus folder"
    kind: ClassVar[str] = "folder"

    path: str = Field(description="Folder that all paths are relative to, as runs see it: /mnt/scans.")
    marker: str = Field(
        default="",
        description="File that is always in the folder, if it is a mounted share: without it nothing is done.",
    )

    def open(self, name: str) -> "Folder":
        from common.connectors.folder import Folder

        return Folder(name=name, path=self.path, marker=self.marker)
