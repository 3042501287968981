"""OpenPGP (RFC 9580) by GnuPG: files that a partner alone can read, and files that only a partner can have written.

Each call has a keyring of its own, in the folder of the file, which is gone afterwards with its agent.
"""

import contextlib
import io
import logging
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from common.errors import ConfigError, SourceError
from common.files.parcel import Parcel

if TYPE_CHECKING:
    from gnupg import GPG, Crypt

__all__ = ["PgpKeys", "decrypted", "encrypted"]

# python-gnupg logs the beginning of every key that it imports, and what gpg says of the people behind them.
logging.getLogger("gnupg").setLevel(logging.CRITICAL)

LOCKED = re.compile(r"NEED_PASSPHRASE|(?:pkdecrypt_failed|FAILURE \S+) \d+")
BAD_PASSPHRASE = 11  # in the lower half of a libgpg-error code
UNUSABLE = {"e": "has expired", "r": "was revoked", "i": "is not valid", "d": "is disabled"}


@dataclass(frozen=True, slots=True)
class PgpKeys:
    """The keys of both sides, in ASCII armour.

    page: what they stand on, for messages.
    public_key: the partner's, which has to have ``fingerprint``: forty hexadecimal digits, blanks do not matter.
    private_key: ours, with its passphrase; it signs what goes out and opens what comes in.
    """

    page: str
    public_key: str | None = None
    fingerprint: str | None = None
    private_key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)


def encrypted(parcel: Parcel, keys: PgpKeys, path: Path | None = None) -> Parcel:
    """The parcel's file for the partner alone, as ``<name>.pgp`` beside it (or at ``path``); the plain file is removed.

    It is signed where there is a private key. The same rows give other bytes each time: that is how it is secret.

    Raises ConfigError for keys that are missing, wrong, expired or revoked, and where gpg is not installed.
    """
    path = path or parcel.path.with_name(f"{parcel.name}.pgp")
    if not keys.public_key:
        raise ConfigError(f"Page {keys.page}: there is no pgp_public_key to encrypt for.")
    with _keyring(path.parent, keys.page) as gpg:
        recipient = _partner(gpg, keys)
        signer = _own(gpg, keys) if keys.private_key else None
        try:
            path.touch(mode=0o600)
            result = gpg.encrypt_file(
                io.BytesIO(),  # gpg reads the file by itself: its standard input has the passphrase
                [recipient],
                sign=signer,
                passphrase=keys.passphrase if signer else None,
                always_trust=True,  # of all keys here, and the only ones here are those of the page
                armor=False,
                output=str(path),
                extra_args=["--", str(parcel.path)],
            )
            _sealed(result, keys)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    parcel.path.unlink()
    return Parcel.of(path, parcel.rows, parcel.contract, parcel.preview, sealed=True)


def decrypted(path: Path, keys: PgpKeys, *, signed: bool = True) -> Path:
    """The plain file beside ``path``, without its last suffix; it appears only once everything about it is right.

    signed: the partner's signature is demanded, by the key on the page. Off for partners who do not sign.

    Raises SourceError for a file that is not encrypted, or for somebody else, damaged, not signed, or not by the
    partner; ConfigError for keys that are missing or wrong, and where gpg is not installed.
    """
    if not keys.private_key:
        raise ConfigError(f"Page {keys.page}: there is no pgp_private_key to open {path.name} with.")
    if signed and not keys.public_key:
        raise ConfigError(
            f"Page {keys.page}: there is no pgp_public_key that the signature of {path.name} could be held against."
        )
    plain = path.with_suffix("") if path.suffix else path.with_name(f"{path.name}.plain")
    unfinished = plain.with_name(f".{plain.name}.unfinished")
    with _keyring(path.parent, keys.page) as gpg:
        partner = _partner(gpg, keys, usable=False) if signed else None
        _own(gpg, keys)
        try:
            unfinished.touch(mode=0o600)
            result = gpg.decrypt_file(
                io.BytesIO(),
                always_trust=True,
                passphrase=keys.passphrase,
                output=str(unfinished),
                extra_args=["--", str(path)],
            )
            _opened(result, path.name, keys)
            if partner:
                _signed(result, path.name, partner, keys)
            unfinished.replace(plain)
        finally:
            unfinished.unlink(missing_ok=True)
    return plain


@contextlib.contextmanager
def _keyring(folder: Path, page: str) -> "Iterator[GPG]":
    import gnupg

    with tempfile.TemporaryDirectory(prefix="pgp-", dir=folder, ignore_cleanup_errors=True) as home:
        try:
            # loopback: without a passphrase gpg would ask at a terminal that nobody sits at
            gpg = gnupg.GPG(gnupghome=home, options=["--pinentry-mode", "loopback"])
        except (OSError, ValueError):
            raise ConfigError(
                f"Page {page} asks for OpenPGP, and gpg cannot be run here. Install GnuPG (Debian: gnupg)."
            ) from None
        try:
            yield gpg
        finally:
            # an agent that keeps the unlocked key would outlive the run by a minute
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False, capture_output=True)


def _partner(gpg: "GPG", keys: PgpKeys, *, usable: bool = True) -> str:
    """The fingerprint of the partner's key, once it is in the ring and is the one that was agreed on."""
    wanted = "".join((keys.fingerprint or "").split()).upper()
    if not wanted:
        raise ConfigError(
            f"Page {keys.page}: pgp_fingerprint is missing. Ask the partner for it by another way than the key came."
        )
    found = _imported(gpg, keys.public_key or "", keys.page, "pgp_public_key")
    if found != wanted:
        raise ConfigError(
            f"Page {keys.page}: pgp_public_key has the fingerprint {found}, the page expects {wanted}. Ask the "
            "partner which is right before anything is sent."
        )
    (key,) = (key for key in gpg.list_keys() if key["fingerprint"] == found)
    if usable and (fault := UNUSABLE.get(key["trust"])):
        raise ConfigError(
            f"Page {keys.page}: the partner's key {found} {fault}. Put their new one and its fingerprint on the page."
        )
    if usable and "E" not in key["cap"]:  # upper case: what the whole key can do at this time
        raise ConfigError(
            f"Page {keys.page}: the partner's key {found} has no part that encrypts, or that part has expired. Ask "
            "the partner for one that does."
        )
    return found


def _own(gpg: "GPG", keys: PgpKeys) -> str:
    """The fingerprint of our own key, once it is in the ring."""
    found = _imported(gpg, keys.private_key or "", keys.page, "pgp_private_key", keys.passphrase)
    own = [key for key in gpg.list_keys(secret=True) if key["fingerprint"] == found]
    if not own:
        raise ConfigError(
            f"Page {keys.page}: pgp_private_key holds a public key only. Put the private one there."
        )
    return found


def _imported(gpg: "GPG", armoured: str, page: str, what: str, passphrase: str | None = None) -> str:
    result = gpg.import_keys(armoured, passphrase=passphrase)
    found = {str(fingerprint) for fingerprint in result.fingerprints if fingerprint}
    if len(found) != 1:
        raise ConfigError(
            f"Page {page}: {what} holds {len(found)} keys, and has to hold one, from its line BEGIN PGP to its "
            "line END PGP."
        )
    return found.pop()


def _sealed(result: "Crypt", keys: PgpKeys) -> None:
    if result.returncode or not result.ok:
        raise _no_use(result, keys)


def _opened(result: "Crypt", name: str, keys: PgpKeys) -> None:
    if _is_locked(result):
        raise _no_use(result, keys)
    if "NO_SECKEY" in result.stderr and not result.ok:
        raise SourceError(
            f"{name} is encrypted for another key than that of page {keys.page}. Ask its sender."
        )
    if "BEGIN_DECRYPTION" not in result.stderr:
        raise SourceError(f"{name} is not encrypted by OpenPGP, or not at all. Ask its sender.")
    if not result.ok:
        raise SourceError(
            f"{name} is damaged: it cannot be decrypted to its end. Fetch it anew, or ask its sender."
        )


def _signed(result: "Crypt", name: str, partner: str, keys: PgpKeys) -> None:
    if "NEWSIG" not in result.stderr:
        raise SourceError(
            f"{name} is not signed, so that anybody may have written it. Ask its sender, or say signed=False if "
            "the partner never signs."
        )
    if result.problems or not result.valid or result.pubkey_fingerprint != partner or result.returncode:
        raise SourceError(
            f"{name} has a bad signature: it is not by the key {partner} of page {keys.page}, or that key had expired, "
            "or the file was changed. Use nothing of it, and ask its sender."
        )


def _no_use(result: "Crypt", keys: PgpKeys) -> ConfigError:
    """GnuPG's own text may name people, so only its one word for the state of things is shown."""
    if _is_locked(result):
        return ConfigError(
            f"Page {keys.page}: pgp_passphrase does not open pgp_private_key. Renew it on the page."
        )
    return ConfigError(
        f"Page {keys.page}: gpg does not encrypt or sign with these keys ({result.status or 'no reason given'}). "
        "Look whether they have expired."
    )


def _is_locked(result: "Crypt") -> bool:
    """Whether our own key stayed shut: gpg says so in three ways, by what was asked of it."""
    for found in LOCKED.findall(result.stderr):
        code = found.rpartition(" ")[2]
        if not code.isdigit() or int(code) & 0xFFFF == BAD_PASSPHRASE:
            return not result.ok
    return False
