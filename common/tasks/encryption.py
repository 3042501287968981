"""Encrypting what is sent and opening what comes, with the keys on the partner's page."""

import logging
from pathlib import Path

from common import files
from common.blocks import EncryptingPage
from common.files import Parcel, Readable
from common.pages import find_page, page_name
from common.tasks.step import step

__all__ = ["decrypted", "encrypted"]

logger = logging.getLogger(__name__)


@step
def encrypted(parcel: Parcel, *, for_: str, name: str | None = None) -> Parcel:
    """The parcel by OpenPGP for the partner of the page ``for_`` alone, as ``<file>.pgp`` or as ``name``.

    It is signed where the page has a key of ours.
    """
    keys = find_page(for_, EncryptingPage).pgp_keys(page_name(for_))
    sealed = files.encrypted(parcel, keys, parcel.path.with_name(name) if name else None)
    logger.info(
        "encrypted file=%s for=%s signed=%s bytes=%d was=%d",
        sealed.name,
        for_,
        "yes" if keys.private_key else "no",
        sealed.bytes,
        parcel.bytes,
    )
    return sealed


@step
def decrypted(file: Readable, *, from_: str, signed: bool = True) -> Path:
    """What a fetched ``file`` holds, in a file of the same name without its last suffix.

    It has to be signed by the partner of the page ``from_``, unless ``signed`` is off.
    """
    keys = find_page(from_, EncryptingPage).pgp_keys(page_name(from_))
    path = file if isinstance(file, Path) else file.path
    plain = files.decrypted(path, keys, signed=signed)
    logger.info("decrypted file=%s from=%s signed=%s", plain.name, from_, "yes" if signed else "unasked")
    return plain
