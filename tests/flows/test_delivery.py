"""What holds for every delivery, whichever flow makes it."""

import hashlib
import json
from pathlib import Path

import pytest
import tenacity
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId

from common import Column, Contract, campus_flow, deliver, extract, write_csv
from common.errors import ContractError, TransientError
from common.receipts import Receipts
from common.run import recording
from common.sandbox.partners import HttpFault
from common.settings import settings
from common.tasks.step import step
from flows.library.patrons_to_alma import patrons_to_alma
from flows.student_affairs.students_to_engage import students_to_engage
from tests.conftest import Sandbox


def test_a_receipt_tells_what_the_partner_has(sandbox: Sandbox) -> None:
    """Prevents an account of what was meant to be sent."""
    receipt = patrons_to_alma()
    [(path, content)] = sandbox.received("alma-sftp").items()
    assert receipt.bytes == len(content)
    assert receipt.sha256 == hashlib.sha256(content).hexdigest()
    assert receipt.path == f"/{path}"
    assert Receipts().last("patrons_to_alma", "alma-sftp", "library patrons") == receipt


def test_a_receipt_holds_names_of_columns_and_no_value(sandbox: Sandbox) -> None:
    """Receipts are kept and shown; people's data is not theirs to keep."""
    receipt = patrons_to_alma()
    assert set(receipt.personal) >= {"last_name", "email"}
    emails = set(sandbox.campus.tables["PS_EMAIL_ADDRESSES"]["EMAIL_ADDR"].to_pylist())
    assert not any(email in receipt.to_json() for email in emails)
    assert json.loads(receipt.to_json())["rows"] == receipt.rows


def test_a_rehearsal_sends_nothing_and_remembers_nothing(sandbox: Sandbox) -> None:
    """Prevents a look at tomorrow's file from being tomorrow's delivery."""
    with recording(rehearsal=True) as runs:
        patrons_to_alma()
        students_to_engage()
    assert sandbox.received("alma-sftp") == sandbox.received("engage-api") == {}
    assert list(Receipts().all()) == []
    assert students_to_engage().rows == runs[1].deliveries[0].receipt.rows


def test_a_rehearsal_shows_masked_rows_and_the_difference_to_the_last_delivery(sandbox: Sandbox) -> None:
    """Prevents a preview that shows people, or one that cannot tell a good day from a bad one."""
    patrons_to_alma()
    with recording(rehearsal=True) as runs:
        patrons_to_alma()
    [delivery] = runs[0].deliveries
    assert delivery.difference is not None
    assert (delivery.difference.added, delivery.difference.removed) == (0, 0)
    assert delivery.parcel is not None
    assert {row["last_name"] for row in delivery.parcel.preview} == {"•••"}
    assert {row["user_group"] for row in delivery.parcel.preview} <= {"STAFF", "FACULTY", "GRAD", "UNDERGRAD"}


def test_a_file_that_lost_a_third_of_its_rows_is_held_back(sandbox: Sandbox, tmp_path: Path) -> None:
    """Prevents a half-loaded source from deleting people at a partner that deletes the absent."""
    sql = tmp_path / "people.sql"
    people = Contract("people", (Column("emplid", personal=True),), key=("emplid",), max_shrink=0.2)

    @campus_flow(source="warehouse", sink="permits-sftp", contact="x@campus.example")
    def people_to_permits() -> None:
        file = write_csv(extract("warehouse", sql), people, "people.csv")
        deliver(file, to="permits-sftp", path="people.csv")

    sql.write_text("SELECT emplid FROM ps_person")
    people_to_permits()
    before = sandbox.received("permits-sftp")
    sql.write_text("SELECT emplid FROM ps_person WHERE MOD(TO_NUMBER(emplid), 3) > 0")
    with pytest.raises(
        ContractError, match=r"people.csv has \d+ rows, the delivery of .* to permits-sftp had 240"
    ):
        people_to_permits()
    assert sandbox.received("permits-sftp") == before


def test_only_a_passing_fault_is_tried_again(sandbox: Sandbox) -> None:
    """Prevents a refused record or a wrong password from being sent a thousand times."""
    attempts: list[type[Exception]] = []

    @step
    def failing(error: type[Exception]) -> None:
        attempts.append(error)
        raise error("on purpose")

    @campus_flow(source="warehouse", sink="permits-sftp", contact="x@campus.example")
    def trying(error_is_transient: bool) -> None:
        failing(TransientError if error_is_transient else ContractError)

    with pytest.raises(ContractError):
        trying(error_is_transient=False)
    assert attempts == [ContractError]
    with pytest.raises(TransientError):
        trying(error_is_transient=True)
    assert attempts == [ContractError] + [TransientError] * 4


def test_nothing_stays_in_the_scratch_folder(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prevents people's data from gathering on the worker, also after a failure."""
    monkeypatch.setenv("CAMPUS_SCRATCH", str(tmp_path / "scratch"))
    settings.cache_clear()
    patrons_to_alma()
    sandbox.services.http.faults.append(HttpFault(match="PUT /engage-api/users/", status=401))
    with pytest.raises(Exception, match="engage-api"):
        students_to_engage()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_the_next_day_sends_exactly_what_the_day_changed(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prevents a difference from being missed, or unchanged people from being sent again."""

    def delivered() -> dict[str, bytes]:
        sandbox.clear()
        students_to_engage()
        received = sandbox.received("engage-api")
        return {path: content for path, content in received.items() if path.startswith("users/")}

    before = delivered()
    changes = sandbox.pass_day()
    sent = delivered()
    monkeypatch.setenv("CAMPUS_STATE", str(tmp_path / "a receiver that knows nobody yet"))
    settings.cache_clear()
    everybody = delivered()
    assert sent == {path: account for path, account in everybody.items() if before.get(path) != account}
    students = {json.loads(account)["StudentId"] for account in sent.values()}
    assert students
    assert students <= {change.emplid for change in changes}


def test_every_step_says_on_the_server_what_it_did(sandbox: Sandbox) -> None:
    """Prevents a dashboard that shows a red step and not a word of how far it came."""
    run = patrons_to_alma(return_state=True).state_details.flow_run_id
    found = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run]))
    with get_client(sync_client=True) as client:
        for attempt in tenacity.Retrying(stop=tenacity.stop_after_delay(30), wait=tenacity.wait_fixed(0.2)):
            with attempt:  # they are sent in the background
                told = [log.message.split()[0] for log in client.read_logs(found, limit=200)]
                assert "delivered" in told
    assert told.index("extract") < told.index("write_xml") < told.index("zipped") < told.index("delivered")
