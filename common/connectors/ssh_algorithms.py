"""Which SSH algorithms are offered: today's, or also those of servers that nobody updates any more.

Today's are those that neither RFC 9142 (key exchange) nor RFC 8332 (RSA signatures) advises against, with ciphers
in CTR or GCM mode and SHA-2. The host key is pinned either way, so that older ones cost secrecy against somebody who
records the line, not the certainty of whom the secret is shown to.
"""

import socket
from collections.abc import Mapping
from hashlib import sha1
from typing import Any, Literal, TypeAlias

import paramiko
from cryptography.hazmat.primitives import hashes
from paramiko.kex_gex import KexGexSHA256
from paramiko.kex_group14 import KexGroup14SHA256

__all__ = ["Algorithms", "new_transport", "signing_key"]

Algorithms: TypeAlias = Literal["modern", "legacy"]

_OLD = ("cbc", "md5", "sha1")
_TABLES: Mapping[str, Any] = vars(paramiko.Transport)


class _LegacyRsaKey(paramiko.RSAKey):
    """An RSA key that also signs and verifies with SHA-1, as RFC 4253 had it (section 6.6)."""

    HASHES = {**paramiko.RSAKey.HASHES, "ssh-rsa": hashes.SHA1}  # type: ignore[misc]  # noqa: RUF012


class _Group14Sha1(KexGroup14SHA256):  # RFC 4253, section 8.2
    name = "diffie-hellman-group14-sha1"
    hash_algo = sha1


class _GroupExchangeSha1(KexGexSHA256):  # RFC 4419, section 2
    name = "diffie-hellman-group-exchange-sha1"
    hash_algo = sha1


class _LegacyTransport(paramiko.Transport):
    """paramiko no longer brings what SHA-1 is part of; its tables of algorithms are where it can be added."""

    _kex_info = _TABLES["_kex_info"] | {kex.name: kex for kex in (_Group14Sha1, _GroupExchangeSha1)}
    _preferred_kex = (*_TABLES["_preferred_kex"], _GroupExchangeSha1.name, _Group14Sha1.name)
    _key_info = _TABLES["_key_info"] | {"ssh-rsa": _LegacyRsaKey}
    _preferred_keys = (*_TABLES["_preferred_keys"], "ssh-rsa")
    _preferred_pubkeys = (*_TABLES["_preferred_pubkeys"], "ssh-rsa")

    @property
    def preferred_pubkeys(self) -> tuple[str, ...]:
        """SHA-1 first where the server knows nothing newer.

        Such a server signs with it itself, or does not tell what it takes (RFC 8332, section 3.3).
        """
        known = tuple(super().preferred_pubkeys)
        tells = "server-sig-algs" in self.server_extensions  # type: ignore[attr-defined]
        if tells and self.host_key_type != "ssh-rsa":
            return known
        return tuple(sorted(known, key=lambda name: name != "ssh-rsa"))


def new_transport(connection: socket.socket | paramiko.Channel, algorithms: Algorithms) -> paramiko.Transport:
    """A transport over the connection that offers these algorithms, the better ones first; not started yet."""
    if algorithms == "legacy":
        return _LegacyTransport(connection)
    transport = paramiko.Transport(connection)
    options = transport.get_security_options()
    options.ciphers = [name for name in options.ciphers if not any(old in name for old in _OLD)]
    options.digests = [name for name in options.digests if not any(old in name for old in _OLD)]
    return transport


def signing_key(transport: paramiko.Transport, key: paramiko.PKey) -> paramiko.PKey:
    """The key as it signs on this transport."""
    if isinstance(transport, _LegacyTransport) and isinstance(key, paramiko.RSAKey):
        return _LegacyRsaKey(key=key.key)
    return key
