"""Pages of shares on Windows servers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from common.blocks.file_store import FileStorePage
from common.blocks.secrets import SecretReference, required

if TYPE_CHECKING:
    from common.connectors.smb import Smb

__all__ = ["SmbShare"]


class SmbShare(FileStorePage):
    """A share on a Windows server.

    Example:
        ```python
        from common.blocks import SmbShare

        parking = SmbShare.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus Windows share"
    kind: ClassVar[str] = "smb"

    host: str = Field(description="Host name or address.")
    port: int = Field(default=445, description="Port of the server.")
    share: str = Field(description="Name of the share, without the host.")
    username: str = Field(description="User that the flows log in as.")
    password: SecretReference = Field(description="Password of that user.")
    domain: str = Field(default="", description="Windows domain of that user, where it is one of a domain.")
    encrypt: bool = Field(default=True, description="Off for servers older than SMB 3, which cannot encrypt.")

    @classmethod
    def place(cls, entries: Mapping[str, Any]) -> str:
        return f"//{entries['host']}/{entries['share']}"

    def open(self, name: str) -> "Smb":
        from common.connectors.smb import Smb

        return Smb(
            name=name,
            host=self.host,
            port=self.port,
            share=self.share,
            username=self.username,
            password=required(self.password, page=name, field="password"),
            domain=self.domain,
            path=self.path,
            encrypt=self.encrypt,
        )
