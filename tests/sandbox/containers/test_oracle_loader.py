"""The loader of a real Oracle, without one: its statements are Oracle's, and the real driver sends every row."""

import re
from collections.abc import Iterator
from pathlib import Path

import oracledb
import pyarrow as pa
import pytest
import sqlglot
from sqlglot import exp

from common.errors import ConfigError, TransientError
from common.sandbox.campus import OWNER, TABLES, Campus, build_campus
from common.sandbox.containers import oracle_loader
from common.sandbox.containers.oracle_loader import insert_rows, owner_statements, reader_statements
from common.sandbox.oracle import Database, Server
from common.sandbox.systems import Endpoint
from tests.servers.process import free_port

FLOWS = Path(__file__).parents[3] / "flows"
READER, PASSWORD = "campus_reader", "pass-4711"
EVERY_TABLE = pytest.mark.parametrize("name", TABLES)
# Oracle's SQL Language Reference, "Oracle SQL Reserved Words": no table or column may be called so
RESERVED = """
ACCESS ADD ALL ALTER AND ANY AS ASC AUDIT BETWEEN BY CHAR CHECK CLUSTER COLUMN COLUMN_VALUE COMMENT COMPRESS
CONNECT CREATE CURRENT DATE DECIMAL DEFAULT DELETE DESC DISTINCT DROP ELSE EXCLUSIVE EXISTS FILE FLOAT FOR FROM
GRANT GROUP HAVING IDENTIFIED IMMEDIATE IN INCREMENT INDEX INITIAL INSERT INTEGER INTERSECT INTO IS LEVEL LIKE
LOCK LONG MAXEXTENTS MINUS MLSLABEL MODE MODIFY NESTED_TABLE_ID NOAUDIT NOCOMPRESS NOT NOWAIT NULL NUMBER OF
OFFLINE ON ONLINE OPTION OR ORDER PCTFREE PRIOR PUBLIC RAW RENAME RESOURCE REVOKE ROW ROWID ROWNUM ROWS SELECT
SESSION SET SHARE SIZE SMALLINT START SUCCESSFUL SYNONYM SYSDATE TABLE THEN TO TRIGGER UID UNION UNIQUE UPDATE
USER VALIDATE VALUES VARCHAR VARCHAR2 VIEW WHENEVER WHERE WITH
"""


@pytest.fixture(scope="module")
def campus() -> Campus:
    return build_campus(people=200)


@pytest.fixture(scope="module")
def loaded(campus: Campus) -> Iterator[oracledb.Connection]:
    """The stand-in after it was sent the tables and rows, by the real driver; logged in as their owner."""
    database = Database()
    with (
        Server({"CAMPUS": database}, {OWNER: "x"}) as server,
        oracledb.connect(user=OWNER, password="x", dsn=f"127.0.0.1:{server.port}/CAMPUS") as connection,
    ):
        with connection.cursor() as cursor:
            for statement in owner_statements():
                if statement.startswith("CREATE TABLE"):
                    cursor.execute(statement)
            insert_rows(cursor, campus)
        connection.commit()
        yield connection
    database.close()


def test_every_statement_is_oracles() -> None:
    """Prevents a load that ends at a slip of the pen, minutes after the database came up."""
    statements = [*owner_statements(), *reader_statements(READER, PASSWORD)]
    parsed = [sqlglot.parse_one(statement, read="oracle") for statement in statements]
    assert {type(node) for node in parsed} == {exp.Create, exp.Grant, exp.Command}
    # users, sessions and synonyms are beyond sqlglot, which takes them as they come: here they are, by their verbs
    beyond = {statement.split()[1] for statement in statements if statement.split()[0] in ("ALTER", "CREATE")}
    assert beyond == {"USER", "SESSION", "TABLE", "SYNONYM"}
    assert not any(statement.endswith(";") for statement in statements)


def test_the_order_is_one_that_oracle_can_follow() -> None:
    """Prevents tables without a schema, or of bytes where PeopleSoft counts characters."""
    first, second, third, *tables = owner_statements()
    assert first.startswith(f"CREATE USER {OWNER} NO AUTHENTICATION ")
    assert (second, third) == (
        f"ALTER SESSION SET CURRENT_SCHEMA = {OWNER}",
        "ALTER SESSION SET NLS_LENGTH_SEMANTICS = CHAR",
    )
    assert tables == [table.ddl for table in TABLES.values()]


@EVERY_TABLE
def test_the_reader_may_read_every_table_by_its_bare_name(name: str) -> None:
    """Prevents flows that fail with ORA-00942 for the one table that was forgotten."""
    statements = list(reader_statements(READER, PASSWORD))
    assert f"GRANT SELECT ON {OWNER}.{name} TO {READER}" in statements
    assert f"CREATE SYNONYM {READER}.{name} FOR {OWNER}.{name}" in statements


def test_the_reader_may_do_nothing_else() -> None:
    """Prevents a login that can change what it should only read."""
    granted = {
        re.sub(r" ON .*", "", line)
        for line in reader_statements(READER, PASSWORD)
        if line.startswith("GRANT")
    }
    assert granted == {f"GRANT CREATE SESSION TO {READER}", "GRANT SELECT"}


@EVERY_TABLE
def test_no_name_is_reserved(name: str) -> None:
    """Prevents ORA-00904 for a name that the stand-in takes."""
    assert {name, *TABLES[name].schema.names}.isdisjoint(RESERVED.split())


@EVERY_TABLE
def test_the_driver_sends_every_row_as_it_is(name: str, loaded: oracledb.Connection, campus: Campus) -> None:
    """Prevents a type that the driver does not bind, and a value that arrives as another one."""
    arrived = pa.table(loaded.fetch_df_all(f"SELECT * FROM {name}"))  # noqa: S608 - our own names
    assert arrived.schema.names == campus.tables[name].schema.names
    assert arrived.cast(campus.tables[name].schema).equals(campus.tables[name])


@pytest.mark.parametrize(
    ("user", "password"), [("campus reader", "p"), ("1st", "p"), (READER, 'secret"4711')]
)
def test_what_oracle_takes_in_quotes_only_is_refused(user: str, password: str) -> None:
    """Prevents a statement that means something else, and an error that quotes the password."""
    with pytest.raises(ConfigError) as caught:
        list(reader_statements(user, password))
    assert "4711" not in str(caught.value)


def test_a_database_that_does_not_come_up_is_named(campus: Campus) -> None:
    """Prevents a one-shot container that waits for ever."""
    at = Endpoint("127.0.0.1", free_port())
    with pytest.raises(TransientError, match=f"Oracle at 127.0.0.1:{at.port} has not answered for 0 seconds"):
        oracle_loader.load_oracle(at, password="x", campus=campus, readers={}, patience=0)
