"""Rest: what is sent, what is refused, and what nobody gets to read."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from common.connectors.rest import Rest
from common.connectors.rest_call import Call
from common.errors import ConfigError, DataFlowError, DeliveryError
from common.sandbox.partners import HttpPartner
from tests.servers.partners import PASSWORD, TOKEN

Connect = Callable[..., Rest]
USER = {"student_id": "900417223", "name": "Þorgerðr Ngô", "email": "thorgerdr@mail.example"}
USERS = "/users/{student_id}"


def put(rest: Rest) -> httpx.Response:
    return rest.request("PUT", USERS, values={"student_id": USER["student_id"]}, json=USER)


def assert_silent(text: str) -> None:
    """Nothing of the person and no secret is in a text."""
    for value in (*USER.values(), "orgerðr", "%C3%9E", TOKEN, PASSWORD):
        assert value not in text


def test_a_resource_arrives_as_it_was_sent(rest_to: Connect, http_partner: HttpPartner) -> None:
    """Escaped or re-encoded letters would reach the receiver's users as they are."""
    with rest_to("engage") as rest:
        assert put(rest).json() == USER
    stored = http_partner.folder("engage") / "users" / "900417223.json"
    assert json.loads(stored.read_text(encoding="utf-8")) == USER
    assert "Þorgerðr" in stored.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "identifier", ["a/b", "../engage", "a b", "50%", "x?y=z#w", "Þ山", "%2F", "a;b,c", "jane@campus.example"]
)
def test_no_value_changes_the_path(identifier: str, rest_to: Connect, http_partner: HttpPartner) -> None:
    """An id from data that holds a slash or a question mark would update somebody else, or delete them."""
    with rest_to("engage") as rest:
        rest.request("PUT", USERS, values={"student_id": identifier}, json={"id": identifier})
        assert rest.request("GET", USERS, values={"student_id": identifier}).json() == {"id": identifier}
    assert len(list(http_partner.folder("engage").rglob("*.json"))) == 1


@pytest.mark.parametrize("identifier", ["", ".", ".."])
def test_a_value_that_is_no_segment_is_refused(
    identifier: str, rest_to: Connect, requests: Callable[[], list[str]]
) -> None:
    """DELETE /users/ with nothing behind it may be understood as all users."""
    with (
        rest_to("engage") as rest,
        pytest.raises(DeliveryError, match="value for student_id is empty or dots"),
    ):
        rest.request("DELETE", USERS, values={"student_id": identifier})
    assert requests() == []


@pytest.mark.parametrize("status", [400, 404, 405, 409, 410, 413, 415, 422])
def test_a_refused_request_is_sent_once(
    status: int, rest_to: Connect, fail: Callable[..., None], requests: Callable[[], list[str]]
) -> None:
    """Repeating what the receiver refuses only repeats the refusal, thousands of times."""
    fail(status=status, times=9)
    with (
        rest_to("engage") as rest,
        pytest.raises(DeliveryError, match=rf"answered {status} \(.*request id \w{{32}}"),
    ):
        put(rest)
    assert requests() == [f"PUT {status}"]


@pytest.mark.parametrize("options", [{"token": "wrong-5519"}, {"token": None}])
def test_refused_credentials_point_to_the_page(
    options: dict[str, Any], rest_to: Connect, requests: Callable[[], list[str]]
) -> None:
    """A revoked token is repaired on a page; trying it again looks like an attack."""
    with (
        rest_to("engage", **options) as rest,
        pytest.raises(ConfigError, match=r"answered 401.*on the page") as caught,
    ):
        put(rest)
    assert "wrong-5519" not in str(caught.value)
    assert requests() == ["PUT 401"]


def test_a_forbidden_request_points_to_the_page(rest_to: Connect, fail: Callable[..., None]) -> None:
    """403 is the same kind of trouble as 401: rights, not data."""
    fail(status=403)
    with rest_to("engage") as rest, pytest.raises(ConfigError, match="answered 403"):
        put(rest)


def test_no_person_and_no_secret_is_in_an_error_or_a_log(
    rest_to: Connect, fail: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    """httpx logs whole URLs, and receivers quote the record that they refuse."""
    caplog.set_level(logging.DEBUG)
    with rest_to("engage") as rest:
        put(rest)
        for status, times in ((403, 1), (409, 1), (500, 4)):
            fail("PUT", status=status, times=times)
            with pytest.raises(DataFlowError) as caught:
                put(rest)
            assert_silent(str(caught.value) + repr(caught.value.__cause__))
        with pytest.raises(DeliveryError) as caught:
            rest.request("POST", USERS, values={"student_id": USER["student_id"]}, json=USER)
        assert "answered 409 ('Conflict', request id" in str(caught.value)
        assert_silent(str(caught.value))
        assert_silent(repr(Call("PUT", USERS, {"student_id": USER["student_id"]}, USER)))
    ours = [record for record in caplog.records if not record.name.startswith("uvicorn")]  # the server's own
    assert any(record.name == "common.connectors.http.retries" for record in ours)
    assert_silent("\n".join(record.getMessage() for record in ours))


def test_a_path_wants_all_its_values(rest_to: Connect, requests: Callable[[], list[str]]) -> None:
    """A brace left in a URL would be sent as it is."""
    with rest_to("engage") as rest, pytest.raises(ConfigError, match="wants other values than id"):
        rest.request("PUT", USERS, values={"id": "1"}, json={})
    assert requests() == []


@pytest.mark.parametrize("value", [datetime(2026, 9, 1, tzinfo=UTC), float("nan"), b"x", "\ud800"])
def test_a_body_that_is_no_json_is_refused(
    value: object, rest_to: Connect, requests: Callable[[], list[str]]
) -> None:
    """NaN in a body is Python's own dialect: the receiver would refuse every record of the batch."""
    with rest_to("engage") as rest, pytest.raises(ConfigError, match="does not go into JSON") as caught:
        rest.request("PUT", USERS, values={"student_id": "1"}, json={"born": value})
    assert caught.value.__cause__ is None
    assert requests() == []


def test_a_username_and_a_password_are_a_login_too(rest_to: Connect, http_partner: HttpPartner) -> None:
    """Older interfaces know no tokens."""
    with rest_to("parking", token=None, username="campus", password=PASSWORD) as rest:
        put(rest)
    assert (http_partner.folder("parking") / "users" / "900417223.json").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"url": "ftp://engage.example"}, "the url must be"),
        ({"url": "https://campus:secret-99@engage.example"}, "without a user"),
        ({"url": "https://engage.example/api?key=secret-99"}, "the url must be"),
        ({"url": "engage.example/api"}, "the url must be"),
        ({"token": "secret-99", "username": "campus", "password": "x"}, "not both"),
        ({"token": None, "username": "campus"}, "go together"),
        ({"token": "secret-99\n"}, "a blank or another character"),
    ],
)
def test_a_wrong_page_is_told_before_anything_is_sent(
    options: dict[str, Any], message: str, rest_to: Connect
) -> None:
    """A secret in a URL ends in every log on the way; a line end in a token, in a strange header error."""
    with pytest.raises(ConfigError, match=f"engage-sandbox: .*{message}") as caught:
        rest_to("engage", **options)
    assert "secret-99" not in str(caught.value)


def test_an_interface_that_moved_is_not_followed(rest_to: Connect, fail: Callable[..., None]) -> None:
    """Following a redirect would take the token along to an address that nobody entered."""
    fail(status=301, headers={"Location": "http://127.0.0.2/elsewhere"})
    with rest_to("engage") as rest, pytest.raises(ConfigError, match=r"answered 301.*has moved"):
        put(rest)
