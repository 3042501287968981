"""SSH keys as people paste them into a page."""

import base64
import binascii
from io import StringIO
from typing import TypeAlias

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from common.errors import ConfigError

__all__ = [
    "PrivateKey",
    "load_private_key",
    "parse_host_key",
    "parse_private_key",
]

PrivateKey: TypeAlias = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_KEY_CLASSES: tuple[tuple[type, type[paramiko.PKey]], ...] = (
    (ed25519.Ed25519PrivateKey, paramiko.Ed25519Key),
    (rsa.RSAPrivateKey, paramiko.RSAKey),
    (ec.EllipticCurvePrivateKey, paramiko.ECDSAKey),
)


def parse_host_key(text: str, *, name: str) -> paramiko.PKey:
    """The key in an OpenSSH public key line: ``ssh-ed25519 AAAA...``, with or without a comment.

    Raises ConfigError when the line is none, naming the page ``name``.
    """
    try:
        kind, encoded, *_comment = text.split()
        key = paramiko.PKey.from_type_string(kind, base64.b64decode(encoded, validate=True))
    except Exception:  # what the parsers raise for nonsense is not documented: struct, value, index errors
        key = None
    if key is None or f"{key.get_name()} {key.get_base64()}" != f"{kind} {encoded}":
        raise ConfigError(
            f"Page {name}: the host key is not an OpenSSH public key. Write it as 'ssh-ed25519 AAAA...', "
            "the way ssh-keyscan shows it, without the host in front."
        )
    return key


def parse_private_key(text: str, *, passphrase: str | None, where: str) -> paramiko.PKey:
    """A private key pasted into a page: Ed25519, RSA or ECDSA, in OpenSSH's, PKCS#8 or the older PEM form.

    Windows line ends and blank lines around it are accepted. Raises ConfigError, which begins with ``where``, for
    anything else.
    """
    loaded = load_private_key(text, passphrase=passphrase, where=where)
    plain = loaded.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    key_class = next(key_class for kind, key_class in _KEY_CLASSES if isinstance(loaded, kind))
    return key_class.from_private_key(StringIO(plain.decode()))


def load_private_key(text: str, *, passphrase: str | None, where: str) -> PrivateKey:
    """The key as cryptography's object, which can be written in another form; accepts and raises the same."""
    data = "\n".join(line.strip() for line in text.strip().splitlines()).encode() + b"\n"
    password = passphrase.encode() if passphrase else None
    openssh = data.startswith(b"-----BEGIN OPENSSH")
    load = serialization.load_ssh_private_key if openssh else serialization.load_pem_private_key
    try:
        loaded = load(data, password)
    except (TypeError, ValueError, binascii.Error) as error:
        # Only the kind of the fault is told: a parser's text may quote what it parsed.
        raise ConfigError(_unreadable_key(where, passphrase, data, error)) from None
    except Exception:
        raise ConfigError(f"{where}: the private key is of a kind that is not supported.") from None
    if not isinstance(loaded, PrivateKey):
        raise ConfigError(
            f"{where}: the private key is neither Ed25519 nor RSA nor ECDSA: make an Ed25519 key."
        )
    return loaded


def _unreadable_key(where: str, passphrase: str | None, data: bytes, error: Exception) -> str:
    if b"PRIVATE KEY-----" not in data:
        return (
            f"{where}: the private key is not one. Paste the whole file, from '-----BEGIN' to "
            "'PRIVATE KEY-----', not the .pub file and not a path."
        )
    if isinstance(error, TypeError) and passphrase:
        return f"{where}: the private key has no passphrase, but one is given. Remove it."
    if passphrase:
        return f"{where}: the private key does not open: its passphrase is wrong or the key is damaged."
    if isinstance(error, TypeError) or "assword" in str(error):
        return f"{where}: the private key is encrypted. Give its passphrase as well."
    return f"{where}: the private key is damaged. Paste the whole file again, every line of it."
