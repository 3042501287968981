"""The way to one bucket: a client that knows what the page says, and nothing else of the machine it runs on."""

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3.session
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from common.connectors.s3_errors import Action, code_of, explain
from common.errors import ConfigError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

__all__ = ["S3Session"]


class S3Session:
    """The access to one bucket. It can be opened again after it was closed."""

    def __init__(
        self,
        *,
        name: str,
        bucket: str,
        region: str,
        endpoint: str,
        access_key_id: str,
        secret_access_key: str,
        attempts: int,
        connect_timeout: float,
        read_timeout: float,
    ) -> None:
        self.bucket = bucket
        self.where = f"Page {name} (bucket {bucket} at {_host(name, endpoint) or region})"
        if not (access_key_id and secret_access_key):
            # with one of them missing boto would look for others on this machine
            raise ConfigError(
                f"Page {name}: an access key and its secret go together; one of them is missing."
            )
        self._region = region
        self._endpoint = endpoint
        self._access_key_id = access_key_id
        self._secret_access_key = secret_access_key
        self._config = Config(
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            retries={"mode": "standard", "total_max_attempts": attempts},
            signature_version="s3v4",
            s3={"addressing_style": "path" if endpoint else "auto"},
            request_checksum_calculation="when_required",  # uploads bring their own
            response_checksum_validation="when_supported",
        )
        self._client: S3Client | None = None

    @property
    def client(self) -> "S3Client":
        """The open client; ConfigError when there is none."""
        if self._client is None:
            raise ConfigError(f"{self.where}: it is not open; use S3 in a with statement.")
        return self._client

    @property
    def url(self) -> str:
        """The address that the open client talks to."""
        return self.client.meta.endpoint_url

    def open(self) -> None:
        """Makes the client; nothing is asked of the server yet."""
        # neither ~/.aws nor a profile of whoever runs this: the page alone says where, and as whom
        core = botocore.session.Session(
            session_vars={
                "profile": (None, None, None, None),
                "config_file": (None, None, os.devnull, None),
                "credentials_file": (None, None, os.devnull, None),
                "ignore_configured_endpoint_urls": (None, None, True, None),
            }
        )
        session = boto3.session.Session(
            aws_access_key_id=self._access_key_id,
            aws_secret_access_key=self._secret_access_key,
            region_name=self._region,
            botocore_session=core,
        )
        try:
            self._client = session.client("s3", endpoint_url=self._endpoint or None, config=self._config)
        except (BotoCoreError, ValueError) as error:
            raise ConfigError(
                f"{self.where}: boto refuses the page's region or endpoint ({type(error).__name__})."
            ) from None

    def close(self) -> None:
        """Lets the connections go; harmless when there is none."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    @contextlib.contextmanager
    def explained(self, action: Action, path: str) -> Iterator[None]:
        """Turns whatever boto raises inside into this project's errors, naming ``path``."""
        try:
            yield
        except (BotoCoreError, ClientError) as error:
            # boto's texts quote what was sent, and sometimes the key
            raise explain(self.where, action, path, error) from None

    def size_of(self, key: str) -> int | None:
        """The size of an object in bytes; None where there is none."""
        try:
            return int(self.client.head_object(Bucket=self.bucket, Key=key)["ContentLength"])
        except ClientError as error:
            if code_of(error) in ("404", "NoSuchKey"):
                return None
            raise


def _host(name: str, endpoint: str) -> str:
    if not endpoint:
        return ""
    url = urlsplit(endpoint)
    if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query:
        raise ConfigError(
            f"Page {name}: the endpoint must be http:// or https:// with a host, without a user or a query."
        )
    return url.netloc
