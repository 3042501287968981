"""ProFTPD as a file store."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from common.connectors.ftps import Ftps
from tests.common.connectors.stores.place import Place, empty, sizes
from tests.servers.ftps import FtpServer, ftp_server


@contextmanager
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Two servers: the shared one, and one that only lets files be read."""
    server: FtpServer = request.getfixturevalue("ftps")
    folder = request.getfixturevalue("tmp_path_factory").mktemp("read-only")
    with ftp_server(folder, "<Limit WRITE>", "DenyAll", "</Limit>") as read_only:
        yield Place(
            open=lambda port=server.port: _connector(server, port),
            visible=lambda: sizes(server.root),
            clear=lambda: empty(server.root),
            read_only=lambda: _connector(read_only, read_only.port),
            cannot={"be cut": "data has a connection of its own for each file; see test_ftps.py"},
        )


def _connector(server: FtpServer, port: int) -> Ftps:
    return Ftps(
        name="ftps-sandbox",
        host=server.host,
        port=port,
        username=server.username,
        password=server.password,
        certificate=server.fingerprint,
    )
