"""moto's S3: a real HTTP server in a process of its own, with objects in its memory."""

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import boto3
import httpx

from tests.servers.process import HOST, free_port, running

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

__all__ = ["BUCKET", "NAMES_AT_ONCE", "USERS", "Key", "S3Server", "s3_server"]

BUCKET = "campus-deliveries"
NAMES_AT_ONCE = 5  # in one answer to a list; Amazon's are a thousand
USERS = {
    "reader": ("s3:ListBucket", "s3:GetObject"),
    "mailbox": ("s3:PutObject",),  # what a partner grants who only wants to receive
}


class Key(NamedTuple):
    """An access key: its id and its secret."""

    id: str
    secret: str


@dataclass(frozen=True)
class S3Server:
    """A running server; ``owner`` may do everything, and ``keys`` are those of :data:`USERS`.

    ``client`` is another one than what is tested: boto's own, for a look at what the partner has.
    """

    port: int
    owner: Key
    client: "S3Client"
    keys: Mapping[str, Key] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    def sizes(self) -> dict[str, int]:
        """The objects in the bucket with their sizes in bytes."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return {found["Key"]: found["Size"] for page in pages for found in page.get("Contents", ())}

    def unfinished(self) -> int:
        """How many uploads in parts were begun, and neither completed nor aborted."""
        return len(self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", ()))

    def clear(self) -> None:
        """Removes every object."""
        for name in self.sizes():
            self.client.delete_object(Bucket=BUCKET, Key=name)


@contextlib.contextmanager
def s3_server(folder: Path, *, strict: bool = False) -> Iterator[S3Server]:
    """Run moto with one bucket, :data:`BUCKET`; a strict one knows the users of :data:`USERS` and their rights."""
    port = free_port()
    program = Path(sys.executable).with_name("moto_server")
    settings = f"MOTO_S3_DEFAULT_MAX_KEYS={NAMES_AT_ONCE}"
    with running(["env", settings, program, "-H", HOST, "-p", str(port)], port=port, log=folder / "moto.log"):
        owner = _user(port, "owner", "s3:*")
        client = boto3.client("s3", **_connection(port, owner))
        client.create_bucket(Bucket=BUCKET)
        keys = {name: _user(port, name, *actions) for name, actions in USERS.items()}
        if strict:
            httpx.post(f"http://{HOST}:{port}/moto-api/reset-auth", content="0").raise_for_status()
        yield S3Server(port, owner, client, keys)


def _user(port: int, name: str, *actions: str) -> Key:
    """A new user who may do ``actions``."""
    iam = boto3.client("iam", **_connection(port, Key("unchecked", "unchecked")))
    iam.create_user(UserName=name)
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Key(key["AccessKeyId"], key["SecretAccessKey"])


def _connection(port: int, key: Key) -> dict[str, str]:
    return {
        "endpoint_url": f"http://{HOST}:{port}",
        "aws_access_key_id": key.id,
        "aws_secret_access_key": key.secret,
        "region_name": "us-east-1",
    }
