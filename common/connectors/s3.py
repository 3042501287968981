"""S3 and what speaks like it: objects in a bucket, used as files in folders."""

import contextlib
import logging
from datetime import UTC
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self

from common.connectors.file_store import UNFINISHED, Placed, RemoteFile, compare_size, path_inside, probe_name
from common.connectors.local_file import receiving, sending
from common.connectors.probing import Tell, untold
from common.connectors.s3_probe import look, try_writing
from common.connectors.s3_session import S3Session
from common.connectors.s3_upload import upload
from common.errors import ConfigError, DeliveryError, SourceError

__all__ = ["S3"]

logger = logging.getLogger(__name__)

_BLOCK = 1024 * 1024  # bytes read at once


class S3:
    """One bucket, for use in a ``with`` statement.

    ``name`` is the configuration page's, for messages. ``endpoint`` is the address of a store other than Amazon's,
    which is asked with the bucket in the path. ``path`` is what every other path is relative to; S3 has no folders,
    names merely begin alike. ``replace=False`` never replaces an object. ``encryption`` and ``kms_key`` ask for
    encryption at rest beyond the bucket's own. A request is tried ``attempts`` times; timeouts are in seconds.

    An object appears whole or not at all, with no temporary name. Raises ConfigError for a wrong page or refused
    credentials, TransientError for an unreachable store or a broken connection, DeliveryError for what the store
    refuses to take, SourceError for what it does not give.
    """

    def __init__(
        self,
        *,
        name: str,
        bucket: str,
        region: str = "us-east-1",
        endpoint: str = "",
        access_key_id: str,
        secret_access_key: str,
        path: str = "/",
        replace: bool = True,
        encryption: Literal["", "AES256", "aws:kms"] = "",
        kms_key: str = "",
        attempts: int = 3,
        connect_timeout: float = 15,
        read_timeout: float = 60,
    ) -> None:
        if kms_key and encryption != "aws:kms":
            raise ConfigError(f"Page {name}: a KMS key needs encryption: aws:kms beside it.")
        self._name = name
        self._path = path
        self._replace = replace
        self._connect_timeout = connect_timeout
        self._options: dict[str, Any] = {"ServerSideEncryption": encryption} if encryption else {}
        if kms_key:
            self._options["SSEKMSKeyId"] = kms_key
        self._session = S3Session(
            name=name,
            bucket=bucket,
            region=region,
            endpoint=endpoint,
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
            attempts=attempts,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
        )

    def __enter__(self) -> Self:
        self._session.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def put(self, local: Path, remote: str) -> Placed:
        """Send a local file; in parts beyond 16 MiB. The partner sees it complete, or sees nothing new."""
        with sending(local) as (source, size):
            return self._place(source, size, remote)

    def put_bytes(self, content: bytes, remote: str) -> Placed:
        """Send a small file from memory, such as a completion mark."""
        return self._place(BytesIO(content), len(content), remote)

    def get(self, remote: str, local: Path) -> int:
        """Fetch a file; ``local`` appears only when it is complete. Returns its size in bytes."""
        path, key = self._key(remote)
        with receiving(local) as target, self._session.explained("read", path):
            answer = self._session.client.get_object(
                Bucket=self._session.bucket, Key=key, ChecksumMode="ENABLED"
            )
            # one request from first to last byte: a retry of a part could go on with another object
            with contextlib.closing(answer["Body"]) as body:
                size = sum(target.write(block) for block in body.iter_chunks(_BLOCK))
            compare_size(self._session.where, path, size, answer["ContentLength"])
        logger.info("s3_get page=%s path=%s bytes=%d", self._name, path, size)
        return size

    def list(self, folder: str = ".") -> tuple[RemoteFile, ...]:
        """The objects whose names begin with the folder's and go on without a slash; none where nothing does."""
        path, key = self._key(folder)
        prefix = f"{key}/" if key else ""
        with self._session.explained("list", path):
            pages = self._session.client.get_paginator("list_objects_v2").paginate(
                Bucket=self._session.bucket, Prefix=prefix, Delimiter="/"
            )
            files = [
                RemoteFile(
                    name=found["Key"].removeprefix(prefix),
                    size=found["Size"],
                    modified=found["LastModified"].astimezone(UTC),
                )
                for page in pages
                for found in page.get("Contents", ())
                if found["Key"] != prefix  # what consoles leave to show an empty folder
            ]
        return tuple(sorted(files, key=lambda file: file.name))

    def exists(self, remote: str) -> bool:
        """Whether there is an object of that name, or one whose name begins like that of its folder."""
        path, key = self._key(remote)
        with self._session.explained("look at", path):
            if key and self._session.size_of(key) is not None:
                return True
            prefix = f"{key}/" if key else ""
            found = self._session.client.list_objects_v2(
                Bucket=self._session.bucket, Prefix=prefix, MaxKeys=1
            )
        return found["KeyCount"] > 0

    def move(self, source: str, target: str) -> None:
        """Copy an object to another name and delete it: for a moment both are there, after a failure perhaps longer."""
        (old_path, old), (new_path, new) = self._key(source), self._key(target)
        with self._session.explained("move", old_path):
            self._check_there(old_path, old)
            if old == new:
                return
            if not self._replace and self._session.size_of(new) is not None:
                raise DeliveryError(
                    f"{self._session.where}: {new_path} is there already, and the page forbids to replace it."
                )
            self._session.client.copy(
                {"Bucket": self._session.bucket, "Key": old},
                self._session.bucket,
                new,
                ExtraArgs=self._options,
            )
            self._session.client.delete_object(Bucket=self._session.bucket, Key=old)
        logger.info("s3_move page=%s path=%s to=%s", self._name, old_path, new_path)

    def remove(self, remote: str) -> None:
        """Delete an object; SourceError where there is none."""
        path, key = self._key(remote)
        with self._session.explained("remove", path):
            self._check_there(path, key)
            self._session.client.delete_object(Bucket=self._session.bucket, Key=key)
        logger.info("s3_remove page=%s path=%s", self._name, path)

    def probe(self, tell: Tell = untold, *, write: bool = True) -> str:
        """Ask for one name in the page's folder; with ``write``, put a small object there and remove it.

        It is no part of a ``with`` statement: it connects by itself. Returns what whoever looks should know, or "".
        """
        _, key = self._key(".")
        path, _ = self._key(f"{probe_name(self._name)}{UNFINISHED}")
        with contextlib.closing(self._session) as session:
            session.open()
            remarks = [look(session, f"{key}/" if key else "", timeout=self._connect_timeout, tell=tell)]
            if write:
                tell("writable")
                remarks.append(try_writing(session, path, self._options))
        return "; ".join(filter(None, remarks))

    def _key(self, remote: str) -> tuple[str, str]:
        """The path for people, and the object's name, which has no slash before it."""
        path = path_inside(self._path, remote, page=self._name)
        return path, "" if path == "." else path.lstrip("/")

    def _check_there(self, path: str, key: str) -> None:
        # S3 deletes what is not there without a word
        if self._session.size_of(key) is None:
            raise SourceError(
                f"{self._session.where}: {path} does not exist. Correct the path, or ask the partner."
            )

    def _place(self, source: BinaryIO, size: int, remote: str) -> Placed:
        path, _ = self._key(remote)
        upload(self._session, source, size, path, replace=self._replace, options=self._options)
        logger.info("s3_put page=%s path=%s bytes=%d", self._name, path, size)
        return Placed(path=path, bytes=size, atomic=True)
