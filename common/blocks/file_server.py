"""Pages of servers that take files, and the keys that log in to them."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from prefect.blocks.core import Block
from pydantic import ConfigDict, Field, SecretStr

from common.blocks.page import Page
from common.blocks.secrets import SecretReference, resolve

if TYPE_CHECKING:
    from common.connectors.sftp import Sftp

__all__ = ["SftpServer", "SshKey"]


class SshKey(Block):
    """A private key that logs in to one or more servers.

    While it is rotated there is a previous one as well: a server that refuses the new key is asked with that.

    Example:
        ```python
        from common.blocks import SshKey

        key = SshKey.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus SSH key"
    _documentation_url = Page._documentation_url
    _logo_url = Page._logo_url

    model_config = ConfigDict(hide_input_in_errors=True)

    private_key: SecretStr = Field(description="Private key in PEM or OpenSSH format.")
    passphrase: SecretStr | None = Field(default=None, description="Passphrase of the private key.")
    previous_private_key: SecretStr | None = Field(
        default=None,
        description="Key that is tried where the private key is refused, until all partners have it.",
    )
    previous_passphrase: SecretStr | None = Field(default=None, description="Passphrase of the previous key.")
    made_on: date | None = Field(default=None, description="Day on which the private key was made.")


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
    former = {"key": "private_key"}  # noqa: RUF012

    host: str = Field(description="Host name or address.")
    port: int = Field(default=22, description="Port of the server.")
    username: str = Field(description="User that the flows log in as.")
    password: SecretReference | None = Field(
        default=None, description="Password of that user, if it has one."
    )
    private_key: SshKey | None = Field(
        default=None,
        title="Private key",
        description="Key that logs in, instead of or besides the password.",
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

    @property
    def key(self) -> SshKey | None:
        """The private key under its former name: Prefect asks for it when it loads a document that has that."""
        return self.private_key

    def open(self, name: str) -> "Sftp":
        from common.connectors.sftp import Sftp

        key = self.private_key
        return Sftp(
            name=name,
            host=self.host,
            port=self.port,
            username=self.username,
            password=resolve(self.password, page=name, field="password"),
            private_key=resolve(key.private_key if key else None, page=name, field="private_key"),
            passphrase=resolve(key.passphrase if key else None, page=name, field="passphrase"),
            previous_private_key=resolve(
                key.previous_private_key if key else None, page=name, field="previous_private_key"
            ),
            previous_passphrase=resolve(
                key.previous_passphrase if key else None, page=name, field="previous_passphrase"
            ),
            host_key=self.host_key,
            path=self.path,
            rename=self.rename,
            moved_on_arrival=self.moved_on_arrival,
        )
