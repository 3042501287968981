"""The launchers of real servers: they let in whom they should, and leave nothing."""

from pathlib import Path

import psycopg
import pytest

from tests.servers.openssh import openssh_server
from tests.servers.postgres import Postgres
from tests.servers.process import free_port, running


def test_postgres_asks_its_reader_for_the_password(postgres: Postgres) -> None:
    """A server that trusts everybody would make every login test pass."""
    where = {
        "host": postgres.host,
        "port": postgres.port,
        "dbname": postgres.database,
        "user": postgres.username,
    }
    with psycopg.connect(**where, password=postgres.password) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (postgres.username,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**where, password="wrong")


def test_a_server_that_does_not_come_up_shows_its_log(tmp_path: Path) -> None:
    """A wrong option must end as a message, not as a wait."""
    with (
        pytest.raises(RuntimeError, match=r"(?s)did not come up.*NoSuchOption"),
        openssh_server(tmp_path, "NoSuchOption yes"),
    ):
        pass


def test_a_server_ends_with_its_context(tmp_path: Path) -> None:
    """Servers left behind take ports and memory from every later run."""
    port = free_port()
    program = (
        "import socket,sys,time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(60)"
    )
    with running(["python3", "-c", program, str(port)], port=port, log=tmp_path / "log"):
        pass
    with (
        pytest.raises(RuntimeError, match=r"did not come up"),
        running(["false"], port=port, log=tmp_path / "log"),
    ):
        pass
