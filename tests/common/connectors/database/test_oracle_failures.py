"""Oracle through its own driver, against the stand-in: each failure in its class."""

import threading
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pyarrow as pa
import pytest

from common.connectors.database.oracle import Oracle
from common.errors import ConfigError, DataFlowError, SourceError, TransientError
from common.query import Query
from common.sandbox.oracle import OracleError
from tests.common.connectors.database.people import SECRET

Make: TypeAlias = Callable[..., Oracle]


def stream(source: Oracle, sql: str, rows: int = 1000, **binds) -> Iterator[pa.RecordBatch]:
    return source.stream(Query("people.sql", sql, binds), rows)


def failure(
    kind: type[DataFlowError], source: Oracle, sql: str = "SELECT EMPLID FROM PS_PEOPLE", **binds
) -> str:
    with pytest.raises(kind) as caught:
        list(stream(source, sql, rows=1, **binds))
    message = str(caught.value)
    assert message.startswith("warehouse-sandbox: ")
    assert SECRET not in message
    assert caught.value.__suppress_context__
    return message


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "SELECT EMPLID,\n  NOPE FROM PS_PEOPLE",
            'fails at line 2, column 3: ORA-00904: "NOPE": invalid identifier.',
        ),
        ("SELECT *\nFROM NOPE", "fails at line 2, column 6: ORA-00942: table or view does not exist."),
        ("SELEC 1", "fails at line 1, column 1: ORA-00900: invalid SQL statement."),
    ],
)
def test_wrong_sql_is_told_with_its_line_and_column(warehouse: Make, sql: str, words: str) -> None:
    """Oracle's errors of this kind name columns and tables, never a row."""
    message = failure(SourceError, warehouse(), sql)
    assert f"people.sql {words} Correct the query, or ask the database's owner for the grant." in message


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT TO_NUMBER(FLAG || 'x') AS X FROM PS_PEOPLE", "ORA-01722"),
        ("SELECT 1 / 0 AS X FROM DUAL", "ORA-01476"),
        ("SELECT EMPLID FROM PS_PEOPLE WHERE EMPLID = :unbound", "DPY-4010"),
    ],
)
def test_any_other_error_is_told_by_its_code_and_where_it_is_explained(
    warehouse: Make, sql: str, code: str
) -> None:
    """Their texts may quote the row that they arose from."""
    message = failure(SourceError, warehouse(), sql)
    assert f"people.sql fails with {code}; its text is withheld" in message
    assert message.endswith(f"https://docs.oracle.com/error-help/db/{code.lower()}/")


def test_an_error_in_the_middle_of_the_rows_is_one_of_the_source(warehouse: Make, fault) -> None:
    """The rows so far look like a result; the error must not be lost between two fetches."""
    fault(error=OracleError(1722, f"invalid number {SECRET}"), after_rows=1)
    batches = stream(warehouse(), "SELECT EMPLID FROM PS_PEOPLE", 1)
    assert next(batches).num_rows == 1
    with pytest.raises(SourceError, match=r"people\.sql fails with ORA-01722") as caught:
        list(batches)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "what",
    [
        {"error": OracleError(1555, f"snapshot too old {SECRET}"), "after_rows": 1},
        {"error": OracleError(1034, "ORACLE not available")},
        {"drop": True, "after_rows": 1},
        {"drop": True},
    ],
    ids=["snapshot too old", "not available", "dropped between rows", "dropped at once"],
)
def test_a_fault_that_passes_by_itself_is_tried_again(warehouse: Make, fault, what) -> None:
    """A restart in the night must not need a person."""
    fault(**what)
    assert "/CAMPUS cannot be reached or broke off (" in failure(TransientError, warehouse())
    assert sum(b.num_rows for b in stream(warehouse(), "SELECT EMPLID FROM PS_PEOPLE")) == 2


def test_a_silent_database_is_given_up(warehouse: Make, fault) -> None:
    """A hanging query would hold the flow and its memory for ever."""
    fault(delay=30)
    assert "(DPY-4024)" in failure(TransientError, warehouse(call_timeout=0.2))


@pytest.mark.parametrize(
    "changed",
    [{"password": SECRET}, {"password": ""}, {"username": "NOBODY"}],
    ids=["wrong", "empty", "user"],
)
def test_a_refused_login_is_a_fault_of_the_page_and_tells_no_password(warehouse: Make, changed) -> None:
    """Tried again it would lock the account."""
    message = failure(ConfigError, warehouse(**changed))
    assert f"/CAMPUS refused the login of {changed.get('username', 'SIS')} (ORA-01017)." in message


def test_an_unknown_service_is_a_fault_of_the_page(warehouse: Make) -> None:
    """It will not appear by waiting."""
    assert "knows no service NOPE. Check it on the page." in failure(
        ConfigError, warehouse(service_name="NOPE")
    )


@pytest.mark.parametrize("changed", [{"port": 1}, {"host": "no-such-host.invalid"}], ids=["port", "host"])
def test_a_server_that_cannot_be_reached_is_tried_again(warehouse: Make, changed) -> None:
    """It may be restarting; the message says what to check if it is not."""
    message = failure(TransientError, warehouse(**changed, connect_timeout=2))
    assert "cannot be reached or broke off" in message
    assert "check host and port on the page" in message


def test_a_probe_logs_in_and_reads_no_table(warehouse: Make) -> None:
    """A check of the page must not need a grant."""
    warehouse().probe()
    with pytest.raises(ConfigError):
        warehouse(password="wrong").probe()


def test_an_abandoned_stream_gives_its_session_back(warehouse: Make) -> None:
    """A failed step must not hold one of the warehouse's sessions until the process ends."""
    before = set(threading.enumerate())
    batches = stream(warehouse(), "SELECT EMPLID FROM PS_PEOPLE", 1)
    next(batches)
    serving = set(threading.enumerate()) - before
    assert serving
    batches.close()
    for thread in serving:
        thread.join(10)
    assert not any(thread.is_alive() for thread in serving)
