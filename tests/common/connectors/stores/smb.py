"""A share of Samba as a file store."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from common.connectors.smb import Smb
from tests.common.connectors.stores.place import Place, empty, sizes
from tests.servers.samba import Samba


@contextmanager
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """One server with a share to write to and one that shows the same files only to be read."""
    server: Samba = request.getfixturevalue("samba")
    yield Place(
        open=lambda port=server.port: _connector(server, port, "campus"),
        visible=lambda: sizes(server.root),
        clear=lambda: empty(server.root),
        port=server.port,
        read_only=lambda: _connector(server, server.port, "readonly"),
    )


def _connector(server: Samba, port: int, share: str) -> Smb:
    return Smb(
        name="samba-sandbox",
        host=server.host,
        port=port,
        share=share,
        username=server.username,
        password=server.password,
    )
