"""OpenSSH's SFTP server as a file store."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from common.connectors.sftp import Sftp
from tests.common.connectors.stores.place import Place, empty, sizes
from tests.servers.openssh import OpenSsh, installed, openssh_server


@contextmanager
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Two servers: one of this suite's own, and one that only lets files be read."""
    if not installed():
        pytest.skip("NOT TESTED AGAINST OPENSSH: no sshd on this machine (Debian: openssh-server)")
    folders = request.getfixturevalue("tmp_path_factory")
    with (
        openssh_server(folders.mktemp("openssh")) as server,
        openssh_server(folders.mktemp("read-only"), "ForceCommand internal-sftp -R") as read_only,
    ):
        yield Place(
            open=lambda port=server.port: _connector(server, port),
            visible=lambda: sizes(server.root),
            clear=lambda: empty(server.root),
            port=server.port,
            read_only=lambda: _connector(read_only, read_only.port),
        )


def _connector(server: OpenSsh, port: int) -> Sftp:
    return Sftp(
        name="openssh-sandbox",
        host=server.host,
        port=port,
        username=server.username,
        private_key=server.private_key,
        host_key=server.host_key,
        path=str(server.root),
    )
