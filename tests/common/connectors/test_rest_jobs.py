"""Uploads that a receiver works through later, at interfaces in the manner of three of them."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from common.connectors.http.errors import UnknownOutcomeError
from common.connectors.rest import Rest
from common.connectors.rest_call import Upload
from common.connectors.rest_jobs import Ended, Job, Jobs
from common.errors import DeliveryError, TransientError
from common.sandbox.partners import HttpFault, HttpPartner
from tests.servers.jobs import CANVAS, IMPORTS, SALESFORCE, SERVICENOW
from tests.servers.proxy import FaultyNetwork

Connect = Callable[..., Rest]

USERS = "user_id,full_name,status\n9001,Jane Doe,active\n9002,Þor Ngô,gone\n,Ann Lee,active\n"


@pytest.fixture
def users(tmp_path: Path) -> Path:
    """A zip of three users, of which two are going to be refused."""
    path = tmp_path / "users.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("users.csv", USERS)
    return path


def test_a_zip_is_imported_and_its_refused_rows_are_counted(
    users: Path, rest_to: Connect, http_partner: HttpPartner
) -> None:
    """An upload that was taken is not yet an import that worked."""
    with rest_to("engage") as rest:
        jobs = Jobs(rest, CANVAS)
        job = jobs.submit(users)
        assert jobs.unfinished() == [job]
        assert jobs.wait(job) == Ended(job, "imported_with_messages", succeeded=True, refused=2)
        assert jobs.unfinished() == []
        assert len(list(jobs.reasons(job))) == 2
    assert (http_partner.folder("engage") / "sis_imports" / f"{job}.zip").read_bytes() == users.read_bytes()


def test_a_file_goes_as_the_field_of_a_form(users: Path, rest_to: Connect, http_partner: HttpPartner) -> None:
    """Half of the receivers want a form; one byte more or less and the zip does not open."""
    [upload] = CANVAS.submit
    assert isinstance(upload, Upload)
    form = replace(CANVAS, submit=(replace(upload, form_field="attachment", form={"batch_mode": "0"}),))
    with rest_to("engage") as rest:
        job = Jobs(rest, form).submit(users)
    stored = http_partner.folder("engage") / "sis_imports" / f"{job}.zip"
    assert stored.read_bytes() == users.read_bytes()


def test_lines_become_the_records_of_an_import_set(rest_to: Connect, tmp_path: Path) -> None:
    """ServiceNow answers 201 whatever becomes of a row: only the rows of the set tell."""
    lines = tmp_path / "people.jsonl"
    lines.write_text('{"u_number":"1","u_name":"Þor"}\n{"u_number":null,"u_name":"Jane"}\n', encoding="utf-8")
    with rest_to("engage") as rest:
        jobs = Jobs(rest, SERVICENOW)
        job = jobs.submit(lines)
        assert jobs.wait(job) == Ended(job, "processed", succeeded=True, refused=None)
        [reason] = jobs.reasons(job)
    assert reason.startswith("u_number is mandatory")


def test_a_job_in_three_calls_is_one_submission(rest_to: Connect, tmp_path: Path) -> None:
    """A job that is never closed is never begun, and nobody there says so."""
    rows = tmp_path / "contacts.csv"
    rows.write_text("Id__c,LastName\n1,Doe\n,Lee\n", encoding="utf-8")
    with rest_to("engage") as rest:
        jobs = Jobs(rest, SALESFORCE)
        job = jobs.submit(rows)
        assert jobs.wait(job) == Ended(job, "JobComplete", succeeded=True, refused=1)
        [reason] = jobs.reasons(job)
    assert reason.startswith("REQUIRED_FIELD_MISSING")


def test_an_upload_that_is_cut_off_begins_anew_where_that_is_safe(
    rest_to: Connect, http_partner: HttpPartner, tmp_path: Path
) -> None:
    """The second attempt has to send the file from its start, not from where the first one stopped reading."""
    rows = tmp_path / "contacts.csv"
    rows.write_text("Id__c,LastName\n" + "".join(f"{n},Doe\n" for n in range(50_000)), encoding="utf-8")
    with FaultyNetwork(http_partner.port, after=200_000) as network:
        url = f"http://127.0.0.1:{network.port}/engage"
        with rest_to("engage", url=url) as rest:
            job = Jobs(rest, SALESFORCE).submit(rows)
    stored = http_partner.folder("engage") / "ingest" / f"{job}.csv"
    assert stored.read_bytes() == rows.read_bytes()


def test_an_import_whose_answer_is_lost_is_not_posted_again(
    users: Path, rest_to: Connect, http_partner: HttpPartner
) -> None:
    """The second import of the same file would wait behind the first, for nothing."""
    http_partner.faults.append(HttpFault(f"POST /engage{IMPORTS}", drop=True))
    with rest_to("engage") as rest:
        with pytest.raises(UnknownOutcomeError, match="not known whether the receiver took it"):
            Jobs(rest, CANVAS).submit(users)
        assert Jobs(rest, CANVAS).unfinished() == ["1"]


def test_a_job_that_takes_too_long_is_left_to_run(users: Path, rest_to: Connect) -> None:
    """A run that waits for ever holds its place; a new attempt may go on waiting."""
    with rest_to("engage") as rest:
        jobs = Jobs(rest, replace(CANVAS, patience=0))
        with pytest.raises(TransientError, match="still 'importing' after 0 s"):
            jobs.wait(jobs.submit(users))


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (replace(CANVAS, identifier="number"), "no id under 'number'"),
        (replace(CANVAS, state="phase"), "no state under 'phase'"),
        (replace(CANVAS, unfinished=(IMPORTS + "/importing", "jobs")), "no list under 'jobs'"),
    ],
)
def test_an_answer_of_another_form_is_said_so(job: Job, message: str, users: Path, rest_to: Connect) -> None:
    """A member that is not there would be waited for until the patience ends."""

    def whole_way(jobs: Jobs) -> None:
        jobs.wait(jobs.submit(users))
        jobs.unfinished()

    with rest_to("engage") as rest, pytest.raises(DeliveryError, match=message):
        whole_way(Jobs(rest, job))
