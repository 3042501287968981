"""MySQL's protocol, against a real MariaDB: exact types, and binds as literals."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeAlias

import pyarrow as pa
import pytest

from common.batches import Batches
from common.connectors.database.mysql import MySql
from common.contract import Column, Contract
from common.errors import SourceError
from common.query import Query
from tests.servers.mariadb import MariaDb

Make: TypeAlias = Callable[..., MySql]

DDL = """CREATE OR REPLACE TABLE residents (Emplid CHAR(11), name VARCHAR(60), fee DECIMAL(10,2), wide DECIMAL(60,3),
    born DATE, seen DATETIME(6), zoned TIMESTAMP(6) NULL, active TINYINT(1), nights SMALLINT UNSIGNED,
    big BIGINT UNSIGNED, gpa DOUBLE, flag BIT(1), photo BLOB, note JSON, wakes TIME, kind ENUM('hall', 'flat'))"""
ROW = """INSERT INTO residents VALUES ('007', 'Ångström 𝄞', 3.10, 12345678901234567890123456789012345678901234567890.125,
    '2026-09-01', '2026-09-01 13:05:07.123456', '2026-09-01 03:05:00', 1, 65535, 18446744073709551615, 3.25,
    b'1', X'00FF27', '{"room": 7}', '08:30:00', 'hall')"""


@pytest.fixture
def residents(mariadb: MariaDb) -> None:
    """A table of one row with every common type."""
    with mariadb.admin() as connection, connection.cursor() as cursor:
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute(DDL)
        cursor.execute(ROW)


def stream(source: MySql, sql: str, rows: int = 1000, **binds) -> Iterator[pa.RecordBatch]:
    return source.stream(Query("people.sql", sql, binds), rows)


def table(source: MySql, sql: str, **binds) -> pa.Table:
    return pa.Table.from_batches(stream(source, sql, **binds))


@pytest.mark.usefixtures("residents")
def test_every_common_type_arrives_exactly(housing: Make) -> None:
    """Digits of a DECIMAL, a leading zero, a microsecond or a byte must not change on the way."""
    assert table(housing(), "SELECT * FROM residents").to_pylist() == [
        {
            "emplid": "007",
            "name": "Ångström 𝄞",
            "fee": Decimal("3.10"),
            "wide": Decimal("12345678901234567890123456789012345678901234567890.125"),
            "born": date(2026, 9, 1),
            "seen": datetime.fromisoformat("2026-09-01T13:05:07.123456"),
            "zoned": datetime(2026, 9, 1, 3, 5, tzinfo=UTC),
            "active": 1,
            "nights": 65535,
            "big": 18446744073709551615,
            "gpa": 3.25,
            "flag": 1,
            "photo": b"\x00\xff'",
            "note": '{"room": 7}',
            "wakes": "08:30:00",
            "kind": "hall",
        }
    ]


@pytest.mark.usefixtures("residents")
def test_an_empty_result_has_the_same_columns_and_types(housing: Make) -> None:
    """Without them a contract could not tell an empty result from a wrong query."""
    full, empty = (table(housing(), "SELECT * FROM residents WHERE 1 = :n", n=n) for n in (1, 0))
    assert empty.num_rows == 0
    assert empty.schema == full.schema
    assert full.schema.field("fee").type == pa.decimal128(10, 2)


@pytest.mark.usefixtures("residents")
def test_a_tinyint_is_a_contracts_boolean_or_a_number(housing: Make) -> None:
    """MySQL calls TINYINT(1) a boolean and lets 5 into it: which it is, the contract says."""
    contract = Contract("residents", (Column("active", "boolean"), Column("n", "integer")))
    (batch,) = contract.check(
        Batches("people.sql", lambda: stream(housing(), "SELECT active, active AS n FROM residents"))
    )
    assert batch.to_pylist() == [{"active": True, "n": 1}]


@pytest.mark.parametrize("value", ["0000-00-00", "2026-00-01"])
@pytest.mark.parametrize("kind", ["DATE", "DATETIME"])
def test_a_zero_date_is_refused_with_what_to_do(
    housing: Make, mariadb: MariaDb, value: str, kind: str
) -> None:
    """As null it would be a person without a birthday, as text it would break the file's format."""
    with mariadb.admin() as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = ''")
        cursor.execute(f"CREATE OR REPLACE TABLE zero (d {kind})")
        cursor.execute("INSERT INTO zero VALUES (%s)", (value,))
    with pytest.raises(SourceError, match=r"people\.sql gives a date whose .* by NULLIF"):
        table(housing(), "SELECT d FROM zero")


@pytest.mark.parametrize(
    "value",
    ["O'Brien", "100%s %(x)s", "a:b :as_of", 'say "x"', "back\\slash\\'", "two\nlines", "; --", "", "é𝄞"],
)
def test_a_text_bind_arrives_as_it_is(housing: Make, value: str) -> None:
    """Binds are written into the SQL, where a quote, a backslash or a percent sign could become something else."""
    sql = "SELECT :value AS v, ':value' AS s, 'a\\' || '%' AS \"p:q\" -- :value"
    assert table(housing(), sql, value=value).to_pylist() == [{"v": value, "s": ":value", "p:q": "a\\%"}]


def test_binds_of_every_type_are_compared_as_that_type(housing: Make) -> None:
    """A day as text, or a negative number after a minus, would be another query."""
    (row,) = table(
        housing(),
        """SELECT 5 -:less AS n, datediff(:day, '2026-08-31') AS days, :moment > '2026-09-01' AS later,
                  :nothing IS NULL AS missing, :fee + 0.05 AS fee, 'a' IN (:list_a, :list_b) AS listed""",
        less=-3,
        day=date(2026, 9, 1),
        moment=datetime.fromisoformat("2026-09-01T00:00:01"),
        nothing=None,
        fee=Decimal("3.10"),
        list_a="a",
        list_b="b",
    ).to_pylist()
    assert row == {"n": 8, "days": 1, "later": 1, "missing": 1, "fee": Decimal("3.15"), "listed": 1}


def test_rows_come_in_batches_of_the_size_asked_for(housing: Make) -> None:
    """One large batch would be the whole result in memory."""
    sizes = [b.num_rows for b in stream(housing(), "SELECT seq FROM seq_1_to_2500", 1000)]
    assert sizes == [1000, 1000, 500]


MANY = """
import resource, sys
from common.connectors.database.mysql import MySql
from common.query import Query

host, port, database, username, password = sys.argv[1:]
source = MySql(
    name="x", host=host, port=int(port), database=database, username=username, password=password, tls="disabled")
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
stream = lambda n: source.stream(
    Query("many.sql", f"SELECT seq, md5(seq) AS h, repeat('x', 3000) AS r FROM seq_1_to_{n}"), 2000)
list(stream(5000))
before = peak()
print(sum(batch.num_rows for batch in stream(20000)), peak() - before)
"""


@pytest.mark.slow  # several seconds: so many rows that memory would show them
def test_memory_is_flat_over_many_rows(mariadb: MariaDb) -> None:
    """The result is 60 MB, and more as Python's values: gathered anywhere on its way it would show."""
    server = (mariadb.host, str(mariadb.port), mariadb.database, mariadb.reader, mariadb.password)
    done = subprocess.run([sys.executable, "-c", MANY, *server], check=True, capture_output=True, text=True)
    rows, grown = map(int, done.stdout.split())
    assert rows == 20_000
    assert grown < 40
