"""Connectors to PostgreSQL's and MariaDB's servers and to the Oracle stand-in, as pages would make them."""

from collections.abc import Callable, Iterator

import pytest

from common.connectors.database.mysql import MySql
from common.connectors.database.oracle import Oracle
from common.connectors.database.oracle_address import Address
from common.connectors.database.postgres import Postgres
from common.sandbox.oracle import Database, Fault, Server, User
from tests.common.connectors.database.people import DDL, PASSWORD, PEOPLE
from tests.servers.mariadb import MariaDb
from tests.servers.postgres import Postgres as PostgresServer


@pytest.fixture
def mirror(postgres: PostgresServer) -> Callable[..., Postgres]:
    """Makes connectors to the PostgreSQL server, with these parts of its page changed."""

    def make(**changed) -> Postgres:
        page = {
            "name": "mirror-sandbox",
            "host": postgres.host,
            "port": postgres.port,
            "database": postgres.database,
            "username": postgres.username,
            "password": postgres.password,
        }
        return Postgres(**(page | changed))

    return make


@pytest.fixture(scope="module")
def oracle() -> Iterator[Server]:
    """The stand-in with a table of two people."""
    database = Database()
    database.create_table("SYSADM", DDL)
    database.load("SYSADM", "PS_PEOPLE", PEOPLE)
    with Server({"CAMPUS": database}, {"SIS": User(PASSWORD, schema="SYSADM")}) as running:
        yield running


@pytest.fixture
def warehouse(oracle: Server) -> Callable[..., Oracle]:
    """Makes connectors to the stand-in, with these parts of its page changed."""

    def make(**changed) -> Oracle:
        page = {
            "name": "warehouse-sandbox",
            "username": "SIS",
            "password": PASSWORD,
        }
        place = {"host": oracle.host, "port": oracle.port, "service_name": "CAMPUS"}
        place |= {part: changed.pop(part) for part in list(changed) if part in Address.__slots__}
        return Oracle(**(page | changed), address=Address(**place))

    return make


@pytest.fixture
def fault(oracle: Server) -> Iterator[Callable[..., None]]:
    """Lets the next query go wrong."""
    yield lambda **what: oracle.faults.add(Fault("PS_PEOPLE", **what))
    oracle.faults.clear()


@pytest.fixture
def housing(mariadb: MariaDb) -> Callable[..., MySql]:
    """Makes connectors to the MariaDB server, with these parts of its page changed."""

    def make(**changed) -> MySql:
        page = {
            "name": "housing-sandbox",
            "host": mariadb.host,
            "port": mariadb.port,
            "database": mariadb.database,
            "username": mariadb.reader,
            "password": mariadb.password,
            "tls": "disabled",
        }
        return MySql(**(page | changed))

    return make
