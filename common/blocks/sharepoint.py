"""Pages of OneDrive and SharePoint."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from common.blocks.file_store import FileStorePage
from common.blocks.secrets import SecretReference, required

if TYPE_CHECKING:
    from common.connectors.graph import GraphDrive

__all__ = ["SharePointDrive"]


class SharePointDrive(FileStorePage):
    """A document library of SharePoint, or somebody's OneDrive, by Microsoft Graph.

    Example:
        ```python
        from common.blocks import SharePointDrive

        advising = SharePointDrive.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus SharePoint drive"
    kind: ClassVar[str] = "sharepoint"

    tenant: str = Field(description="Directory (tenant) of the app registration: its id or domain.")
    client_id: str = Field(title="Client id", description="Application (client) id of the app registration.")
    client_secret: SecretReference = Field(
        title="Client secret", description="Client secret of the app registration; Microsoft lets it expire."
    )
    site: str = Field(
        default="",
        description="Site whose document library it is, such as campus.sharepoint.com:/sites/registrar.",
    )
    drive: str = Field(default="", description="Id of the drive, instead of the site.")

    @classmethod
    def place(cls, entries: Mapping[str, Any]) -> str:
        return str(entries.get("site") or entries.get("drive", ""))

    def open(self, name: str) -> "GraphDrive":
        from common.connectors.graph import GraphDrive

        return GraphDrive(
            name=name,
            tenant=self.tenant,
            client_id=self.client_id,
            client_secret=required(self.client_secret, page=name, field="client_secret"),
            site=self.site,
            drive=self.drive,
            path=self.path,
        )
