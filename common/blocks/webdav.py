"""Pages of WebDAV servers."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from common.blocks.file_store import FileStorePage
from common.blocks.secrets import SecretReference, required

if TYPE_CHECKING:
    from common.connectors.webdav import WebDav

__all__ = ["WebDavServer"]


class WebDavServer(FileStorePage):
    """A partner's server that takes files by HTTP.

    Example:
        ```python
        from common.blocks import WebDavServer

        rave = WebDavServer.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus WebDAV server"
    kind: ClassVar[str] = "webdav"

    url: str = Field(title="URL", description="Address that path is appended to.")
    username: str = Field(description="User that the flows log in as, by HTTP basic authentication.")
    password: SecretReference = Field(description="Password of that user.")
    rename: bool = Field(
        default=True, description="Off where the server takes PUT only, and no MOVE to another name."
    )

    @property
    def atomic(self) -> bool:
        return self.rename

    def open(self, name: str) -> "WebDav":
        from common.connectors.webdav import WebDav

        return WebDav(
            name=name,
            url=self.url,
            username=self.username,
            password=required(self.password, page=name, field="password"),
            path=self.path,
            rename=self.rename,
        )
