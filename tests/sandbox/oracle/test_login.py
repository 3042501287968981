"""Logging in, leaving, and what a server says about itself."""

# ruff: noqa: S608 - these tests are made of SQL

import subprocess
import sys
import threading

import oracledb
import pytest

from common.sandbox.oracle import Database, Server, Verifier
from tests.sandbox.oracle.conftest import Running


def test_the_driver_logs_in_in_thin_mode_and_learns_who_it_talks_to(oracle: Running) -> None:
    """A stand-in that works with anything but the unmodified driver shows nothing."""
    with oracle.connect() as connection:
        connection.ping()
        assert connection.thin
        assert connection.version.startswith("19.")
        assert connection.service_name == "CAMPUS"


@pytest.mark.parametrize(("user", "password"), [("SIS", "wrong"), ("NOBODY", "secret"), ("SIS", "SECRET")])
def test_a_wrong_user_or_password_is_refused_with_one_and_the_same_text(
    oracle: Running, user: str, password: str
) -> None:
    """A login that always succeeds would hide a password that was never set."""
    with pytest.raises(oracledb.DatabaseError, match="ORA-01017"):
        oracle.connect(user, password)


def test_an_unknown_service_and_an_unknown_sid_are_told_apart(oracle: Running) -> None:
    """The two need different corrections of a page."""
    port = oracle.server.port
    with pytest.raises(oracledb.DatabaseError, match="ORA-12514"):
        oracle.connect(dsn=f"127.0.0.1:{port}/NOPE")
    sid = f"(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT={port}))(CONNECT_DATA=(SID=NOPE)))"
    with pytest.raises(oracledb.DatabaseError, match="ORA-12505"):
        oracle.connect(dsn=sid)


def test_the_older_password_verifier_is_understood_too() -> None:
    """Accounts created under 11g log in by other arithmetic."""
    with Server({"OLD": Database()}, {"SIS": "pass wörd"}, verifier=Verifier.ORACLE_11G) as server:
        dsn = f"127.0.0.1:{server.port}/OLD"
        oracledb.connect(user="sis", password="pass wörd", dsn=dsn).close()
        with pytest.raises(oracledb.DatabaseError, match="ORA-01017"):
            oracledb.connect(user="sis", password="x", dsn=dsn)


def test_a_user_with_another_schema_finds_its_tables_without_the_owner(oracle: Running) -> None:
    """Extract users read the owner's tables, mostly through a default schema."""
    with oracle.connect("READER", "pass wörd") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM PS_ACAD_PROG UNION ALL SELECT COUNT(*) FROM SIS.PS_ACAD_PROG")
        assert cursor.fetchall() == [(6,), (6,)]
        cursor.execute("SELECT USER, SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM DUAL")
        assert cursor.fetchone() == ("READER", "SIS")


def test_session_labels_and_a_long_connect_string_do_not_confuse_the_protocol(oracle: Running) -> None:
    """They travel in packets of their own, which have to be read to the last byte."""
    address = f"(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT={oracle.server.port}))"
    dsn = f"(DESCRIPTION=(RETRY_COUNT=1)(CONNECT_TIMEOUT=5){address}(CONNECT_DATA=(SERVICE_NAME=campus)))"
    with oracle.connect(dsn=dsn, program="x" * 200) as connection, connection.cursor() as cursor:
        connection.module, connection.action = "sync", "nightly"
        connection.client_identifier, connection.clientinfo, connection.dbop = "flow", "campus", "extract"
        connection.current_schema = "SIS"
        cursor.execute("SELECT COUNT(*) FROM PS_ACAD_PROG")
        assert cursor.fetchone() == (6,)


def test_more_statements_than_a_session_may_keep_open_run_one_after_the_other(oracle: Running) -> None:
    """The driver closes old cursors by riding along with the next request."""
    with oracle.connect() as connection, connection.cursor() as cursor:
        for number in range(60):
            cursor.execute(f"SELECT {number} FROM DUAL")
            assert cursor.fetchone() == (number,)


def test_a_pool_hands_out_working_connections(oracle: Running) -> None:
    """A pool pings, resets and rolls back behind the scenes."""
    dsn = f"127.0.0.1:{oracle.server.port}/CAMPUS"
    pool = oracledb.create_pool(user="SIS", password="secret", dsn=dsn, min=1, max=3, ping_interval=0)
    taken = [pool.acquire() for _ in range(3)]
    for connection in taken:
        with connection.cursor() as cursor:
            assert cursor.execute("SELECT 1 FROM DUAL").fetchone() == (1,)
        connection.close()
    with pool.acquire() as connection:
        connection.ping()
    pool.close()


def test_sessions_in_many_threads_do_not_disturb_each_other(oracle: Running) -> None:
    """Flows run side by side against one database."""
    answers: list[tuple[int, int]] = []

    def ask(number: int) -> None:
        with oracle.connect() as connection, connection.cursor() as cursor:
            for _ in range(3):
                cursor.execute("SELECT COUNT(*) + :n FROM PS_ACAD_PROG", n=number)
                answers.append((number, cursor.fetchone()[0]))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == sorted((number, number + 6) for number in range(6) for _ in range(3))


def test_a_stopped_server_leaves_no_thread_and_no_connection() -> None:
    """A thread that outlives the tests can abort the interpreter at its end."""
    before = set(threading.enumerate())
    server = Server({"CAMPUS": Database()}, {"SIS": "secret"}).start()
    connection = oracledb.connect(user="SIS", password="secret", dsn=f"127.0.0.1:{server.port}/CAMPUS")
    server.stop()
    server.stop()
    assert set(threading.enumerate()) <= before
    with pytest.raises(oracledb.DatabaseError, match="DPY-"):
        connection.ping()


FORGOTTEN = """
import oracledb
from common.sandbox.oracle import Database, Server
server = Server({"CAMPUS": Database()}, {"SIS": "secret"}).start()
connection = oracledb.connect(user="SIS", password="secret", dsn=f"127.0.0.1:{server.port}/CAMPUS")
cursor = connection.cursor()
cursor.execute("SELECT 1 FROM DUAL")
"""


def test_a_program_that_forgets_to_stop_the_server_ends_cleanly() -> None:
    """A session's thread that is cut off in the middle makes the interpreter abort, now and then."""
    ended = subprocess.run(
        [sys.executable, "-c", FORGOTTEN], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")


async def _count_asynchronously(dsn: str) -> int:
    async with await oracledb.connect_async(user="SIS", password="secret", dsn=dsn) as connection:
        cursor = connection.cursor()
        await cursor.execute("SELECT EMPLID FROM PS_ACAD_PROG")
        return len(await cursor.fetchall())


def test_the_asynchronous_driver_is_served_too(oracle: Running) -> None:
    """It sends the same messages in another rhythm."""
    import asyncio

    assert asyncio.run(_count_asynchronously(f"127.0.0.1:{oracle.server.port}/CAMPUS")) == 6
