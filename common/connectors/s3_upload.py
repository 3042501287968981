"""One upload to S3: in one request, or in parts that become an object together, each with its SHA-256."""

import logging
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from common.connectors.s3_errors import code_of
from common.connectors.s3_session import S3Session
from common.errors import ConfigError, DeliveryError

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import CompletedPartTypeDef

__all__ = ["PART", "upload"]

logger = logging.getLogger(__name__)

PART = 16 * 1024 * 1024
"""Bytes of a part, and of the largest file that goes in one request; this much is in memory at once."""

_MOST_PARTS = 10_000  # Amazon S3 User Guide, "Amazon S3 multipart upload limits"
_TAKEN = ("PreconditionFailed", "412")


def upload(
    session: S3Session, source: BinaryIO, size: int, path: str, *, replace: bool, options: Mapping[str, Any]
) -> None:
    """Sends ``size`` bytes of ``source`` as the object ``path``: the whole object appears, or nothing does.

    S3 compares each request with its SHA-256 and refuses what was damaged on the way. Without ``replace`` an object
    of that name stays as it is: DeliveryError, unless it is this very content, left by an attempt whose answer was
    lost. ``options`` are further parameters of the new object.
    """
    new = _Object(session, path.lstrip("/"), options, {} if replace else {"IfNoneMatch": "*"})
    digests: list[bytes] = []
    blocks = _blocks(source, size, path, digests)
    with session.explained("write", path):
        try:
            if size <= PART:
                new.put(next(blocks), digests[0])
            else:
                new.put_parts((block, digests[-1]) for block in blocks)
        except ClientError as error:
            if code_of(error) not in _TAKEN:
                raise
            if not new.is_there_with(digests):
                raise DeliveryError(
                    f"{session.where}: {path} is there already, and the page forbids to replace it. Nothing was "
                    "changed. Deliver under another name, or ask the partner to take it away."
                ) from None


def _blocks(source: BinaryIO, size: int, path: str, digests: list[bytes]) -> Iterator[bytes]:
    """The parts of ``source``, at least one; leaves the SHA-256 of each in ``digests``."""
    length = max(PART, -(-size // _MOST_PARTS))
    left = size
    while left or not digests:
        block = source.read(min(length, left))
        if len(block) < min(length, left):
            raise ConfigError(f"The file for {path} became shorter while it was sent: nothing was delivered.")
        left -= len(block)
        digests.append(sha256(block).digest())
        yield block


class _Object:
    """An object that is to be: where, with which ``options``, and on which ``condition`` it may appear."""

    def __init__(
        self, session: S3Session, key: str, options: Mapping[str, Any], condition: Mapping[str, Any]
    ) -> None:
        self._client, self._where = session.client, session.where
        self._place: dict[str, Any] = {"Bucket": session.bucket, "Key": key}
        self._options, self._condition = options, condition

    def put(self, block: bytes, digest: bytes) -> None:
        self._client.put_object(
            **self._place, Body=block, **_checksum(digest), **self._options, **self._condition
        )

    def put_parts(self, blocks: Iterable[tuple[bytes, bytes]]) -> None:
        """Each block with its digest. Until the last request nobody sees anything of them."""
        begun = self._client.create_multipart_upload(
            **self._place, ChecksumAlgorithm="SHA256", **self._options
        )
        place = self._place | {"UploadId": begun["UploadId"]}
        try:
            parts: list[CompletedPartTypeDef] = []
            for number, (block, digest) in enumerate(blocks, 1):
                sent = self._client.upload_part(**place, PartNumber=number, Body=block, **_checksum(digest))
                parts.append({"PartNumber": number, "ETag": sent["ETag"], "ChecksumSHA256": _encoded(digest)})
            self._client.complete_multipart_upload(
                **place, MultipartUpload={"Parts": parts}, **self._condition
            )
        except BaseException:
            self._abort(place)
            raise

    def is_there_with(self, digests: Sequence[bytes]) -> bool:
        """Whether an object is there with the content that was sent, by its checksum; False where S3 does not tell."""
        try:
            found = self._client.head_object(**self._place, ChecksumMode="ENABLED").get("ChecksumSHA256")
        except ClientError:
            return False
        if len(digests) == 1:
            return found == _encoded(digests[0])
        # Amazon S3 User Guide, "Checking object integrity": the checksum of the parts' checksums, and their number
        composite = _encoded(sha256(b"".join(digests)).digest())
        return found in (composite, f"{composite}-{len(digests)}")

    def _abort(self, place: Mapping[str, Any]) -> None:
        """Parts of an unfinished upload are seen by nobody, and paid for until somebody aborts it."""
        try:
            self._client.abort_multipart_upload(**place)
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and code_of(error) == "NoSuchUpload":
                return  # it was completed, and the answer was lost
            logger.warning(
                "s3_leftover where=%r path=%s upload=%s error=%s",
                self._where,
                place["Key"],
                place["UploadId"],
                type(error).__name__,
            )


def _checksum(digest: bytes) -> dict[str, Any]:
    return {"ChecksumAlgorithm": "SHA256", "ChecksumSHA256": _encoded(digest)}


def _encoded(digest: bytes) -> str:
    return b64encode(digest).decode()
