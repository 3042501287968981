"""moto's S3 as a file store."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from common.connectors.s3 import S3
from tests.common.connectors.stores.place import Place
from tests.servers.process import HOST
from tests.servers.s3 import BUCKET, S3Server


@contextmanager
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Two servers: one that lets everybody do everything, and one with a user who may only read."""
    server: S3Server = request.getfixturevalue("s3")
    strict: S3Server = request.getfixturevalue("strict_s3")
    reader = strict.keys["reader"]

    def connector(port: int = server.port, **options: Any) -> S3:
        page = {
            "name": "s3-sandbox",
            "bucket": BUCKET,
            "endpoint": f"http://{HOST}:{port}",
            "access_key_id": server.owner.id,
            "secret_access_key": server.owner.secret,
            "path": "deliveries",
            "attempts": 1,
        }
        return S3(**page | options)

    yield Place(
        open=connector,
        visible=lambda: {name.removeprefix("deliveries/"): size for name, size in server.sizes().items()},
        clear=server.clear,
        port=server.port,
        read_only=lambda: connector(strict.port, access_key_id=reader.id, secret_access_key=reader.secret),
        cannot={"lack a folder": "S3 has no folders: names merely begin alike"},
    )
