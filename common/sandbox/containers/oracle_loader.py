"""The role that loads the campus into a real Oracle: schema, tables, rows, and users who may read them.

It has never run against an Oracle server: none could be had where it was written. What is known: its statements
parse as Oracle's, no name in them is a reserved word, and the real driver sends every row of every table as it is,
which the stand-in received.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

import oracledb

from common.connectors.database.oracle import Oracle
from common.connectors.database.oracle_address import Address
from common.errors import ConfigError, SourceError, TransientError
from common.sandbox.campus import OWNER, TABLES, Campus
from common.sandbox.containers.waiting import awaited
from common.sandbox.systems import Endpoint

__all__ = ["SERVICE", "insert_rows", "load_oracle", "owner_statements", "reader_statements"]

logger = logging.getLogger(__name__)

SERVICE = "FREEPDB1"
"""The pluggable database that Oracle Free comes with."""

ADMINISTRATOR = "SYSTEM"
NO_SUCH_USER = "ORA-01918"
PLAIN_NAME = re.compile(r"[A-Za-z]\w{0,127}", re.ASCII)
ROWS_AT_ONCE = 10_000


def load_oracle(
    at: Endpoint, *, password: str, campus: Campus, readers: Mapping[str, str], patience: float
) -> None:
    """Puts the campus into the database; nothing of an earlier load stays.

    ``password`` is SYSTEM's, ``readers`` has the password of every user who may read the campus. Raises
    TransientError if the database has not answered after ``patience`` seconds, ConfigError for a refused login,
    SourceError for a statement that it refuses.
    """
    where = f"Oracle at {at.host}:{at.port}"
    server = Oracle(
        name="oracle",
        address=Address(host=at.host, port=at.port, service_name=SERVICE),
        username=ADMINISTRATOR,
        password=password,
    )
    awaited(lambda: _answer(server), where, patience)
    try:
        with (
            oracledb.connect(
                user=ADMINISTRATOR, password=password, host=at.host, port=at.port, service_name=SERVICE
            ) as connection,
            connection.cursor() as cursor,
        ):
            for user in (OWNER, *readers):
                _drop(cursor, user)
            for statement in owner_statements():
                cursor.execute(statement)
            insert_rows(cursor, campus)
            connection.commit()
            for user, secret in readers.items():
                for statement in reader_statements(user, secret):
                    cursor.execute(statement)
    except oracledb.Error as error:
        raise SourceError(f"{where} refuses to be loaded: {str(error).splitlines()[0]}") from None


def owner_statements() -> Iterator[str]:
    """The campus's schema and its tables; the rest of the session is the schema's."""
    yield f"CREATE USER {OWNER} NO AUTHENTICATION DEFAULT TABLESPACE USERS QUOTA UNLIMITED ON USERS"
    yield f"ALTER SESSION SET CURRENT_SCHEMA = {OWNER}"
    # lengths are PeopleSoft's: characters, or a name with accents would not fit
    yield "ALTER SESSION SET NLS_LENGTH_SEMANTICS = CHAR"
    for table in TABLES.values():
        yield table.ddl


def insert_rows(cursor: oracledb.Cursor, campus: Campus) -> None:
    """Sends all rows as Arrow, in batches; the caller commits."""
    for name, rows in campus.tables.items():
        columns = rows.schema.names
        binds = ", ".join(f":{number}" for number, _ in enumerate(columns, 1))
        statement = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({binds})"  # noqa: S608 - our own names
        cursor.executemany(statement, rows, batch_size=ROWS_AT_ONCE)
        logger.info("inserted table=%s rows=%d", name, rows.num_rows)


def reader_statements(user: str, password: str) -> Iterator[str]:
    """A user who finds every table by its bare name and may read it, no more.

    Raises ConfigError for what Oracle takes only in quotes, or not at all.
    """
    if not PLAIN_NAME.fullmatch(user):
        raise ConfigError(f"The page's username {user} is no plain name of Oracle: letters, digits and _.")
    if '"' in password:
        raise ConfigError(f"The password of {user} has a double quote in it, which Oracle does not take.")
    yield f'CREATE USER {user} IDENTIFIED BY "{password}"'
    yield f"GRANT CREATE SESSION TO {user}"
    for table in TABLES:
        yield f"GRANT SELECT ON {OWNER}.{table} TO {user}"
        yield f"CREATE SYNONYM {user}.{table} FOR {OWNER}.{table}"


def _answer(server: Oracle) -> bool | None:
    try:
        server.probe()
    except TransientError:
        return None
    return True


def _drop(cursor: Any, user: str) -> None:
    try:
        cursor.execute(f"DROP USER {user} CASCADE")
    except oracledb.DatabaseError as error:
        if error.args[0].full_code != NO_SUCH_USER:
            raise
