"""The step that hands a file over and waits: what it tells, what it remembers, and that nothing is sent twice."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from common import Column, Contract, Job, Receipt, Upload, campus_flow, upload, zipped
from common.blocks import RestApi
from common.errors import ConfigError, DeliveryError
from common.files import Parcel
from common.receipts import Receipts
from common.run import current_run, recording
from common.sandbox.pages import save_page
from common.sandbox.partners import HttpFault, HttpPartner
from common.settings import settings
from tests.servers.jobs import CANVAS, IMPORTS
from tests.servers.partners import TOKEN

USERS = Contract(
    "canvas users",
    (Column("user_id"), Column("full_name", personal=True), Column("status")),
    key=("user_id",),
)
GOOD = ["9001,Jane Doe,active", "9003,Ann Lee,suspended"]
BAD = "9002,Þorgerðr Ngô,gone"


@pytest.fixture(scope="module")
def page(prefect_server: None, http_partner: HttpPartner) -> None:
    """The page of the partner ``engage``; saving one takes longer than a test."""
    save_page("canvas-api", RestApi(url=http_partner.url("engage"), token=TOKEN))


@pytest.fixture
def partner(
    page: None, http_partner: HttpPartner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[HttpPartner]:
    """The partner ``engage``, empty; nothing was delivered before."""
    for file in http_partner.folder("engage").rglob("*.*"):
        file.unlink()
    monkeypatch.setenv("CAMPUS_STATE", str(tmp_path / "state"))
    settings.cache_clear()
    yield http_partner
    http_partner.faults.clear()
    settings.cache_clear()


@campus_flow(source="warehouse", sink="canvas-api", contact="lms@campus.example")
def users_to_canvas(rows: list[str], job: object = CANVAS, max_refused: int = 0) -> Receipt:
    """Users as written down."""
    path = current_run().scratch / "users.csv"
    path.write_text("\n".join(["user_id,full_name,status", *rows, ""]), encoding="utf-8")
    parcel = zipped(Parcel.of(path, len(rows), USERS, ()))
    return upload(parcel, to="canvas-api", job=job, max_refused=max_refused)


def posts(partner: HttpPartner) -> int:
    log = (partner.folder("engage") / "requests.jsonl").read_text().splitlines()
    return sum(json.loads(line)["method"] == "POST" for line in log)


def test_an_import_that_ends_well_is_accounted_for(partner: HttpPartner) -> None:
    """A receipt for an upload alone would say "delivered" of an import that failed an hour later."""
    receipt = users_to_canvas(GOOD)
    stored = partner.folder("engage") / "sis_imports" / "1.zip"
    assert (receipt.rows, receipt.bytes) == (2, stored.stat().st_size)
    assert receipt.path == f"{IMPORTS}, job 1"
    with zipfile.ZipFile(stored) as archive:
        assert archive.read("users.csv").decode().splitlines()[1:] == GOOD


def test_refused_rows_fail_the_step_with_the_partners_reasons_and_without_people(
    partner: HttpPartner,
) -> None:
    """Of 40,000 rows that were taken the one that was not is the news."""
    with pytest.raises(
        DeliveryError, match=r"refused 1 of 3 rows of users\.zip: 1 x Improper status"
    ) as caught:
        users_to_canvas([*GOOD, BAD])
    for value in ("9002", "orger", "Ngô", "gone"):
        assert value not in str(caught.value)
    receipt = Receipts().last("users_to_canvas", "canvas-api", "canvas users")
    assert receipt is not None
    assert receipt.rows == 2


def test_a_few_refused_rows_can_be_allowed(partner: HttpPartner) -> None:
    """Some receivers refuse the same three rows every night, and nobody is to be woken for them."""
    assert users_to_canvas([*GOOD, BAD], max_refused=1).rows == 2


def test_a_job_that_failed_has_no_receipt(partner: HttpPartner) -> None:
    """What the next delivery is compared with must be what the receiver has."""
    job = replace(CANVAS, succeeded=frozenset({"never"}), failed=frozenset({"imported"}))
    with pytest.raises(DeliveryError, match=r"job 1 with users\.zip ended as 'imported'"):
        users_to_canvas(GOOD, job)
    assert Receipts().last("users_to_canvas", "canvas-api", "canvas users") is None


def test_a_job_that_still_runs_is_waited_for_by_the_next_attempt(partner: HttpPartner) -> None:
    """Handed over again, it would wait behind itself."""
    receipt = users_to_canvas(GOOD, replace(CANVAS, patience=0))  # each attempt gives up after one look
    assert receipt.path.endswith("job 1")
    assert posts(partner) == 1


def test_a_job_is_waited_for_by_a_later_run(partner: HttpPartner) -> None:
    """The run was ended, by hand or with its host, while the receiver worked on."""
    partner.faults.append(HttpFault(f"GET /engage{IMPORTS}/1", status=403))
    with pytest.raises(ConfigError, match="answered 403"):
        users_to_canvas(GOOD)
    assert users_to_canvas(GOOD).path.endswith("job 1")
    assert posts(partner) == 1
    assert users_to_canvas(GOOD).path.endswith("job 2")  # that one has ended: this is a delivery of its own


def test_a_job_whose_answer_was_lost_is_found_again(partner: HttpPartner) -> None:
    """The connection broke after the receiver had taken the file: only its list of jobs tells."""
    partner.faults.append(HttpFault(f"POST /engage{IMPORTS}", drop=True))
    with pytest.raises(DeliveryError, match="not known whether the receiver took it"):
        users_to_canvas(GOOD)
    assert users_to_canvas(GOOD).path.endswith("job 1")
    assert posts(partner) == 1


def test_refusals_that_could_not_be_read_are_read_by_the_next_run(partner: HttpPartner) -> None:
    """The import has ended; handing the file over again would only make another one."""
    partner.faults.append(HttpFault(f"GET /engage{IMPORTS}/1/errors", status=403))
    with pytest.raises(ConfigError, match="answered 403"):
        users_to_canvas([*GOOD, BAD])
    assert users_to_canvas([*GOOD, BAD], max_refused=1).path.endswith("job 1")
    assert posts(partner) == 1


def test_somebody_elses_job_is_not_taken_for_ours(partner: HttpPartner) -> None:
    """A refused upload, and another import that runs at that time: waiting for it would look like success."""
    partner.faults.append(HttpFault(f"POST /engage{IMPORTS}", status=400))
    with pytest.raises(DeliveryError, match="answered 400"):
        users_to_canvas(GOOD)
    users_to_canvas(["9009,Other Person,active"])
    assert users_to_canvas(GOOD).path.endswith("job 2")


def test_a_rehearsal_hands_nothing_over(partner: HttpPartner) -> None:
    """A look at tomorrow's import must not be one."""
    with recording(rehearsal=True) as runs:
        users_to_canvas(GOOD)
    assert runs[0].deliveries[0].receipt.rows == 2
    assert not (partner.folder("engage") / "sis_imports" / "1.zip").exists()


def test_a_receiver_may_take_a_file_at_once(partner: HttpPartner) -> None:
    """Not every upload is a job: where there is nothing to ask, nothing is asked."""
    receipt = users_to_canvas(GOOD, Job(submit=CANVAS.submit))
    assert (receipt.path, receipt.rows) == (IMPORTS, 2)
    assert posts(partner) == 1


def test_a_page_may_want_a_form(partner: HttpPartner) -> None:
    """The description says it, and nothing else changes."""
    [body] = CANVAS.submit
    form = replace(body, form_field="attachment") if isinstance(body, Upload) else body
    assert users_to_canvas(GOOD, replace(CANVAS, submit=(form,))).rows == 2
