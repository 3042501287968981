"""Partners come up, answer at once, and leave nothing behind."""

import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from common.errors import ConfigError
from common.sandbox.partners import HttpPartner, HttpSystem, MailPartner, MailSystem, SftpPartner, SftpSystem
from common.sandbox.partners.partner import Partner

START: dict[str, Callable[..., Partner]] = {
    "sftp": lambda root, **options: SftpPartner(
        root, [SftpSystem("one", username="one", password="x")], **options
    ),
    "http": lambda root, **options: HttpPartner(root, [HttpSystem("one")], **options),
    "mail": lambda root, **options: MailPartner(root, [MailSystem("one")], **options),
}


@pytest.fixture(params=sorted(START))
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Partner]:
    """Makes a partner of each kind."""
    make = START[request.param]
    return lambda **options: make(tmp_path, **options)


def test_a_partner_leaves_no_thread_and_no_listener(start: Callable[..., Partner]) -> None:
    """A thread that stays keeps the process; a port that stays keeps the next start away."""
    before = set(threading.enumerate())
    with start() as partner:
        port = partner.port
        connection = socket.create_connection(("127.0.0.1", port), timeout=5)
    with connection:
        connection.settimeout(5)
        with contextlib.suppress(ConnectionResetError):
            while connection.recv(1000):  # a greeting; then the end, also for those who are still connected
                pass
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_partner_starts_again_on_its_port(start: Callable[..., Partner]) -> None:
    """``sandbox down`` and ``up`` must not have to wait, nor change every page."""
    partner = start()
    partner.start()
    port = partner.port
    partner.stop()
    partner.stop()
    with start(port=port) as again:
        assert again.port == port
        socket.create_connection(("127.0.0.1", port), timeout=5).close()


def test_a_taken_port_is_told(start: Callable[..., Partner]) -> None:
    """Two sandboxes on one machine are an everyday mistake."""
    before = set(threading.enumerate())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Port {port} is not free"):
            start(port=port).start()
    assert set(threading.enumerate()) == before


def test_what_is_not_there_is_said_so(start: Callable[..., Partner]) -> None:
    """A misspelt system must not become a new folder."""
    partner = start()
    with pytest.raises(ConfigError, match="not running"):
        _ = partner.port
    with pytest.raises(ConfigError, match="no system 'two', only one"):
        partner.folder("two")


def test_two_systems_cannot_share_a_login(tmp_path: Path) -> None:
    """The login is what tells the systems apart."""
    with pytest.raises(ConfigError, match="same username"):
        SftpPartner(tmp_path, [SftpSystem(name, username="campus", password="x") for name in ("one", "two")])
    with pytest.raises(ConfigError, match="same login"):
        MailPartner(tmp_path, [MailSystem("one"), MailSystem("two")])
