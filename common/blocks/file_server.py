"""Pages of servers that take files, and the keys that log in to them."""

from typing import TYPE_CHECKING, ClassVar

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from common.blocks.page import Page, secret_value

if TYPE_CHECKING:
    from common.connectors.sftp import Sftp

__all__ = ["SftpServer", "SshKey"]


class SshKey(Block):
    """A private key that logs in to one or more servers.

    Example:
        ```python
        from common.blocks import SshKey

        key = SshKey.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus SSH key"
    _documentation_url = Page._documentation_url
    _logo_url = Page._logo_url

    private_key: SecretStr = Field(description="Private key in PEM or OpenSSH format.")
    passphrase: SecretStr | None = Field(default=None, description="Passphrase of the private key.")


class SftpServer(Page):
    """A partner's SFTP server.

    Example:
        ```python
        from common.blocks import SftpServer

        alma = SftpServer.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus SFTP server"
    kind: ClassVar[str] = "sftp"

    host: str = Field(description="Host name or address.")
    port: int = Field(default=22, description="Port of the server.")
    username: str = Field(description="User that the flows log in as.")
    password: SecretStr | None = Field(default=None, description="Password of that user, if it has one.")
    key: SshKey | None = Field(
        default=None, description="Key that logs in, instead of or besides the password."
    )
    host_key: str = Field(description="The server's public key, as a line of OpenSSH: ssh-ed25519 AAAA...")
    path: str = Field(default="/", description="Folder on the server that all paths are relative to.")
    rename: bool = Field(
        default=True, description="Off where the partner forbids to rename an uploaded file."
    )
    moved_on_arrival: bool = Field(
        default=False, description="On where the partner takes files away as soon as they have their name."
    )
    completion_suffix: str = Field(
        default="",
        description="Suffix of the completion file that the partner waits for, such as .DONE; it holds the name.",
    )

    def open(self, name: str) -> "Sftp":
        from common.connectors.sftp import Sftp

        return Sftp(
            name=name,
            host=self.host,
            port=self.port,
            username=self.username,
            password=secret_value(self.password),
            private_key=secret_value(self.key.private_key) if self.key else None,
            passphrase=secret_value(self.key.passphrase) if self.key else None,
            host_key=self.host_key,
            path=self.path,
            rename=self.rename,
            moved_on_arrival=self.moved_on_arrival,
        )
