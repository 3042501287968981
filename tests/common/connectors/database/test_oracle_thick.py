"""Oracle's own client libraries: what is said where a page asks for them and they are not to be had.

The libraries may not be handed out, so none is here. The driver has one mode a process: each test has its own.
"""

import os
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from common.connectors.database.oracle import Oracle
from common.connectors.database.oracle_address import Address
from common.errors import ConfigError
from common.sandbox.oracle import Server
from common.sandbox.oracle.wire.messages import PROTOCOL_VERSION, accept, refuse
from common.sandbox.oracle.wire.packets import Channel, Packet
from tests.common.connectors.database.people import PASSWORD

SDU = 8192
ENCRYPTION_REQUIRED = 0x10  # of the first byte of flags in ACCEPT
FLAGS = 14

PROBE = """
import sys
from pathlib import Path
from common.connectors.database.oracle import Oracle
from common.connectors.database.oracle_address import Address

host, port, password, folder, *thin_first = sys.argv[1:]
address = Address(host=host, port=int(port), service_name="CAMPUS")
login = {"address": address, "username": "SIS", "password": password}
for name in thin_first:
    Oracle(name=name, **login).probe()
Oracle(name="warehouse-prod", **login, thick=True, client=Path(folder) if folder else None).probe()
"""


def complaint(server: Server, folder: Path | str, *thin_first: str, **environment: str) -> str:
    """The error of a page with thick; the pages ``thin_first`` are used before it, in the same process."""
    program = [sys.executable, "-c", PROBE, server.host, str(server.port), PASSWORD, str(folder), *thin_first]
    done = subprocess.run(program, check=False, capture_output=True, text=True, env=os.environ | environment)
    assert PASSWORD not in done.stdout + done.stderr
    assert "oracledb.exceptions" not in done.stderr  # the driver's own error does not follow ours
    error, _, message = done.stderr.splitlines()[-1].partition(": ")
    assert error == "common.errors.ConfigError"
    assert message.startswith("warehouse-prod: the page asks for thick mode, but ")
    return message


def test_a_missing_library_is_told_with_its_folder_and_the_way_to_an_image_that_has_it(
    oracle: Server, tmp_path: Path
) -> None:
    """The driver's own advice is to install something, which is no use in a container."""
    message = complaint(oracle, tmp_path)
    assert f"cannot be loaded from {tmp_path}: DPI-1047: " in message
    assert f"{tmp_path}/libclntsh.so: cannot open shared object file" in message
    assert "CAMPUS_INSTANT_CLIENT=instantclient-basiclite-linux.x64.zip make image (see README)" in message
    assert "https://" not in message


def test_a_file_that_is_no_library_is_told_from_a_missing_one(oracle: Server, tmp_path: Path) -> None:
    """A download that broke off is mended by another download, not by another folder."""
    (tmp_path / "libclntsh.so").write_text("<html>Sign in to download</html>")
    assert f"{tmp_path}/libclntsh.so: file too short" in complaint(oracle, tmp_path)


def test_a_library_that_is_not_oracles_is_refused(oracle: Server, tmp_path: Path) -> None:
    """Whatever has the right name loads; only then is it seen that nothing of Oracle's is in it."""
    other = find_spec("oracledb.thin_impl")
    assert other
    assert other.origin
    shutil.copy(other.origin, tmp_path / "libclntsh.so")
    assert "DPI-1072: the Oracle Client library version is unsupported. Build" in complaint(oracle, tmp_path)


def test_without_a_folder_it_is_looked_for_where_the_system_looks(oracle: Server, tmp_path: Path) -> None:
    """A machine with Oracle's client installed needs no setting."""
    (tmp_path / "libclntsh.so").write_text("not Oracle's")
    message = complaint(oracle, "", LD_LIBRARY_PATH=str(tmp_path))
    assert "cannot be loaded from where the system looks for libraries: DPI-1047: " in message
    assert "libclntsh.so: file too short" in message


def test_a_thin_connection_before_it_is_told_with_what_to_do(oracle: Server, tmp_path: Path) -> None:
    """Which of two pages is used first is nothing that a person could guess from the driver's words."""
    message = complaint(oracle, tmp_path, "archive-prod")
    assert "thin mode, and a run has one mode (DPY-2019). Set thick on the other page as well." in message


@pytest.mark.parametrize("encryption", ["in its answer", "by refusing"])
def test_a_database_that_insists_on_native_encryption_asks_for_thick(encryption: str) -> None:
    """The driver reports a connection that failed, which would be tried again all night."""
    accepting = bytearray(accept(PROTOCOL_VERSION, SDU))
    accepting[FLAGS] |= ENCRYPTION_REQUIRED
    answers = {
        "in its answer": (Packet.ACCEPT, bytes(accepting)),
        "by refusing": (Packet.REFUSE, refuse(12660)),
    }
    with listener(*answers[encryption]) as (host, port):
        address = Address(host=host, port=port, service_name="CAMPUS")
        source = Oracle(name="warehouse-prod", address=address, username="SIS", password=PASSWORD)
        with pytest.raises(ConfigError) as caught:
            source.probe()
    message = str(caught.value)
    assert f"{host}:{port}/CAMPUS insists on native network encryption. Set thick on the page; " in message
    assert PASSWORD not in message


@contextmanager
def listener(kind: Packet, body: bytes) -> Iterator[tuple[str, int]]:
    """A listener that answers whoever connects with this packet."""

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            channel = Channel(self.request, SDU)
            channel.read()
            channel.write(kind, body)

    with socketserver.TCPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address
        finally:
            server.shutdown()
            thread.join()
