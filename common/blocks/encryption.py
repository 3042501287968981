"""What pages of receivers say about encryption: the files themselves, on top of the connection."""

from typing import TYPE_CHECKING

from pydantic import Field

from common.blocks.page import Page
from common.blocks.secrets import SecretReference, resolve
from common.errors import ConfigError

if TYPE_CHECKING:
    from common.files import PgpKeys

__all__ = ["EncryptingPage"]


class EncryptingPage(Page):
    """A page of a receiver that may want its files encrypted, or send encrypted ones."""

    pgp_public_key: str | None = Field(
        default=None,
        description="The partner's OpenPGP key: what is sent is encrypted for it, what comes is signed by it.",
    )
    pgp_fingerprint: str | None = Field(
        default=None,
        description="Fingerprint that this key has to have; ask for it by another way than the key came.",
    )
    pgp_private_key: SecretReference | None = Field(
        default=None,
        description="Our own OpenPGP key: it signs what is sent and opens what comes. Without it nothing is signed.",
    )
    pgp_passphrase: SecretReference | None = Field(default=None, description="Passphrase of our own key.")
    zip_password: SecretReference | None = Field(
        default=None, description="Password of encrypted zip files, agreed on with the partner."
    )

    def pgp_keys(self, name: str) -> "PgpKeys":
        """The OpenPGP keys of both sides; ``name`` is the page's, for messages."""
        from common.files import PgpKeys

        return PgpKeys(
            page=name,
            public_key=self.pgp_public_key,
            fingerprint=self.pgp_fingerprint,
            private_key=resolve(self.pgp_private_key, page=name, field="pgp_private_key"),
            passphrase=resolve(self.pgp_passphrase, page=name, field="pgp_passphrase"),
        )

    def password_of_zips(self, name: str) -> str:
        """The password of encrypted zip files; raises ConfigError where there is none."""
        password = resolve(self.zip_password, page=name, field="zip_password")
        if password is None:
            raise ConfigError(f"Page {name}: there is no zip_password to encrypt with.")
        return password
