"""Pages of mail servers."""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from common.blocks.encryption import EncryptingPage
from common.blocks.secrets import SecretReference, resolve

if TYPE_CHECKING:
    from common.connectors.mail import Mail

__all__ = ["MailRelay"]


class MailRelay(EncryptingPage):
    """The mail server that notices and small files are sent through.

    Example:
        ```python
        from common.blocks import MailRelay

        relay = MailRelay.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus mail relay"
    kind: ClassVar[str] = "mail"

    host: str = Field(description="Host name or address.")
    port: int = Field(default=587, description="Port of the server.")
    sender: str = Field(description="Address that mails come from.")
    username: str | None = Field(default=None, description="User, where the relay asks for a login.")
    password: SecretReference | None = Field(default=None, description="Password of that user.")
    tls: Literal["none", "starttls", "implicit"] = Field(
        default="starttls", description="How the connection is encrypted."
    )
    max_bytes: int = Field(
        default=20_000_000,
        gt=0,
        title="Largest message",
        description="Bytes of the largest message, which is a third more than its attachments.",
    )

    def open(self, name: str) -> "Mail":
        from common.connectors.mail import Mail

        return Mail(
            name=name,
            host=self.host,
            port=self.port,
            sender=self.sender,
            username=self.username,
            password=resolve(self.password, page=name, field="password"),
            tls=self.tls,
            max_bytes=self.max_bytes,
        )
