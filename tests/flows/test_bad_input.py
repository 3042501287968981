"""Bad input, one case each: a clear sentence of the right class, nothing at the partner, nothing personal told."""

import logging
import re
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from common import Column, Contract, campus_flow, deliver, extract, write_csv
from common.errors import (
    ConfigError,
    ContractError,
    DataFlowError,
    DeliveryError,
    SourceError,
    TransientError,
)
from common.sandbox.partners import SftpPartner, SftpSystem
from tests.conftest import Sandbox, changed

SECRET_NAME = "Zzyzx-Quillfeather"  # stands for a person's data: must appear in no message and no log

PEOPLE = Contract(
    "people",
    columns=(
        Column("emplid", personal=True, max_length=11),
        Column("last_name", personal=True, max_length=30),
    ),
    key=("emplid",),
)
SELECT = """SELECT emplid, last_name FROM ps_names n WHERE name_type = 'PRI' AND effdt =
(SELECT MAX(effdt) FROM ps_names WHERE emplid = n.emplid AND name_type = n.name_type AND effdt <= :as_of)"""


class Case:
    """One small flow from ``sql`` to ``permits-sftp``, and what can be asked of it afterwards."""

    def __init__(self, sandbox: Sandbox, folder: Path, log: pytest.LogCaptureFixture) -> None:
        self.sandbox, self._folder, self._log = sandbox, folder, log

    def page(self, system: str, **changes: object) -> None:
        """Registers the page of ``system`` with some fields changed; the fixture puts the good one back."""
        changed(self.sandbox.services.pages[system], **changes).save(f"{system}-sandbox", overwrite=True)

    def fails_with(
        self,
        error: type[DataFlowError],
        pattern: str,
        *,
        sql: str = SELECT,
        contract: Contract = PEOPLE,
        system: str = "warehouse",
        to: str = "permits-sftp",
        path: str = "people.csv",
        **binds: date,
    ) -> str:
        """Runs the flow, and checks everything that holds for every failure; returns the message."""
        file = self._folder / "people.sql"
        file.write_text(sql)

        @campus_flow(source=system, sink=to, contact="x@campus.example")
        def people_to_permits() -> None:
            rows = extract(system, file, **({"as_of": self.sandbox.campus.today} | binds))
            deliver(write_csv(rows, contract, "people.csv"), to=to, path=path)

        with pytest.raises(error) as raised:
            people_to_permits()
        message = str(raised.value)
        assert type(raised.value) is error
        assert re.search(pattern, message), message
        assert len(message) < 700
        assert self.sandbox.received("permits-sftp") == {}
        assert SECRET_NAME not in message + self._log.text
        assert (
            self.sandbox.services.pages["permits-sftp"].password.value.get_secret_value()
            not in message + self._log.text
        )
        return message


@pytest.fixture
def case(sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Case]:
    caplog.set_level(logging.DEBUG)
    yield Case(sandbox, tmp_path, caplog)
    for system in ("warehouse", "permits-sftp"):
        sandbox.services.pages[system].save(f"{system}-sandbox", overwrite=True)


@pytest.fixture
def names(sandbox: Sandbox) -> Iterator["Names"]:
    found = Names(sandbox)
    yield found
    found.put(sandbox.campus.tables["PS_NAMES"])


class Names:
    """The names of the campus, which a test may spoil."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._database = sandbox.services.database
        self.table = sandbox.campus.tables["PS_NAMES"].filter(
            pa.compute.equal(sandbox.campus.tables["PS_NAMES"]["NAME_TYPE"], "PRI")
        )

    def put(self, table: pa.Table) -> None:
        self._database.replace("SYSADM", "PS_NAMES", table)

    def rename(self, rows: int, name: str) -> None:
        """Gives the first ``rows`` people this last name."""
        column = self.table["LAST_NAME"].to_pylist()
        changed = pa.array([name] * rows + column[rows:], pa.string())
        at = self.table.schema.get_field_index("LAST_NAME")
        self.put(self.table.set_column(at, self.table.schema.field(at), changed))


def test_a_misspelt_page_is_named_with_the_nearest_there_is(case: Case) -> None:
    """Prevents a search through thirty pages for a letter."""
    case.fails_with(
        ConfigError, r"No page permit-sftp-sandbox .* \(did you mean permits-sftp\?\)", to="permit-sftp"
    )


def test_a_page_of_the_wrong_kind_is_told_from_a_missing_one(case: Case) -> None:
    """Prevents a driver's error about a protocol it does not speak."""
    case.fails_with(ConfigError, "engage-api-sandbox is of kind rest; this step needs sftp", to="engage-api")


def test_a_source_that_does_not_answer_is_waited_for_and_then_named(case: Case) -> None:
    """Prevents a night's fault of the network from looking like a fault of the flow."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    case.page("warehouse", port=port)
    case.fails_with(TransientError, rf"warehouse-sandbox: 127\.0\.0\.1:{port}.* cannot be reached")


def test_a_wrong_password_at_the_source_says_whose_and_where(case: Case) -> None:
    """Prevents an account from being locked by retries."""
    case.page("warehouse", password="not the password")
    case.fails_with(ConfigError, "refused the login of campus_reader .*ORA-01017.*page")
    assert "retries" not in case._log.text.lower()


def test_a_wrong_password_at_the_partner_says_whose_and_where(case: Case) -> None:
    """Prevents a rotated password from being looked for in the wrong system."""
    case.page("permits-sftp", password="not the password")
    case.fails_with(ConfigError, "permits-sftp-sandbox.*permits")


def test_sql_that_does_not_parse_is_shown_by_line_and_column(case: Case) -> None:
    """Prevents a connection to the source for a query that cannot run."""
    case.fails_with(
        ConfigError, r"people\.sql: .* line 2, column \d+", sql="SELECT emplid\nFROM WHERE :as_of"
    )


def test_a_table_that_the_source_does_not_have_is_shown_by_line_and_column(case: Case) -> None:
    """Prevents a guess which of ten tables a grant is missing for."""
    message = case.fails_with(SourceError, "ORA-00942", sql=SELECT.replace("ps_names", "\n  ps_nmaes"))
    assert "line 2, column 3" in message


def test_a_missing_bind_is_named(case: Case) -> None:
    """Prevents ORA-01008, which names none."""
    case.fails_with(ConfigError, "no value for bind :term", sql=SELECT + " AND name_type = :term")


def test_a_bind_that_the_sql_does_not_mention_is_named(case: Case) -> None:
    """Prevents a filter that somebody believes in and the query does not have."""
    case.fails_with(ConfigError, "passes day, which the SQL does not mention", day=date(2026, 1, 1))


def test_a_column_that_the_contract_does_not_know_is_named_with_the_nearest(case: Case) -> None:
    """Prevents a column from travelling unnoticed, or under another's heading."""
    sql = SELECT.replace("last_name FROM", "last_name AS last_nam FROM")
    case.fails_with(ContractError, r"last_nam is not in the contract \(did you mean last_name\?\)", sql=sql)


def test_a_key_without_a_value_is_counted(case: Case) -> None:
    """Prevents a record that the receiver can match with nobody."""
    sql = SELECT.replace("SELECT emplid", "SELECT NULLIF(emplid, emplid) AS emplid")
    case.fails_with(ContractError, r"emplid is empty in [\d,]+ rows", sql=sql)


def test_a_repeated_key_is_counted(case: Case) -> None:
    """Prevents two records for one person, of which the receiver takes either."""
    sql = f"{SELECT} UNION ALL {SELECT}"
    case.fails_with(ContractError, r"the key emplid repeats \([\d,]+ keys", sql=sql)


def test_a_value_that_is_too_long_is_counted_and_not_quoted(case: Case, names: Names) -> None:
    """Prevents a name from being cut by the receiver, and from being told in a log."""
    names.rename(3, SECRET_NAME)
    short = Contract(
        "people", (PEOPLE.columns[0], Column("last_name", personal=True, max_length=17)), ("emplid",)
    )
    case.fails_with(ContractError, r"last_name is longer than 17 characters in [\d,]+ rows", contract=short)


def test_an_empty_result_delivers_no_empty_file(case: Case, names: Names) -> None:
    """Prevents a receiver that deletes the absent from deleting everybody."""
    names.put(names.table.slice(0, 0))
    case.fails_with(ContractError, "gave no rows")


def test_a_shaping_function_that_fails_is_told_by_its_line_not_by_its_value(
    case: Case, names: Names, tmp_path: Path
) -> None:
    """Prevents Python's own message, which quotes the value it failed on, from reaching the log."""
    names.rename(2, SECRET_NAME)
    file = tmp_path / "people.sql"
    file.write_text(SELECT)

    @campus_flow(source="warehouse", sink="permits-sftp", contact="x@campus.example")
    def people_to_permits() -> None:
        rows = extract("warehouse", file, as_of=case.sandbox.campus.today).map(
            lambda frame: frame.assign(last_name=frame["last_name"].map(int))
        )
        deliver(write_csv(rows, PEOPLE, "people.csv"), to="permits-sftp", path="people.csv")

    with pytest.raises(ContractError, match=r"failed with ValueError at test_bad_input\.py:\d+") as raised:
        people_to_permits()
    assert SECRET_NAME not in str(raised.value) + case._log.text
    assert case.sandbox.received("permits-sftp") == {}


def test_a_changed_host_key_stops_before_the_login(case: Case) -> None:
    """Prevents a file and a password from being given to whoever took the address."""
    other = case.sandbox.services.pages["permits-sftp"].host_key.split()[0] + " " + OTHER_KEY
    case.page("permits-sftp", host_key=other)
    case.fails_with(ConfigError, "host key")


def test_a_folder_that_the_partner_does_not_have_is_named(case: Case) -> None:
    """Prevents files from gathering where nobody looks for them."""
    case.fails_with(DeliveryError, "nowhere", path="nowhere/people.csv")


def test_a_full_disk_at_the_partner_leaves_no_half_file(case: Case, tmp_path: Path) -> None:
    """Prevents the partner from importing the part that fitted."""
    system = SftpSystem("full", username="permits", password="pw", folders=("/import",), quota_bytes=1000)
    with SftpPartner(tmp_path / "full", [system]) as full:
        case.page("permits-sftp", port=full.port, host_key=full.host_key, password="pw")
        case.fails_with(DeliveryError, "people.csv")
        assert not [path for path in (tmp_path / "full").rglob("*") if path.is_file()]


OTHER_KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIIwsl1HmsnhPpDCrtlEdbJ+JLVJgwMHAr5nt1XpA6rTn"
