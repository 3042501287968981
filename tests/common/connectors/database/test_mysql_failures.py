"""MySQL's protocol, against a real MariaDB: each failure in its class, without a value or a password."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pytest

from common.connectors.database.mysql import MySql
from common.errors import ConfigError, DataFlowError, SourceError, TransientError
from common.query import Query
from tests.servers.mariadb import MariaDb, installed, mariadb_server
from tests.servers.process import free_port

Make: TypeAlias = Callable[..., MySql]

SECRET = "Ångström-900000001"
MANY = "SELECT seq, repeat('x', 500) AS r FROM seq_1_to_1000000"


def stream(source: MySql, sql: str, rows: int = 1000, **binds) -> Iterator[pa.RecordBatch]:
    return source.stream(Query("people.sql", sql, binds), rows)


def failure(kind: type[DataFlowError], source: MySql, sql: str = "SELECT 1 AS a", **binds) -> str:
    with pytest.raises(kind) as caught:
        list(stream(source, sql, **binds))
    assert str(caught.value).startswith("housing-sandbox: ")
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__
    return str(caught.value)


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("SELECT nope FROM seq_1_to_2", "(1054): Unknown column 'nope'"),
        ("SELECT 1 FROM nope", "(1146): Table 'campus.nope' doesn't exist"),
        ("SELECT 1 FROM mysql.user", "(1142): SELECT command denied to user 'reader'"),
    ],
)
def test_what_the_database_does_not_have_or_give_is_named(housing: Make, sql: str, word: str) -> None:
    """The database's own words, since its names cannot quote a row."""
    assert word in failure(SourceError, housing(), sql)


def test_bad_sql_is_told_by_its_line_and_not_by_the_binds_beside_it(housing: Make) -> None:
    """The server quotes the SQL from the fault on, where the values of binds stand."""
    message = failure(SourceError, housing(), "SELECT 1 AS a\nFROM seq_1_to_2\nWHERE seq ILIKE :a", a=SECRET)
    assert "people.sql fails at line 3: " in message


def test_an_error_that_may_quote_a_row_is_told_by_its_code_alone(housing: Make) -> None:
    """Conversions quote the value that they could not convert."""
    message = failure(
        SourceError, housing(), "SELECT extractvalue('<a/>', :value) AS x", value=f"/a[{SECRET}"
    )
    assert "people.sql fails with error 1105; its text is withheld" in message
    message = failure(SourceError, housing(), "SELECT (SELECT :value UNION SELECT 'b') AS x", value=SECRET)
    assert "people.sql fails with error 1242; its text is withheld" in message


@pytest.mark.parametrize("changed", [{"password": SECRET}, {"username": "nobody", "password": SECRET}])
def test_a_refused_login_is_a_fault_of_the_page_and_tells_no_password(housing: Make, changed) -> None:
    """Tried again it would lock the account."""
    message = failure(ConfigError, housing(**changed))
    assert f"refused the login of {changed.get('username', 'reader')} (1045). Check user" in message


def test_an_unknown_database_is_a_fault_of_the_page(housing: Make) -> None:
    """It will not appear by waiting."""
    assert "/nope, or reader may not use it" in failure(ConfigError, housing(database="nope"))


@pytest.mark.parametrize("changed", [{"port": 9}, {"host": "no-such-host.invalid"}], ids=str)
def test_a_server_that_cannot_be_reached_is_tried_again(housing: Make, changed) -> None:
    """It may be restarting; the message says what to check if it is not."""
    message = failure(TransientError, housing(**changed, connect_timeout=2))
    assert "cannot be reached or broke off" in message


@pytest.mark.parametrize("tls", ["required", "verify"])
def test_tls_that_the_server_does_not_offer_is_a_fault_of_the_page(housing: Make, tls: str) -> None:
    """Waiting gives the server no certificate, and going on without would tell the rows to the network."""
    assert "does not offer the TLS that tls on the page asks for" in failure(ConfigError, housing(tls=tls))


def test_tls_is_used_and_its_certificate_checked_where_the_page_says_so(
    housing: Make, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A switch that did nothing would look the same from outside."""
    if not installed():
        pytest.skip("NOT TESTED AGAINST MARIADB: no mariadbd on this machine (Debian: mariadb-server)")
    shared = (
        Path("/tmp") / f"campus-certificate-{free_port()}.pem"
    )  # the server's user may not look into pytest's
    shared.write_bytes(certificate.read_bytes())
    shared.chmod(0o644)
    try:
        with mariadb_server(f"--ssl-cert={shared}", f"--ssl-key={shared}") as server:
            page = {"port": server.port, "password": server.password}
            sql = "SELECT variable_value AS v FROM information_schema.session_status WHERE variable_name = :n"
            (batch,) = stream(housing(**page, tls="required"), sql, n="SSL_CIPHER")
            assert batch.to_pylist()[0]["v"]
            assert "shows a certificate that is not trusted" in failure(
                ConfigError, housing(**page, tls="verify")
            )
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            assert list(stream(housing(**page, tls="verify"), sql, n="SSL_CIPHER"))
    finally:
        shared.unlink()


def test_a_connection_that_breaks_between_rows_is_tried_again(housing: Make, mariadb: MariaDb) -> None:
    """A restart of the server in the middle of an extract passes by itself."""
    batches = stream(housing(), MANY)
    next(batches)
    with mariadb.admin() as admin, admin.cursor() as cursor:
        cursor.execute("KILL USER reader")
    with pytest.raises(TransientError, match=r"^housing-sandbox: .* broke off while people\.sql ran"):
        list(batches)


def test_a_server_that_falls_silent_is_given_up(housing: Make) -> None:
    """A lost network says nothing: without a limit the run would hang until somebody looks."""
    message = failure(TransientError, housing(call_timeout=1), "SELECT sleep(30)")
    assert "broke off while people.sql ran (2013)" in message


def test_an_abandoned_stream_gives_its_connection_back_at_once(housing: Make, mariadb: MariaDb) -> None:
    """The driver would first fetch every row that nobody wants, half a gigabyte here."""
    batches = stream(housing(), MANY)
    next(batches)
    batches.close()
    with mariadb.admin() as admin, admin.cursor() as cursor:
        for _ in range(200):
            cursor.execute("SELECT count(*) FROM information_schema.processlist WHERE user = 'reader'")
            if (left := cursor.fetchone()) == (0,):
                break
            time.sleep(0.02)
    assert left == (0,)
