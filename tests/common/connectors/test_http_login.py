"""Logins by key and by OAuth 2.0: what is sent, when a token is fetched anew, and who is told of what is wrong."""

import json
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest

from common.connectors.rest import Rest
from common.connectors.rest_call import Call
from common.errors import ConfigError, DeliveryError, TransientError
from common.sandbox.partners import HttpFault, HttpPartner, HttpSystem
from tests.servers.partners import PASSWORD, TOKEN
from tests.servers.process import free_port

Connect = Callable[..., Rest]
ENDPOINT = "POST /tokens/oauth/token"


@pytest.fixture
def client_to(rest_to: Connect, http_partner: HttpPartner) -> Connect:
    """Makes a connector that fetches its own tokens."""

    def connector(**options: Any) -> Rest:
        page = {
            "token": None,
            "token_url": f"{http_partner.url('tokens')}/oauth/token",
            "client_id": "campus",
            "client_secret": PASSWORD,
        }
        return rest_to("tokens", **page | options)

    return connector


@pytest.fixture
def asked(http_partner: HttpPartner) -> Callable[[], list[str]]:
    """What the system with tokens was asked, in short: ``token 200``, ``GET 401``."""

    def read() -> list[str]:
        lines = (http_partner.folder("tokens") / "requests.jsonl").read_text().splitlines()
        entries = [json.loads(line) for line in lines]
        return [
            f"{'token' if 'oauth' in entry['path'] else entry['method']} {entry['status']}"
            for entry in entries
        ]

    return read


@pytest.mark.parametrize("options", [{}, {"api_key_in": "query"}])
def test_a_key_goes_with_every_call_where_the_receiver_wants_it(
    options: dict[str, Any], rest_to: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """A key in a query stands in the URL, and URLs end in logs and errors."""
    caplog.set_level(logging.DEBUG)
    with rest_to("keyed", token=None, api_key=TOKEN, **options) as rest:
        assert list(rest.pages("/users")) == []
        with pytest.raises(DeliveryError, match="answered 404") as caught:
            rest.request("GET", "/users/{id}", values={"id": 1})
    assert TOKEN not in str(caught.value)
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("uvicorn")]
    assert not any(TOKEN in line for line in ours)


def test_a_wrong_key_points_to_the_page(rest_to: Connect) -> None:
    """A key that was replaced is repaired on a page."""
    with (
        rest_to("keyed", token=None, api_key="wrong-5519") as rest,
        pytest.raises(ConfigError, match="on the page") as caught,
    ):
        list(rest.pages("/users"))
    assert "wrong-5519" not in str(caught.value)


def test_one_token_serves_all_calls_and_threads(client_to: Connect, asked: Callable[[], list[str]]) -> None:
    """A token a call doubles the calls, and token endpoints lock out clients that ask too often."""
    with client_to(concurrency=4) as rest:
        outcomes = list(rest.send_all(Call("PUT", "/users/{id}", {"id": n}, {"id": n}) for n in range(12)))
    assert all(outcome.error is None for outcome in outcomes)
    assert asked().count("token 200") == 1


def test_a_token_is_renewed_before_it_ends(rest_to: Connect, tmp_path: Any) -> None:
    """A token that ends between two pages of a long list would end the list."""
    system = HttpSystem("short", client_id="campus", client_secret=PASSWORD, token_life=2)
    with HttpPartner(tmp_path, [system]) as partner:
        url = partner.url("short")
        client = {"token_url": f"{url}/oauth/token", "client_id": "campus", "client_secret": PASSWORD}
        with rest_to("tokens", url=url, token=None, **client) as rest:
            list(rest.pages("/users"))
            time.sleep(1.05)  # half of its life: the server would still take it
            list(rest.pages("/users"))
        log = (tmp_path / "short" / "requests.jsonl").read_text()
    assert log.count("oauth/token") == 2
    assert '"status": 401' not in log


def test_a_token_that_is_withdrawn_is_fetched_anew_once(
    client_to: Connect, http_partner: HttpPartner, asked: Callable[[], list[str]]
) -> None:
    """Servers forget tokens when they are restarted; the delivery need not fail for it."""
    with client_to() as rest:
        list(rest.pages("/users"))
        http_partner.withdraw_tokens("tokens")
        list(rest.pages("/users"))
        assert asked() == ["token 200", "GET 200", "GET 401", "token 200", "GET 200"]
        http_partner.faults.append(HttpFault("GET /tokens/users", status=401, times=9))
        with pytest.raises(ConfigError, match="answered 401"):
            list(rest.pages("/users"))
    assert asked()[5:] == ["GET 401", "token 200", "GET 401"]


def test_a_refused_client_is_not_tried_again(client_to: Connect, asked: Callable[[], list[str]]) -> None:
    """A wrong secret is repaired on a page; the message says that it is the client's, not the interface's."""
    with (
        client_to(client_secret="wrong-5519") as rest,
        pytest.raises(ConfigError, match=r"token endpoint .* answered 401 \('invalid_client'") as caught,
    ):
        list(rest.pages("/users"))
    assert "wrong-5519" not in str(caught.value)
    assert asked() == ["token 401"]
    with client_to(scope="everything") as rest, pytest.raises(ConfigError, match=r"400 \(invalid_scope\)"):
        list(rest.pages("/users"))


def test_a_token_endpoint_that_is_busy_is_asked_again(client_to: Connect, http_partner: HttpPartner) -> None:
    """Nothing has been sent yet, so even a POST that waits for its token may wait longer."""
    http_partner.faults.append(HttpFault(ENDPOINT, status=503, times=2))
    with client_to() as rest:
        rest.request("POST", "/users/{id}", values={"id": 1}, json={})


def test_a_token_endpoint_that_is_away_is_named(client_to: Connect) -> None:
    """The interface itself may be well: whoever looks there finds nothing."""
    url = f"http://127.0.0.1:{free_port()}/oauth/token"
    with (
        client_to(token_url=url, attempts=2) as rest,
        pytest.raises(TransientError, match=r"token endpoint .*no whole answer"),
    ):
        list(rest.pages("/users"))


def test_an_answer_without_a_token_is_said_so(client_to: Connect, http_partner: HttpPartner) -> None:
    """A login page in HTML, answered with 200, is the usual wrong token_url."""
    url = f"{http_partner.url('engage')}/users"
    http_partner.faults.append(HttpFault("POST /engage/users", status=200))
    with client_to(token_url=url) as rest, pytest.raises(DeliveryError, match="without a bearer token"):
        list(rest.pages("/users"))


def test_a_probe_looks_at_the_token_endpoint_too(client_to: Connect) -> None:
    """The first thing a delivery needs is the first thing that can be wrong."""
    told: list[str] = []
    assert client_to().probe(told.append) == ""
    assert told == ["resolves", "login", "answers", "login"]
    told.clear()
    with pytest.raises(ConfigError, match="invalid_client"):
        client_to(client_secret="wrong-5519").probe(told.append)
    assert told[-1] == "login"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"client_id": "campus"}, "not both"),
        ({"token": None, "client_id": "campus"}, "go together"),
        ({"token": None, "api_key": "two words"}, "the api_key holds a blank"),
        ({"api_key": "secret-99"}, "a token or an api_key"),
    ],
)
def test_a_page_has_one_way_to_log_in(options: dict[str, Any], message: str, rest_to: Connect) -> None:
    """Of two credentials one would be used, and the other one renewed in vain."""
    with pytest.raises(ConfigError, match=message) as caught:
        rest_to("engage", **options)
    assert "secret-99" not in str(caught.value)


def test_no_more_calls_begin_than_are_allowed(rest_to: Connect) -> None:
    """A vendor that allows twenty a second bars whoever sends thirty."""
    with rest_to("engage", calls_per_second=50, concurrency=4) as rest:
        started = time.monotonic()
        list(rest.send_all(Call("PUT", "/users/{id}", {"id": n}, {"id": n}) for n in range(11)))
        assert time.monotonic() - started >= 10 / 50
