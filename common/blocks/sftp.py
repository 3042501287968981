"""Pages of SFTP servers."""

from typing import TYPE_CHECKING, ClassVar, Literal, TypedDict

from pydantic import Field

from common.blocks.file_store import FileStorePage
from common.blocks.secrets import SecretReference, resolve
from common.blocks.ssh_key import SshKey

if TYPE_CHECKING:
    from common.connectors.sftp import Sftp

__all__ = ["SftpServer"]


class SftpServer(FileStorePage):
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
    algorithms: Literal["modern", "legacy"] = Field(
        default="modern",
        description="Legacy where the partner's server is too old for today's SSH algorithms.",
    )
    jump: str = Field(
        default="",
        description="Server on the way to the partner's, if there is one: user@host or user@host:port.",
    )
    jump_host_key: str = Field(
        default="", description="Public key of the server on the way, as a line of OpenSSH."
    )
    jump_private_key: SshKey | None = Field(
        default=None,
        title="Jump private key",
        description="Key for the server on the way; without one it is shown what the partner's server is shown.",
    )
    rename: bool = Field(
        default=True, description="Off where the partner forbids to rename an uploaded file."
    )
    moved_on_arrival: bool = Field(
        default=False, description="On where the partner takes files away as soon as they have their name."
    )
    resume: bool = Field(
        default=False,
        description="On where a large file that broke off may be continued; until then its .part stays there.",
    )

    @property
    def atomic(self) -> bool:
        return self.rename

    @property
    def key(self) -> SshKey | None:
        """The private key under its former name: Prefect asks for it when it loads a document that has that."""
        return self.private_key

    def open(self, name: str) -> "Sftp":
        from common.connectors.sftp import Sftp
        from common.connectors.ssh_login import SshSecrets

        return Sftp(
            name=name,
            host=self.host,
            port=self.port,
            username=self.username,
            password=resolve(self.password, page=name, field="password"),
            **_key(self.private_key, name),
            host_key=self.host_key,
            algorithms=self.algorithms,
            jump=self.jump,
            jump_host_key=self.jump_host_key,
            jump_secrets=SshSecrets(**_key(self.jump_private_key, name)) if self.jump_private_key else None,
            path=self.path,
            rename=self.rename,
            moved_on_arrival=self.moved_on_arrival,
            resume=self.resume,
        )


class _Key(TypedDict):
    private_key: str | None
    passphrase: str | None
    previous_private_key: str | None
    previous_passphrase: str | None


def _key(key: SshKey | None, page: str) -> _Key:
    """A key as the connector takes it, and the one before it."""

    def value(field: str) -> str | None:
        return resolve(getattr(key, field, None), page=page, field=field)

    return _Key(
        private_key=value("private_key"),
        passphrase=value("passphrase"),
        previous_private_key=value("previous_private_key"),
        previous_passphrase=value("previous_passphrase"),
    )
