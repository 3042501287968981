"""SSH keys as texts: made, locked with another passphrase, described by what may be shown of them."""

import secrets
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from common.connectors.ssh_keys import PrivateKey, load_private_key, parse_private_key

__all__ = ["KeyPair", "KeyType", "PublicKey", "describe", "lock", "make_pair"]

KeyType: TypeAlias = Literal["ed25519", "rsa"]
RSA_BITS = 3072  # what ssh-keygen makes, and no server is too old for


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key in OpenSSH's format and the passphrase that opens it; neither is in its repr."""

    private_key: str = field(repr=False)
    passphrase: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half of a key that partners get. line: as for ``authorized_keys``. fingerprint: ``SHA256:...``."""

    kind: str
    line: str
    fingerprint: str


def make_pair(kind: KeyType) -> KeyPair:
    """A new key with a random passphrase."""
    if kind == "rsa":
        return _locked(rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS))
    return _locked(ed25519.Ed25519PrivateKey.generate())


def lock(text: str, passphrase: str | None, *, where: str) -> KeyPair:
    """The same key with another, random passphrase.

    Line ends of Windows are mended, older formats turned into OpenSSH's. Raises ConfigError for a key that is none or
    does not open.
    """
    return _locked(load_private_key(text, passphrase=passphrase, where=where))


def describe(text: str, passphrase: str | None, *, where: str, comment: str) -> PublicKey:
    """What may be shown of a private key; raises ConfigError for one that is none or does not open."""
    key: paramiko.PKey = parse_private_key(text, passphrase=passphrase, where=where)
    return PublicKey(key.get_name(), f"{key.get_name()} {key.get_base64()} {comment}", key.fingerprint)


def _locked(key: PrivateKey) -> KeyPair:
    passphrase = secrets.token_urlsafe(32)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
    return KeyPair(text.decode(), passphrase)
