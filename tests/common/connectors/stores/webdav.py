"""WsgiDAV as a file store."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from common.connectors.webdav import WebDav
from tests.common.connectors.stores.place import Place, empty, sizes
from tests.servers.webdav import DavServer


@contextmanager
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """One server with a share to write to and one that shows the same files only to be read."""
    server: DavServer = request.getfixturevalue("webdav")
    yield Place(
        open=lambda port=server.port: _connector(server, server.url(port=port)),
        visible=lambda: sizes(server.root),
        clear=lambda: empty(server.root),
        port=server.port,
        read_only=lambda: _connector(server, server.url("readonly")),
        cannot={"hold a semicolon": "WsgiDAV cuts the new name of a file there; see test_webdav.py"},
    )


def _connector(server: DavServer, url: str) -> WebDav:
    return WebDav(name="webdav-sandbox", url=url, username=server.username, password=server.password)
