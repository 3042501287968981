"""Rest: what is tried again, when, and what never is."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from common.connectors.rest import Rest
from common.errors import DeliveryError, TransientError
from tests.servers.process import free_port

Connect = Callable[..., Rest]
USER = {"student_id": "900417223", "name": "Þorgerðr Ngô", "email": "thorgerdr@mail.example"}
USERS = "/users/{student_id}"


def put(rest: Rest) -> httpx.Response:
    return rest.request("PUT", USERS, values={"student_id": USER["student_id"]}, json=USER)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_tried_again(
    status: int, rest_to: Connect, fail: Callable[..., None], requests: Callable[[], list[str]]
) -> None:
    """One busy second of a vendor must not end a nightly run of 30,000 requests."""
    fail(status=status, times=3)
    with rest_to("engage", attempts=4) as rest:
        put(rest)
    assert requests() == [f"PUT {status}"] * 3 + ["PUT 201"]


def test_a_fault_that_stays_ends_as_transient(
    rest_to: Connect, fail: Callable[..., None], requests: Callable[[], list[str]]
) -> None:
    """After the last attempt the step's own retry takes over, so the error has to say so."""
    fail(status=503, times=9)
    with (
        rest_to("engage", attempts=3) as rest,
        pytest.raises(TransientError, match=r"PUT .*\{student_id\} answered 503"),
    ):
        put(rest)
    assert requests() == ["PUT 503"] * 3


def test_the_wait_that_the_server_asks_for_is_kept(
    rest_to: Connect, fail: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    """Coming back sooner than Retry-After gets clients locked out."""
    in_two_seconds = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    fail(status=429, headers={"Retry-After": "1"})
    fail(status=503, headers={"Retry-After": in_two_seconds})
    with caplog.at_level(logging.WARNING), rest_to("engage") as rest:
        put(rest)
    waits = [
        record.args[2] for record in caplog.records if record.msg.startswith("http_retry") and record.args
    ]
    assert waits[0] >= 1
    assert len(waits) == 2
    assert waits[1] > 0


def test_a_wait_of_an_hour_is_left_to_the_next_run(
    rest_to: Connect, fail: Callable[..., None], requests: Callable[[], list[str]]
) -> None:
    """A run that sleeps for an hour holds its place in the queue for nothing."""
    fail(status=503, times=9, headers={"Retry-After": "3600"})
    with rest_to("engage") as rest, pytest.raises(TransientError, match="asks to wait 3600 s"):
        put(rest)
    assert requests() == ["PUT 503"]


def test_a_lost_answer_is_asked_for_again(
    rest_to: Connect, fail: Callable[..., None], requests: Callable[[], list[str]]
) -> None:
    """The same PUT twice is harmless, and losing one record of 30,000 is not."""
    fail(drop=True, times=2)
    with rest_to("engage") as rest:
        put(rest)
    assert requests() == ["PUT 201", "PUT 200", "PUT 200"]


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 500}, {"status": 504}])
def test_a_post_is_not_repeated_when_it_may_have_worked(
    fault: dict[str, Any], rest_to: Connect, fail: Callable[..., None], requests: Callable[[], list[str]]
) -> None:
    """The receiver may have created the record before the answer was lost: a second one is a duplicate."""
    fail("POST", times=9, **fault)
    with (
        rest_to("engage") as rest,
        pytest.raises(DeliveryError, match="not known whether the receiver took it"),
    ):
        rest.request("POST", USERS, values={"student_id": "1"}, json=USER)
    assert len(requests()) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_post_is_repeated_when_nothing_was_done(
    status: int, rest_to: Connect, fail: Callable[..., None], requests: Callable[[], list[str]]
) -> None:
    """These two statuses say that the request was not looked at."""
    fail("POST", status=status)
    with rest_to("engage") as rest:
        rest.request("POST", USERS, values={"student_id": "1"}, json=USER)
    assert requests() == [f"POST {status}", "POST 201"]


def test_a_server_that_is_away_is_tried_again_later(rest_to: Connect, fail: Callable[..., None]) -> None:
    """Refused, unknown or silent: each passes by itself or by somebody else's work."""
    port = free_port()
    for url in (f"http://127.0.0.1:{port}/engage", "http://engage.partner.invalid/api"):
        with (
            rest_to("engage", url=url, attempts=2) as rest,
            pytest.raises(TransientError, match=r"no whole answer \(Connect"),
        ):
            put(rest)
    fail(delay=0.5, times=2)
    with (
        rest_to("engage", timeout=0.1, attempts=2) as rest,
        pytest.raises(TransientError, match=r"no whole answer \(ReadTimeout\)"),
    ):
        put(rest)
