"""A look at a bucket: it is reached, the key is known, the folder can be read, a small object can be left."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError, SSLError

from common.connectors.file_store import PROBE_CONTENT
from common.connectors.probing import Tell, reach
from common.connectors.proxies import behind_proxy
from common.connectors.s3_errors import LOGIN_CODES, code_of, explain
from common.connectors.s3_session import S3Session
from common.connectors.s3_upload import upload

__all__ = ["look", "try_writing"]


def look(session: S3Session, prefix: str, *, timeout: float, tell: Tell) -> str:
    """Lists one object; tells of a bucket that takes files and shows none."""
    url = urlsplit(session.url)
    encrypted = url.scheme == "https"
    if not behind_proxy(session.url):
        port = url.port or (443 if encrypted else 80)
        reach(session.where, url.hostname or "", port, timeout=timeout, tell=tell)
    tell("certificate" if encrypted else "login")
    try:
        session.client.list_objects_v2(Bucket=session.bucket, Prefix=prefix, MaxKeys=1)
    except (BotoCoreError, ClientError) as error:
        # one request does it all: its failure says how far it came
        if encrypted and not isinstance(error, SSLError):
            tell("login")
        if isinstance(error, ClientError) and code_of(error) not in LOGIN_CODES:
            tell("readable")
            if code_of(error) == "AccessDenied":
                return f"{prefix or 'the bucket'} may not be listed: files can be left there, not fetched"
        raise explain(session.where, "list", prefix, error) from None
    if encrypted:
        tell("login")
    tell("readable")
    return ""


def try_writing(session: S3Session, path: str, options: Mapping[str, Any]) -> str:
    """Leaves a small object for a moment, with the ``options`` of every upload; tells of one that has to stay."""
    key = path.lstrip("/")
    upload(session, BytesIO(PROBE_CONTENT), len(PROBE_CONTENT), path, replace=True, options=options)
    try:
        session.client.delete_object(Bucket=session.bucket, Key=key)
    except ClientError:
        return f"{path} stays: the page's key may not remove it"
    except BotoCoreError as error:
        raise explain(session.where, "remove", path, error) from None
    return ""
