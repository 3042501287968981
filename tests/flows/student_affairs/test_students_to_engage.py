"""Students to Engage by REST: only what changed is sent, and nothing is sent twice or lost."""

import json
from collections.abc import Callable

import pytest

from common.errors import ContractError, DeliveryError
from common.sandbox.partners import HttpFault
from flows.student_affairs.students_to_engage import students_to_engage
from tests.conftest import Sandbox


def _accounts(sandbox: Sandbox) -> dict[str, dict[str, str]]:
    received = sandbox.received("engage-api")
    return {path: json.loads(content) for path, content in received.items() if path.startswith("users/")}


def test_the_accounts_are_as_they_were_when_somebody_last_read_them(
    sandbox: Sandbox, golden: Callable[[str, bytes], None]
) -> None:
    """Prevents a change of the query or the shape that nobody meant."""
    students_to_engage()
    lines = [
        json.dumps(account, ensure_ascii=False, sort_keys=True) for account in _accounts(sandbox).values()
    ]
    golden("accounts.jsonl", ("\n".join(lines) + "\n").encode())


def test_a_second_run_sends_nothing(sandbox: Sandbox) -> None:
    """Prevents an hourly flow from sending everybody every hour."""
    first = students_to_engage()
    sandbox.clear()
    second = students_to_engage()
    assert first.rows > 0
    assert (second.rows, second.removed, _accounts(sandbox)) == (0, 0, {})


def test_after_refusals_only_the_refused_are_sent_again(sandbox: Sandbox) -> None:
    """Prevents one bad record from blocking the others, and a rerun from repeating them."""
    sandbox.services.http.faults.append(HttpFault(match="PUT /engage-api/users/", status=422, times=3))
    with pytest.raises(DeliveryError, match="refused 3 rows"):
        students_to_engage()
    accepted = len(_accounts(sandbox))
    sandbox.clear()
    again = students_to_engage()
    assert again.rows == len(_accounts(sandbox)) == 3
    assert accepted > 3


def test_a_busy_receiver_is_asked_again(sandbox: Sandbox) -> None:
    """Prevents a red run, and a call at night, for an answer of 503 that passes by itself."""
    sandbox.services.http.faults.append(HttpFault(match="PUT /engage-api/users/", status=503, times=2))
    receipt = students_to_engage()
    assert receipt.rows == len(_accounts(sandbox))


def test_a_source_that_lost_its_students_stops_before_the_first_call(sandbox: Sandbox) -> None:
    """Prevents a half-loaded warehouse from being taken for people who left."""
    students_to_engage()
    sandbox.clear()
    database, name = sandbox.services.database, "PS_STDNT_CAR_TERM"
    full = sandbox.campus.tables[name]
    database.replace("SYSADM", name, full.slice(0, full.num_rows // 2))
    try:
        with pytest.raises(ContractError, match="acknowledged keys are gone"):
            students_to_engage()
    finally:
        database.replace("SYSADM", name, full)
    assert _accounts(sandbox) == {}


def test_the_privacy_hold_travels_with_the_student(sandbox: Sandbox) -> None:
    """A hold does not stop a school official's feed, but the receiver must know; unknown and partial are holds."""
    students_to_engage()
    kinds = ("ferpa_held", "ferpa_unknown", "ferpa_one_item_only")
    held = {emplid for kind in kinds for emplid in sandbox.campus.people_like(kind)}
    flags = {account["StudentId"]: account["PrivacyHold"] for account in _accounts(sandbox).values()}
    assert {flags[emplid] for emplid in held & flags.keys()} == {"Y"}
    assert {flag for emplid, flag in flags.items() if emplid not in held} == {"N"}
