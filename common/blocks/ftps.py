"""Pages of FTP servers with TLS."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from common.blocks.file_store import FileStorePage
from common.blocks.secrets import SecretReference, required

if TYPE_CHECKING:
    from common.connectors.ftps import Ftps

__all__ = ["FtpsServer"]


class FtpsServer(FileStorePage):
    """A partner's FTP server with TLS.

    Example:
        ```python
        from common.blocks import FtpsServer

        dining = FtpsServer.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus FTPS server"
    kind: ClassVar[str] = "ftps"

    host: str = Field(description="Host name or address.")
    port: int | None = Field(
        default=None, description="Port of the server; 21, or 990 where TLS is implicit, if nothing is said."
    )
    username: str = Field(description="User that the flows log in as.")
    password: SecretReference = Field(description="Password of that user.")
    tls: Literal["explicit", "implicit"] = Field(
        default="explicit",
        title="TLS",
        description="Whether TLS is asked for by a command or is there from the first byte on.",
    )
    certificate: str = Field(
        default="",
        description="SHA-256 fingerprint of the server's certificate, where no known authority vouches for it.",
    )

    def open(self, name: str) -> "Ftps":
        from common.connectors.ftps import Ftps

        return Ftps(
            name=name,
            host=self.host,
            port=self.port,
            username=self.username,
            password=required(self.password, page=name, field="password"),
            tls=self.tls,
            certificate=self.certificate,
            path=self.path,
        )
