"""The password challenge of a login: Oracle's 12c (PBKDF2, SHA-512) and 11g (SHA-1) verifiers."""

import hashlib
import secrets
from enum import IntEnum

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

__all__ = ["Challenge", "Verifier"]

_KEY_ITERATIONS = 4096
_SESSION_ITERATIONS = 3
_BLOCK = 16


class Verifier(IntEnum):
    """How the password is stored; the number tells the client which arithmetic to use."""

    ORACLE_11G = 0x1B25
    ORACLE_12C = 0x4815


class Challenge:
    """One login attempt. Without a password (an unknown user) it runs the same way and fails at the end."""

    def __init__(self, password: str | None, verifier: Verifier) -> None:
        self._password = password
        self._verifier = verifier
        self._session_key = b""
        self._key_salt = secrets.token_bytes(16)
        secret = (password or secrets.token_hex(16)).encode()
        if verifier is Verifier.ORACLE_12C:
            self._salt = secrets.token_bytes(16)
            derived = hashlib.pbkdf2_hmac(
                "sha512", secret, self._salt + b"AUTH_PBKDF2_SPEEDY_KEY", _KEY_ITERATIONS, 64
            )
            self._key = hashlib.sha512(derived + self._salt).digest()[:32]
            self._server_half = secrets.token_bytes(32)
        else:
            self._salt = secrets.token_bytes(10)
            self._key = hashlib.sha1(secret + self._salt, usedforsecurity=False).digest() + bytes(4)
            self._server_half = secrets.token_bytes(48)

    def parameters(self) -> dict[str, tuple[str, int]]:
        """The answer to the first round: name -> (value, flags)."""
        return {
            "AUTH_SESSKEY": (_encrypt(self._key, self._server_half).hex().upper(), 0),
            "AUTH_VFR_DATA": (self._salt.hex().upper(), self._verifier),
            "AUTH_PBKDF2_CSK_SALT": (self._key_salt.hex().upper(), 0),
            "AUTH_PBKDF2_VGEN_COUNT": (str(_KEY_ITERATIONS), 0),
            "AUTH_PBKDF2_SDER_COUNT": (str(_SESSION_ITERATIONS), 0),
            "AUTH_GLOBALLY_UNIQUE_DBID\0": (secrets.token_hex(16).upper(), 0),
        }

    def accepts(self, session_key: str, password: str) -> bool:
        """Whether the second round's encrypted password (both in hex) is the right one."""
        try:
            client_half = _decrypt(self._key, bytes.fromhex(session_key))
            self._session_key = self._combine(client_half)
            padded = _decrypt(self._session_key, bytes.fromhex(password))
            unpadder = PKCS7(_BLOCK * 8).unpadder()
            plain = unpadder.update(padded) + unpadder.finalize()
        except ValueError:
            return False
        return self._password is not None and secrets.compare_digest(plain[_BLOCK:], self._password.encode())

    def proof(self) -> str:
        """What shows the client that the server knows the password too."""
        padder = PKCS7(_BLOCK * 8).padder()
        body = padder.update(secrets.token_bytes(16) + b"SERVER_TO_CLIENT") + padder.finalize()
        return _encrypt(self._session_key, body).hex().upper()

    def _combine(self, client_half: bytes) -> bytes:
        if self._verifier is Verifier.ORACLE_12C:
            halves = (client_half[:32] + self._server_half[:32]).hex().upper().encode()
            return hashlib.pbkdf2_hmac("sha512", halves, self._key_salt, _SESSION_ITERATIONS, 32)
        mixed = bytes(a ^ b for a, b in zip(self._server_half[16:40], client_half[16:40], strict=True))
        digests = (hashlib.md5(part, usedforsecurity=False).digest() for part in (mixed[:16], mixed[16:]))
        return b"".join(digests)[:24]


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(bytes(_BLOCK)))


def _encrypt(key: bytes, data: bytes) -> bytes:
    encryptor = _cipher(key).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def _decrypt(key: bytes, data: bytes) -> bytes:
    decryptor = _cipher(key).decryptor()
    return decryptor.update(data) + decryptor.finalize()
