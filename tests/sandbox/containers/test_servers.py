"""The servers of the sandbox as programs of their own, the way containers run them."""

import contextlib
import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import httpx
import oracledb
import pytest

from common.sandbox.campus import OWNER, campus_on
from common.sandbox.containers.probe import is_listening
from common.sandbox.containers.waiting import awaited
from common.sandbox.oracle import Database
from common.sandbox.warehouse import keep_up, load_campus
from common.settings import settings
from tests.servers.process import free_port

pytestmark = pytest.mark.slow  # 20 s: each server is a program of its own

ROOT = Path(__file__).parents[3]
PASSWORD = "pass-4711"
DAY = date(2026, 12, 24)


class Role:
    """A running role: its port, what it received, its log."""

    def __init__(self, name: str, folder: Path) -> None:
        self.port = free_port()
        self.received = folder / "partners"
        self.log = folder / f"{name}.log"
        options = [] if name == "warehouse" else [f"--root={self.received}"]
        variables = {
            "CAMPUS_SANDBOX_PASSWORD": PASSWORD,
            "CAMPUS_SANDBOX_PEOPLE": "200",
            "CAMPUS_TODAY": DAY.isoformat(),
        }
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "common.sandbox.containers", name, f"--port={self.port}", *options],
                cwd=ROOT,
                env=os.environ | variables,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def is_up(self) -> bool | None:
        """True once it listens; RuntimeError with its log if it has ended."""
        if self.process.poll() is not None:
            raise RuntimeError(f"a role has ended:\n{self.log.read_text(encoding='utf-8')}")
        return is_listening(self.port) or None

    def end(self) -> int:
        """Asks it to end, as an engine does; its exit code, or TimeoutExpired after an engine's patience."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=10)
        finally:
            self.process.kill()


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Role]]:
    """All roles that a signal ends, started at the same time."""
    folder = tmp_path_factory.mktemp("roles")
    running = {name: Role(name, folder) for name in ("warehouse", "rest", "mail")}
    try:
        for name, role in running.items():
            awaited(role.is_up, name, 60)
        yield running
    finally:
        for role in running.values():
            role.process.kill()
            role.process.wait()


def test_the_health_check_tells_who_listens(roles: dict[str, Role]) -> None:
    """Prevents a stack that calls a container healthy before it answers, or never."""
    command = [sys.executable, "-m", "common.sandbox.containers.probe"]
    told = {
        port: subprocess.run([*command, str(port)], cwd=ROOT, check=False).returncode
        for port in (roles["mail"].port, free_port())
    }
    assert list(told.values()) == [0, 1]


def test_the_warehouse_holds_the_campus_of_the_day(roles: dict[str, Role]) -> None:
    """Prevents flows that run on the real day from finding the people of another."""
    dsn = f"127.0.0.1:{roles['warehouse'].port}/CAMPUS"
    expected = campus_on(DAY, people=200).tables["PS_NAMES"].select(["EMPLID", "LAST_NAME"])
    with (
        oracledb.connect(user="campus_reader", password=PASSWORD, dsn=dsn) as connection,
        connection.cursor() as cursor,
    ):
        rows = cursor.execute("SELECT emplid, last_name FROM ps_names").fetchall()
    assert sorted(rows) == sorted(tuple(row.values()) for row in expected.to_pylist())


def test_the_interface_keeps_what_it_is_sent(roles: dict[str, Role]) -> None:
    """Prevents an interface that answers under another prefix than its page says, or answers anybody."""
    url = f"http://127.0.0.1:{roles['rest'].port}/engage-api/users/a"
    assert httpx.put(url, json={"a": 1}).status_code == 401
    assert httpx.put(url, json={"a": 1}, headers={"Authorization": f"Bearer {PASSWORD}"}).status_code == 201
    assert (roles["rest"].received / "engage-api" / "users" / "a.json").exists()


def test_the_mailbox_takes_mail_without_tls_and_login(roles: dict[str, Role]) -> None:
    """Prevents a relay that asks for what its page does not say."""
    with smtplib.SMTP("127.0.0.1", roles["mail"].port, local_hostname="test", timeout=10) as smtp:
        smtp.sendmail("a@campus.example", ["b@campus.example"], "Subject: Notice\r\n\r\nx\r\n")
    mails = (roles["mail"].received / "campus-mail").iterdir()
    assert [path.name for path in mails] == ["0001-notice.eml"]


def test_the_campus_moves_on_when_its_day_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents a warehouse that goes on with the day on which it was started."""

    def on(day: date) -> None:
        monkeypatch.setenv("CAMPUS_TODAY", day.isoformat())
        settings.cache_clear()

    campus_of = partial(campus_on, people=200)
    with contextlib.closing(Database()) as database:
        tuesday = campus_of(date(2026, 9, 8))
        load_campus(database, tuesday)
        on(tuesday.today)
        assert keep_up(database, tuesday, campus_of) is tuesday
        on(date(2026, 9, 9))
        wednesday = keep_up(database, tuesday, campus_of)
        assert wednesday.tables == campus_of(date(2026, 9, 9)).tables
        rows = {name: database.count(OWNER, name) for name in wednesday.tables}
        assert rows == {name: table.num_rows for name, table in wednesday.tables.items()}
        assert rows != {name: table.num_rows for name, table in tuesday.tables.items()}
    settings.cache_clear()


def test_a_signal_ends_every_role_also_with_visitors(roles: dict[str, Role]) -> None:
    """Prevents a stack that takes ten seconds to stop, and then kills; and a password in a container's log.

    The last test here: it ends what the others use.
    """
    with contextlib.ExitStack() as visits:
        for role in roles.values():
            visits.enter_context(socket.create_connection(("127.0.0.1", role.port), timeout=5))
        assert {name: role.end() for name, role in roles.items()} == dict.fromkeys(roles, 143)
    logs = "".join(role.log.read_text(encoding="utf-8") for role in roles.values())
    assert "listening host=0.0.0.0" in logs
    assert "Traceback" not in logs
    assert PASSWORD not in logs
