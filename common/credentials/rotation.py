"""Changing a key or its passphrase without a delivery that fails.

While a key is rotated its document holds the new key and the previous one: connectors show the new one first, and
the previous one where a partner has not installed the new one yet.
"""

from collections.abc import Callable
from functools import partial
from typing import Literal, TypeAlias, cast

from pydantic import SecretStr

from common.blocks import SftpServer, SshKey
from common.blocks.secrets import is_pointer
from common.clock import now
from common.connectors.probing import Step
from common.credentials.documents import Inventory, document_name
from common.credentials.key_documents import KeyDocument, OpenedKey
from common.credentials.key_pairs import KeyPair, KeyType, lock, make_pair
from common.errors import ConfigError
from common.pages.server import reached
from common.probing import Finding, probe_pages

__all__ = ["Side", "add", "begin", "change_passphrase", "end", "let_in"]

Side: TypeAlias = Literal["new", "previous"]


def add(name: str, pair: KeyPair) -> KeyDocument:
    """The first key of a name. Raises ConfigError where there is one: to replace it is a rotation."""
    document = document_name(name)
    if name in Inventory().credentials("key"):
        raise ConfigError(
            f"There is an SSH key {document} already; change it with: campus keys rotate {name}"
        )
    with reached():
        _block(pair).save(document)
    return KeyDocument(name)


def begin(name: str, kind: KeyType) -> tuple[KeyDocument, bool]:
    """Puts a new key before the one there is; the key as it is now, and whether it is a new one.

    A key that is being rotated stays as it is: partners may have installed it.
    """
    key = KeyDocument(name)
    if key.previous:
        return key, False
    key.public()  # a key that does not open is no key to fall back to
    block = _block(make_pair(kind))
    block.previous_private_key, block.previous_passphrase = key.block.private_key, key.block.passphrase
    key.save(block)
    return KeyDocument(name), True


def end(name: str, keep: Side, tell: Callable[[str, Step], None] = lambda *_: None) -> list[Finding]:
    """Shows every server that the key is used at one of the two keys alone; forgets the other if all let it in.

    What each server said is returned, by page; ``let_in`` tells whether that is a yes. Nothing is written there.
    """
    key = KeyDocument(name)
    if not key.previous:
        raise ConfigError(f"The SSH key {key.credential.document} is not being rotated.")
    alone = _only(key.block, keep)
    fields: dict[str, dict[str, SshKey]] = {}
    for use in key.credential.uses:
        fields.setdefault(use.page, {})[use.field] = alone
    pages = {page: partial(_page_with, page, keys) for page, keys in fields.items()}
    findings = sorted(probe_pages(pages, tell, write=False), key=lambda finding: finding.name)
    if all(map(let_in, findings)):
        key.save(alone)
    return findings


def let_in(finding: Finding) -> bool:
    """Whether the server took the key, whatever was wrong after that."""
    return "login" in finding.passed


def change_passphrase(name: str) -> KeyDocument:
    """Locks the key with a new random passphrase. Key and passphrase are saved in one, so that no run sees half of it."""
    key = KeyDocument(name)
    if any(
        text and is_pointer(text.get_secret_value()) for text in (key.block.private_key, key.block.passphrase)
    ):
        raise ConfigError(
            f"The SSH key {key.credential.document} is kept in a file or a variable: change its passphrase there."
        )
    block = _locked_anew(key.current)
    block.made_on = key.block.made_on
    if key.previous:
        previous = _locked_anew(key.previous)
        block.previous_private_key, block.previous_passphrase = previous.private_key, previous.passphrase
    key.save(block)
    return key


def _block(pair: KeyPair) -> SshKey:
    return SshKey(
        private_key=SecretStr(pair.private_key), passphrase=SecretStr(pair.passphrase), made_on=now().date()
    )


def _locked_anew(key: OpenedKey) -> SshKey:
    return _block(lock(key.text, key.passphrase, where=key.where))


def _only(block: SshKey, side: Side) -> SshKey:
    if side == "new" or block.previous_private_key is None:
        return SshKey(private_key=block.private_key, passphrase=block.passphrase, made_on=block.made_on)
    return SshKey(private_key=block.previous_private_key, passphrase=block.previous_passphrase)


def _page_with(name: str, keys: dict[str, SshKey]) -> SftpServer:
    try:
        with reached():
            page = cast(SftpServer, SftpServer.load(name))
    except (ValueError, RuntimeError):
        raise ConfigError(f"The page {name} cannot be loaded; campus pages list says why.") from None
    return page.model_copy(update=keys)
