"""A drive of SharePoint as a file store: our own server, written from Microsoft's documentation."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from common.connectors.graph import GraphDrive
from tests.common.connectors.stores.place import Place, empty, sizes
from tests.servers.graph import GraphServer
from tests.servers.graph_app import APPS, DRIVE, TENANT
from tests.servers.process import HOST


@contextmanager
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """One server with two apps: one that may write, and one that may not."""
    server: GraphServer = request.getfixturevalue("graph")
    server.reset()

    def connector(port: int = server.port, app: str = "writer", **options: Any) -> GraphDrive:
        page = {
            "name": "sharepoint-sandbox",
            "tenant": TENANT,
            "client_id": app,
            "client_secret": APPS[app],
            "drive": DRIVE,
            "url": f"http://{HOST}:{port}",
            "login_url": f"http://{HOST}:{port}",
            "attempts": 1,
        }
        return GraphDrive(**page | options)

    yield Place(
        open=connector,
        visible=lambda: sizes(server.root),
        clear=lambda: empty(server.root),
        port=server.port,
        read_only=lambda: connector(app="reader"),
    )
