"""One stand-in for all tests of this folder, and connections of the real driver to it."""

# ruff: noqa: S608 - these tests are made of SQL

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import oracledb
import pytest

from common.sandbox.oracle import Database, Server, User


def at(text: str) -> datetime:
    """A moment as a database holds it: without a zone."""
    return datetime.fromisoformat(text)


PASSWORD = "secret"
NOW = at("2026-09-01 10:11:12")
STUDENTS = """
    CREATE TABLE STUDENTS (
        PIDM NUMBER(8) NOT NULL PRIMARY KEY,
        ID VARCHAR2(9 CHAR) NOT NULL,
        LAST_NAME VARCHAR2(60),
        GPA NUMBER(4,3),
        BALANCE NUMBER(12,2),
        ANY_NUMBER NUMBER,
        BIRTH_DATE DATE,
        ACTIVITY TIMESTAMP(6),
        SEEN TIMESTAMP WITH TIME ZONE,
        FLAG CHAR(3),
        RATIO BINARY_DOUBLE,
        NATIVE_NAME NVARCHAR2(20),
        CARD RAW(8)
    )"""
EFFECTIVE = """
    CREATE TABLE PS_ACAD_PROG (
        EMPLID VARCHAR2(11) NOT NULL,
        ACAD_CAREER VARCHAR2(4) NOT NULL,
        EFFDT DATE NOT NULL,
        EFFSEQ NUMBER(3) NOT NULL,
        PROG_STATUS VARCHAR2(4) NOT NULL,
        ACAD_PROG VARCHAR2(5) NOT NULL
    )"""
PROGRAMS = [
    ("0001", "UGRD", at("2020-08-01"), 0, "AC", "ARTS"),
    ("0001", "UGRD", at("2022-08-01"), 0, "AC", "SCI"),
    ("0001", "UGRD", at("2022-08-01"), 1, "LA", "SCI"),
    ("0001", "GRAD", at("2024-08-01"), 0, "AC", " "),
    ("0002", "UGRD", at("2021-08-01"), 0, "AC", "ENGR"),
    ("0002", "UGRD", at("2030-08-01"), 0, "CM", "ENGR"),
]


@dataclass(frozen=True)
class Running:
    """A started server with one database."""

    server: Server
    database: Database

    def connect(self, user: str = "SIS", password: str = PASSWORD, **options: Any) -> oracledb.Connection:
        """A connection by the real driver, in thin mode."""
        dsn = options.pop("dsn", f"127.0.0.1:{self.server.port}/CAMPUS")
        return oracledb.connect(user=user, password=password, dsn=dsn, **options)


@pytest.fixture(scope="package")
def oracle() -> Iterator[Running]:
    """The stand-in: user SIS with tables of its own, and READER who looks into the schema of SIS."""
    database = Database(clock=lambda: NOW)
    database.create_table("SIS", STUDENTS)
    database.create_table("SIS", EFFECTIVE)
    users = {"SIS": PASSWORD, "READER": User("pass wörd", schema="SIS")}
    with Server({"CAMPUS": database}, users) as server:
        running = Running(server, database)
        with running.connect() as connection, connection.cursor() as cursor:
            cursor.executemany("INSERT INTO PS_ACAD_PROG VALUES (:1, :2, :3, :4, :5, :6)", PROGRAMS)
            connection.commit()
        yield running
    database.close()


@pytest.fixture
def connection(oracle: Running) -> Iterator[oracledb.Connection]:
    """A connection whose changes are rolled back."""
    oracle.server.faults.clear()
    with oracle.connect() as connection:
        yield connection
        connection.call_timeout = 0


@pytest.fixture
def cursor(connection: oracledb.Connection) -> Iterator[oracledb.Cursor]:
    """A cursor of that connection."""
    with connection.cursor() as cursor:
        yield cursor


@pytest.fixture
def value(cursor: oracledb.Cursor) -> Callable[..., Any]:
    """Evaluates one expression: ``value("1 + 1")``."""

    def evaluate(expression: str, **binds: Any) -> Any:
        cursor.execute(f"SELECT {expression} FROM DUAL", binds)
        return cursor.fetchone()[0]

    return evaluate


@pytest.fixture
def rows(cursor: oracledb.Cursor) -> Callable[..., list[Any]]:
    """Runs a query; the rows, or the values if there is one column."""

    def run(sql: str, **binds: Any) -> list[Any]:
        cursor.execute(sql, binds)
        found = cursor.fetchall()
        return [row[0] for row in found] if len(cursor.description) == 1 else found

    return run


@pytest.fixture
def failure(cursor: oracledb.Cursor) -> Callable[..., Any]:
    """Runs a statement that has to fail; the driver's error object."""

    def run(sql: str, **binds: Any) -> Any:
        with pytest.raises(oracledb.Error) as caught:
            cursor.execute(sql, binds).fetchall()
        return caught.value.args[0]

    return run
