"""WsgiDAV on cheroot, in a process of its own, with and without TLS."""

import contextlib
import json
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import HOST, free_port, running

__all__ = ["DavServer", "dav_server"]


@dataclass(frozen=True, slots=True)
class DavServer:
    """A running server: ``/dav`` shows ``root``, ``/readonly`` the same."""

    scheme: str
    port: int
    username: str
    password: str
    root: Path

    def url(self, share: str = "dav", *, host: str = HOST, port: int | None = None) -> str:
        """The address of a share, perhaps through another port."""
        return f"{self.scheme}://{host}:{port or self.port}/{share}"


@contextlib.contextmanager
def dav_server(folder: Path, certificate: Path | None = None) -> Iterator[DavServer]:
    """Run WsgiDAV with one login; with a ``certificate``, by TLS."""
    root = folder / "root"
    root.mkdir(exist_ok=True)
    username, password, port = "campus", secrets.token_urlsafe(16), free_port()
    configuration = {
        "host": HOST,
        "port": port,
        "provider_mapping": {
            "/dav": str(root),
            "/readonly": {"root": str(root), "readonly": True},
        },
        "simple_dc": {"user_mapping": {"*": {username: {"password": password}}}},
        "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
        "lock_storage": True,
        "verbose": 1,
    }
    if certificate:
        configuration |= {
            "ssl_certificate": str(certificate),
            "ssl_private_key": str(certificate),
            "ssl_adapter": "builtin",
        }
    (folder / "wsgidav.json").write_text(json.dumps(configuration))
    command = [sys.executable, "-m", "wsgidav.server.server_cli", "--config", folder / "wsgidav.json"]
    with running(command, port=port, log=folder / "wsgidav.log"):
        yield DavServer("https" if certificate else "http", port, username, password, root)
