"""Snowflake's protocol, against fakesnow. Snowflake itself is not to be had: not tested against it.

Nor is a load with a key: fakesnow does not copy files into a temporary table.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from common.connectors.database.snowflake import Snowflake
from common.connectors.database.target import Loaded
from common.errors import ConfigError, SourceError, TransientError
from common.query import Change, Query
from tests.common.connectors.database.loads import SECRET, batch, load_of, person
from tests.servers.process import HOST, free_port
from tests.servers.snowflake import fake_snowflake, why_not

Make: TypeAlias = Callable[..., Snowflake]

KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"opens")).decode()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """fakesnow's port."""
    if reason := why_not():
        pytest.skip(f"NOT TESTED AGAINST FAKESNOW: {reason}")
    with fake_snowflake(tmp_path_factory.mktemp("fakesnow")) as port:
        yield port


@pytest.fixture
def lake(port: int) -> Make:
    """Makes connectors to fakesnow, with these parts of its page changed."""

    def make(**changed: Any) -> Snowflake:
        page = {
            "name": "lake-sandbox",
            "account": "fakesnow",
            "username": "flows",
            "password": "any",
            "database": "campus",
            "schema": "people",
            "address": (HOST, port, "http"),
        }
        return Snowflake(**(page | changed))

    return make


@pytest.fixture
def people(lake: Make) -> Snowflake:
    """A connector beside an empty table of people."""
    source = lake()
    with source._connected(None) as connection:  # type: ignore[arg-type] - a table is not made by a flow
        connection.cursor().execute(
            "CREATE OR REPLACE TABLE people (id VARCHAR(9) PRIMARY KEY, name VARCHAR NOT NULL, units NUMBER(8), "
            "fee NUMBER(10,2), born DATE, seen TIMESTAMP_NTZ(6), active BOOLEAN, gpa FLOAT)"
        )
    return source


def rows(
    source: Snowflake, sql: str = "SELECT * FROM people ORDER BY id", size: int = 1000, **binds
) -> list[dict]:
    return pa.Table.from_batches(source.stream(Query("people.sql", sql, binds), size)).to_pylist()


def test_every_type_of_a_contract_goes_in_and_out_exactly(people: Snowflake, tmp_path: Path) -> None:
    """Digits of a decimal, a leading zero and a microsecond must not change on the way."""
    assert people.load([batch(person("001")), batch(person("002"))], load_of(tmp_path)) == Loaded(2)
    assert rows(people) == [person("001"), person("002")]


def test_rows_come_in_batches_and_an_empty_result_has_its_columns(people: Snowflake, tmp_path: Path) -> None:
    """Without them a contract could not tell an empty result from a wrong query."""
    people.load([batch(*(person(f"{n}") for n in range(5)))], load_of(tmp_path))
    query = Query("people.sql", "SELECT id, fee FROM people")
    assert [b.num_rows for b in people.stream(query, 2)] == [2, 2, 1]
    (empty,) = people.stream(Query("people.sql", "SELECT id, fee FROM people WHERE 1 = 0"), 2)
    assert (empty.num_rows, empty.schema.names) == (0, ["id", "fee"])


@pytest.mark.parametrize("value", ["O'Brien", "100%s ?", "a:b :value", "two\nlines", "é𝄞"])
def test_a_bind_arrives_as_it_is(lake: Make, value: str) -> None:
    """Binds go by their place, and what only looks like one is none."""
    sql = "SELECT :value AS v, ':value ?' AS s, :n - 1 AS n -- :value"
    assert rows(lake(), sql, value=value, n=-3) == [{"v": value, "s": ":value ?", "n": -4}]


def test_a_replaced_table_holds_the_load_and_nothing_else(people: Snowflake, tmp_path: Path) -> None:
    """Run twice it must leave the same rows."""
    people.load([batch(person("001"))], load_of(tmp_path))
    for _ in range(2):
        assert people.load([batch(person("003"))], load_of(tmp_path, "replace")) == Loaded(1)
        assert [r["id"] for r in rows(people)] == ["003"]


def test_a_source_that_breaks_off_leaves_the_table_as_it_was(people: Snowflake, tmp_path: Path) -> None:
    """It must not empty the receiver."""

    def broken() -> Iterator[pa.RecordBatch]:
        yield batch(person("002"))
        raise SourceError("it broke off")

    people.load([batch(person("001"))], load_of(tmp_path))
    with pytest.raises(SourceError, match="it broke off"):
        people.load(broken(), load_of(tmp_path, "replace"))
    assert [r["id"] for r in rows(people)] == ["001"]


def test_a_statement_is_committed(people: Snowflake, tmp_path: Path) -> None:
    """Its binds are values."""
    people.load([batch(person("001"))], load_of(tmp_path))
    assert people.execute(Change("raise.sql", "UPDATE people SET fee = fee + :more", {"more": 1})) == 1
    assert rows(people)[0]["fee"] == Decimal("4.10")


def test_a_refused_query_is_told_without_a_value(lake: Make) -> None:
    """Names help; a value that could not be converted belongs to a person."""
    with pytest.raises(SourceError, match=r"^lake-sandbox: people\.sql fails \(2003\): .*NOPE"):
        rows(lake(), "SELECT 1 AS a FROM nope")
    with pytest.raises(SourceError, match="its text is withheld") as caught:
        rows(lake(), "SELECT CAST(:value AS NUMBER) AS x", value=SECRET)
    assert SECRET not in str(caught.value)


def test_a_key_logs_in_and_one_that_does_not_open_is_a_fault_of_the_page(lake: Make) -> None:
    """fakesnow lets everybody in: what is tried is that the driver takes the key."""
    told: list[str] = []
    assert lake(password=None, private_key=PEM, passphrase="opens").probe(told.append) == ""
    assert told == ["login", "query"]
    for wrong in (
        {"private_key": PEM, "passphrase": "wrong"},
        {"private_key": PEM},
        {"private_key": "nonsense"},
    ):
        with pytest.raises(
            ConfigError, match="private_key on the page is no private key in PEM, or its passphrase"
        ):
            lake(**wrong)


def test_a_server_that_cannot_be_reached_is_tried_again(lake: Make) -> None:
    """The network may be down."""
    source = lake(address=(HOST, free_port(), "http"), connect_timeout=2)
    with pytest.raises(TransientError, match=r"^lake-sandbox: fakesnow/campus\.people cannot be reached"):
        source.probe()
