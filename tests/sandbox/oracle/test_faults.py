"""Faults on demand: each has to look to the driver as it would with a real server."""

import threading
import time

import oracledb
import pytest

from common.sandbox.oracle import Fault, OracleError
from tests.sandbox.oracle.conftest import Running

SQL = "SELECT EMPLID, EFFDT FROM PS_ACAD_PROG"
TOO_OLD = OracleError(1555, "snapshot too old: rollback segment too small")


def read(connection: oracledb.Connection) -> int:
    """Fetches all rows, two at a time."""
    with connection.cursor() as cursor:
        cursor.arraysize = cursor.prefetchrows = 2
        return len(cursor.execute(SQL).fetchall())


def test_an_error_on_execution_strikes_once_and_leaves_the_session_usable(
    oracle: Running, connection: oracledb.Connection
) -> None:
    """A retry has to find the same connection working."""
    oracle.server.faults.add(Fault("from ps_acad_prog", OracleError(54, "resource busy")))
    with pytest.raises(oracledb.DatabaseError, match="ORA-00054"):
        read(connection)
    assert read(connection) == 6


def test_an_error_in_the_middle_of_a_fetch_comes_after_the_first_rows(
    oracle: Running, connection: oracledb.Connection
) -> None:
    """Rows that were read already are no complete extract."""
    oracle.server.faults.add(Fault("from ps_acad_prog", TOO_OLD, after_rows=3))
    with connection.cursor() as cursor:
        cursor.arraysize = cursor.prefetchrows = 2
        cursor.execute(SQL)
        assert len(cursor.fetchmany(2)) == 2
        with pytest.raises(oracledb.DatabaseError, match="ORA-01555"):
            cursor.fetchall()
    assert read(connection) == 6


def test_an_error_in_the_middle_of_arrow_batches_reaches_the_reader(
    oracle: Running, connection: oracledb.Connection
) -> None:
    """The extracts read in this way."""
    oracle.server.faults.add(Fault("from ps_acad_prog", TOO_OLD, after_rows=4))
    with pytest.raises(oracledb.DatabaseError, match="ORA-01555"):
        list(connection.fetch_df_batches(SQL, size=2))


def test_a_dropped_socket_is_a_lost_connection(oracle: Running) -> None:
    """A network fault has no ORA- number, and the connection is of no more use."""
    oracle.server.faults.add(Fault("from ps_acad_prog", drop=True, after_rows=3))
    connection = oracle.connect()
    with pytest.raises(oracledb.DatabaseError, match="DPY-4011"):
        read(connection)
    assert not connection.is_healthy()


def test_a_call_timeout_ends_a_slow_statement_and_keeps_the_session(
    oracle: Running, connection: oracledb.Connection
) -> None:
    """The driver breaks off, and both sides have to agree where the next answer begins."""
    oracle.server.faults.add(Fault("from ps_acad_prog", delay=30))
    connection.call_timeout = 200
    with pytest.raises(oracledb.DatabaseError, match="DPY-4024"):
        read(connection)
    connection.call_timeout = 0
    assert read(connection) == 6


def test_cancel_ends_a_slow_statement_with_ora_01013(
    oracle: Running, connection: oracledb.Connection
) -> None:
    """Another thread may break off a statement."""
    oracle.server.faults.add(Fault("from ps_acad_prog", delay=30))
    timer = threading.Timer(0.2, connection.cancel)
    timer.start()
    with pytest.raises(oracledb.DatabaseError, match="ORA-01013"):
        read(connection)
    timer.join()
    assert read(connection) == 6


def test_a_fault_strikes_as_often_as_it_is_told_to(oracle: Running, connection: oracledb.Connection) -> None:
    """Retries are tested with a fault that passes at the third attempt."""
    oracle.server.faults.add(Fault("ps_acad_prog", TOO_OLD, times=2))
    for _ in range(2):
        with pytest.raises(oracledb.DatabaseError, match="ORA-01555"):
            read(connection)
    assert read(connection) == 6


def test_a_server_stops_while_a_session_waits(oracle: Running) -> None:
    """A test that fails in the middle must not hang at its end."""
    from common.sandbox.oracle import Server

    server = Server({"CAMPUS": oracle.database}, {"SIS": "secret"}).start()
    server.faults.add(Fault("dual", delay=60))
    connection = oracledb.connect(user="SIS", password="secret", dsn=f"127.0.0.1:{server.port}/CAMPUS")
    failures: list[Exception] = []

    def ask() -> None:
        try:
            connection.cursor().execute("SELECT 1 FROM DUAL")
        except oracledb.Error as error:
            failures.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.2)
    server.stop()
    thread.join(10)
    assert len(failures) == 1
