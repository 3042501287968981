"""A Campus SSH key of the Prefect server: read, described, and saved unless somebody else did so meanwhile."""

from typing import NamedTuple, cast

from pydantic import SecretStr

from common.blocks import SshKey
from common.blocks.secrets import resolve
from common.credentials.documents import Inventory
from common.credentials.key_pairs import PublicKey, describe
from common.errors import ConfigError
from common.pages.server import reached

__all__ = ["KeyDocument", "OpenedKey"]


class OpenedKey(NamedTuple):
    """A private key and what opens it, wherever they are kept; ``where`` is for messages."""

    text: str
    passphrase: str | None
    where: str

    def public(self, comment: str) -> PublicKey:
        """What may be shown of it; raises ConfigError for a key that is none or does not open."""
        return describe(self.text, self.passphrase, where=self.where, comment=comment)


class KeyDocument:
    """The key ``name`` of this environment as it was when it was read. Raises ConfigError where there is none.

    credential: its document and the pages that use it. block: the document's content.
    """

    def __init__(self, name: str) -> None:
        self.credential = Inventory().credential("key", name)
        self._document = self.credential.document
        with reached():
            self.block = cast(SshKey, SshKey.load(self._document))

    @property
    def made(self) -> str:
        """The day on which the key was made; "" if nobody wrote it down."""
        return self.block.made_on.isoformat() if self.block.made_on else ""

    @property
    def current(self) -> OpenedKey:
        return self._opened(self.block.private_key, self.block.passphrase, f"SSH key {self._document}")

    @property
    def previous(self) -> OpenedKey | None:
        """The key before, while the key is being rotated."""
        if not self.block.previous_private_key:
            return None
        where = f"SSH key {self._document}, previous key"
        return self._opened(self.block.previous_private_key, self.block.previous_passphrase, where)

    def public(self) -> PublicKey:
        """What partners get; its comment says which key it is."""
        return self.current.public("-".join(filter(None, [self._document, self.made])))

    def save(self, block: SshKey) -> None:
        """Raises ConfigError where somebody has saved the document since it was read."""
        if Inventory().credential("key", self.credential.name).updated != self.credential.updated:
            raise ConfigError(
                f"SSH key {self._document} was changed by somebody else meanwhile, and nothing was saved here: look, "
                "and try again."
            )
        with reached():
            block.save(self._document, overwrite=True)

    def _opened(self, key: SecretStr, passphrase: SecretStr | None, where: str) -> OpenedKey:
        text = resolve(key, page=self._document, field="private_key")
        return OpenedKey(text or "", resolve(passphrase, page=self._document, field="passphrase"), where)
