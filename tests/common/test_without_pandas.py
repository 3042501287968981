"""What a run does without pandas, which takes a second and 25 to 40 MB to load: everything but shaping with it.

pyarrow loads it by itself at many a place, so each of these runs is a process of its own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL

from common.sandbox.oracle import Database, Server, User
from tests.common.connectors.database.people import DDL, PASSWORD, PEOPLE
from tests.conftest import Sandbox
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.slow  # 15 s: each run is a process of its own

# every rule and every format of a contract, and values that put them to work without breaking them
WRITERS = """
import json
import sys
from importlib import import_module
from pathlib import Path

from lxml.builder import E

from common.batches import Batches
from common.contract import Column, Contract
from common.files import write_csv, write_fixed_width, write_jsonl, write_xml, zipped
from common.query import Query

module, source, page, sql, folder = json.loads(sys.argv[1])
if "address" in page:
    from common.connectors.database.oracle_address import Address
    page["address"] = Address(**page["address"])
source = getattr(import_module("common.connectors.database." + module), source)(name="warehouse", **page)
query = Query("people.sql", sql)
people = Contract(
    "people",
    (
        Column("emplid", pattern="[0-9]{3}", max_length=3, header="ID-No"),
        Column("units", "integer", format="05", max_length=5, required=False),
        Column("fee", "decimal(8,2)", max_length=8, required=False),
        Column("born", "date", format="%m/%d/%Y", max_length=10),
        Column("seen", "timestamp", max_length=19, required=False),
        Column("flag", one_of=("Y  ", "N  "), max_length=3),
        Column("gpa", "float", max_length=8, required=False),
        Column("note", max_length=18, required=False, personal=True),
        Column("enrolled", "boolean", format="Y/N", max_length=1),
        Column("nothing", max_length=1, required=False),
    ),
    key=("emplid", "flag"),
)
rows = Batches(query.name, lambda: source.stream(query, 1000))
folder = Path(folder)
parcels = [
    write_csv(rows, people, folder / "minimal.csv", delimiter="-", encoding="latin-1"),
    write_csv(rows, people, folder / "all.csv", quoting="all", line_end="\\n"),
    write_fixed_width(rows, people, folder / "people.txt", encoding="latin-1"),
    write_jsonl(rows, people, folder / "people.jsonl"),
    zipped(write_xml(rows, people, folder / "people.xml", root="people", element=lambda row: E.row(row["emplid"]))),
]
print(len(parcels), *{parcel.rows for parcel in parcels}, "pandas" in sys.modules)
"""
FROM_ORACLE = """SELECT EMPLID, UNITS, FEE, BORN, SEEN, FLAG, GPA, NOTE, ' ' AS NOTHING,
    CASE WHEN UNITS IS NULL THEN 0 ELSE 1 END AS ENROLLED FROM PS_PEOPLE"""
FROM_POSTGRES = """SELECT '001' AS EMPLID, 7 AS UNITS, CAST(3.10 AS NUMERIC(10, 2)) AS FEE,
    DATE '2026-09-01' AS BORN, CAST('2026-09-01 01:02:03.5+00' AS TIMESTAMP WITH TIME ZONE) AS SEEN,
    'Y  ' AS FLAG, CAST(3.25 AS DOUBLE PRECISION) AS GPA, 'Ångström-900000001' AS NOTE,
    ' ' AS NOTHING, 1 = 1 AS ENROLLED"""

RUN = """
import sys
from pathlib import Path

from common import Column, Contract, campus_flow, deliver, extract, write_csv

SQL = Path(__file__).with_suffix(".sql")
PEOPLE = Contract("people", (Column("emplid", pattern="[0-9]+", personal=True), Column("name")), key=("emplid",))


@campus_flow(source="warehouse", sink="permits-sftp", contact="parking-it@campus.example")
def people_to_permits():
    file = write_csv(extract("warehouse", SQL), PEOPLE, "people.csv")
    return deliver(file, to="permits-sftp", path="people.csv")


print(people_to_permits().rows, "pandas" in sys.modules)
"""


def printed_by(program: Path, *arguments: object, **environment: str) -> list[str]:
    """The last line that a program prints, in words."""
    command = [sys.executable, program, *map(str, arguments)]
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": root} | environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split()


def test_oracles_rows_reach_files_of_every_format(tmp_path: Path) -> None:
    """One constant in a compute function is enough to load it."""
    database = Database()
    database.create_table("SYSADM", DDL)
    database.load("SYSADM", "PS_PEOPLE", PEOPLE)
    (program := tmp_path / "writers.py").write_text(WRITERS)
    with Server({"CAMPUS": database}, {"SIS": User(PASSWORD, schema="SYSADM")}) as server:
        address = {"host": server.host, "port": server.port, "service_name": "CAMPUS"}
        page = {"address": address, "username": "SIS", "password": PASSWORD}
        job = ("oracle", "Oracle", page, FROM_ORACLE, str(tmp_path))
        assert printed_by(program, json.dumps(job)) == ["5", "2", "False"]


def test_postgresqls_rows_reach_files_of_every_format(postgres: Postgres, tmp_path: Path) -> None:
    """ADBC's own dbapi module would load it."""
    names = ("host", "port", "database", "username", "password")
    page = {name: getattr(postgres, name) for name in names}
    (program := tmp_path / "writers.py").write_text(WRITERS)
    job = ("postgres", "Postgres", page, FROM_POSTGRES, str(tmp_path))
    assert printed_by(program, json.dumps(job)) == ["5", "1", "False"]


def test_a_flow_that_does_not_shape_its_rows_is_done_before_pandas_would_be_loaded(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Each run is a new container: whatever a library loads on the way is paid for every night."""
    (program := tmp_path / "people_to_permits.py").write_text(RUN)
    program.with_suffix(".sql").write_text("SELECT emplid, emplid || ',' AS name FROM ps_person")
    people = len(sandbox.campus.tables["PS_PERSON"])
    assert printed_by(program, PREFECT_API_URL=PREFECT_API_URL.value()) == [str(people), "False"]
    assert sandbox.received("permits-sftp").keys() == {"import/people.csv"}
