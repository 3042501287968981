"""A million rows into PostgreSQL and out again, in a process of its own whose memory is looked at."""

import subprocess
import sys
from typing import Any

import psycopg
import pytest

from tests.servers.postgres import Postgres

ROUND_TRIP = """
import resource, sys
from pathlib import Path
import pyarrow as pa
from common.connectors.database.postgres import Postgres
from common.connectors.database.target import Load
from common.query import Query

host, port, database, mode, rows, folder = sys.argv[1:]
mirror = Postgres(name="x", host=host, port=int(port), database=database, username="postgres")
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
sql = (
    "SELECT i::text AS id, md5(i::text) AS name, i AS units, i / 100.0 AS fee, date '2026-09-01' + i % 365 AS born,"
    " i % 2 = 0 AS active FROM generate_series(1, :rows) AS i"
)
kinds = pa.schema({
    "id": pa.string(), "name": pa.string(), "units": pa.int64(), "fee": pa.decimal128(12, 2), "born": pa.date32(),
    "active": pa.bool_(),
})

def batches(count):
    for batch in mirror.stream(Query("many.sql", sql, {"rows": count}), 16384):
        arrays = [column.cast(kind) for column, kind in zip(batch.columns, kinds.types)]
        yield pa.RecordBatch.from_arrays(arrays, schema=kinds)

load = Load("many", kinds, mode, Path(folder) / "rejects.csv", ("id",) if mode == "upsert" else ())
mirror.load(batches(50_000), load)
before = peak()
loaded = mirror.load(batches(int(rows)), load)
out = sum(batch.num_rows for batch in mirror.stream(Query("out.sql", "SELECT * FROM many"), 16384))
print(loaded.rows, out, peak() - before)
"""


@pytest.mark.slow  # 10 to 40 s: a million rows through a real server, twice
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", ["replace", "upsert"])
def test_memory_is_flat_over_a_million_rows(postgres: Postgres, tmp_path: Any, mode: str) -> None:
    """Prevents a load that works in tests and takes a worker down at night."""
    rows = 1_000_000
    program = [sys.executable, "-c", ROUND_TRIP, postgres.host, str(postgres.port), postgres.database]
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute(
            "CREATE TABLE many (id varchar(9) PRIMARY KEY, name varchar(32), units integer, fee numeric(12,2),"
            " born date, active boolean)"
        )
        try:
            done = subprocess.run(
                [*program, mode, str(rows), str(tmp_path)], check=True, capture_output=True, text=True
            )
            expected = "SELECT count(*), sum(fee), sum(units) FROM many"
            assert admin.execute(expected).fetchone() == (
                rows,
                sum(range(rows + 1)) / 100,
                sum(range(rows + 1)),
            )
        finally:
            admin.execute("DROP TABLE many")
    loaded, out, grown = map(int, done.stdout.split())
    assert (loaded, out) == (rows, rows)
    assert grown < 40
