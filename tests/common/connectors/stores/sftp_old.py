"""An SFTP server by another maker as a file store: asyncssh, without OpenSSH's extension that replaces files."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from common.connectors.sftp import Sftp
from common.sandbox.partners import SftpPartner, SftpSystem
from tests.common.connectors.stores.place import Place, empty, sizes
from tests.servers.partners import PASSWORD


@contextmanager
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A partner whose own rename refuses to replace, so that an older file has to step aside."""
    system = SftpSystem("partner", username="campus", password=PASSWORD, posix_rename=False)
    with SftpPartner(request.getfixturevalue("tmp_path_factory").mktemp("partner"), [system]) as partner:
        root = partner.folder("partner")
        yield Place(
            open=lambda port=partner.port: Sftp(
                name="partner-sandbox",
                host="127.0.0.1",
                port=port,
                username="campus",
                password=PASSWORD,
                host_key=partner.host_key,
            ),
            visible=lambda: sizes(root),
            clear=lambda: empty(root),
            port=partner.port,
            cannot={"deny": "this server refuses nobody to write"},
        )
