"""Rest: many pages read, many requests sent."""

import threading
from collections.abc import Callable, Iterator

import pytest

from common.connectors.rest import Rest
from common.connectors.rest_call import Call
from common.connectors.rest_paging import NextCursor, NextUrl, PageNumber, Paging
from common.errors import ConfigError, DeliveryError, SourceError, TransientError
from common.sandbox.partners import HttpFault, HttpPartner
from tests.servers.partners import HTTP_SYSTEMS

Connect = Callable[..., Rest]


def calls(count: int) -> Iterator[Call]:
    return (Call("PUT", "/users/{id}", {"id": f"{number:05d}"}, {"id": number}) for number in range(count))


def test_all_pages_are_read_in_order(rest_to: Connect) -> None:
    """Reading the first page only looks like success, with a short list."""
    assert HTTP_SYSTEMS["engage"].page_size == 3
    with rest_to("engage") as rest:
        list(rest.send_all(calls(10)))
        assert [user["id"] for user in rest.pages("/users")] == list(range(10))
        assert [user["id"] for user in rest.pages("/users", params={"per_page": 4})] == list(range(10))


def test_an_empty_list_has_no_items(rest_to: Connect) -> None:
    """Nothing there is an answer, not an error."""
    with rest_to("engage") as rest:
        assert list(rest.pages("/users")) == []


def test_a_page_in_the_middle_is_tried_again(rest_to: Connect, http_partner: HttpPartner) -> None:
    """A fault on page 2 must neither end the list there nor begin it anew."""
    with rest_to("engage") as rest:
        list(rest.send_all(calls(7)))
        pages = rest.pages("/users")
        first = [next(pages) for _ in range(3)]
        http_partner.faults.append(HttpFault("GET /engage/users", status=503, times=2))
        assert [user["id"] for user in (*first, *pages)] == list(range(7))


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("http://127.0.0.2/engage/users?page=2", "leads to another server"),
        ("https://127.0.0.1/engage/users?page=2", "leads to another server"),
        ("/engage/users", "names a page already read"),
    ],
)
def test_pages_that_lead_astray_stop_the_list(
    link: str, message: str, rest_to: Connect, http_partner: HttpPartner
) -> None:
    """A foreign link would be sent our token; a circle would never end."""
    http_partner.faults.append(
        HttpFault("GET /engage/users", headers={"Link": f'<{link}>; rel="next"'}, times=9)
    )
    with rest_to("engage") as rest, pytest.raises(SourceError, match=message):
        list(rest.pages("/users"))


def test_an_answer_that_is_no_list_is_said_so(rest_to: Connect) -> None:
    """Reading the keys of an object as items would deliver nonsense."""
    with rest_to("engage") as rest:
        rest.request("PUT", "/users/{id}", values={"id": "1"}, json={"items": [{"id": 1}]})
        with pytest.raises(SourceError, match="not a JSON list"):
            list(rest.pages("/users/{id}", values={"id": "1"}))
        with pytest.raises(SourceError, match="not a JSON list under 'users'"):
            list(rest.pages("/users/{id}", values={"id": "1"}, items="users"))
        assert list(rest.pages("/users/{id}", values={"id": "1"}, items="items")) == [{"id": 1}]
        rest.request("PUT", "/users/{id}", values={"id": "2"}, json={"items": ["Jane"]})
        with pytest.raises(SourceError, match="items that are no JSON objects"):
            list(rest.pages("/users/{id}", values={"id": "2"}, items="items"))


@pytest.mark.parametrize(
    ("paging", "message"),
    [
        (PageNumber("seite"), "page 2 is the same as the one before"),
        (NextCursor("meta.cursor", "page"), "page 2 is the same as the one before"),
        (NextUrl("meta.next"), "leads to another server"),
    ],
)
def test_no_way_of_paging_goes_on_for_ever(
    paging: Paging, message: str, rest_to: Connect, http_partner: HttpPartner
) -> None:
    """An interface that does not know the parameter answers its first page to every number."""
    list_url = "http://127.0.0.2/engage/users"
    with rest_to("engage") as rest:
        body = {"items": [{"id": 1}], "meta": {"cursor": "1", "next": list_url}}
        rest.request("PUT", "/users/{id}", values={"id": "1"}, json=body)
        with pytest.raises(SourceError, match=message):
            list(rest.pages("/users/{id}", values={"id": "1"}, items="items", paging=paging))


def test_outcomes_come_in_the_order_of_the_calls(rest_to: Connect, http_partner: HttpPartner) -> None:
    """The caller acknowledges by what it asked for: an outcome must not be taken for another's."""
    http_partner.faults += [HttpFault(f"PUT /engage/users/0000{number}", delay=0.05) for number in (0, 2, 5)]
    with rest_to("engage") as rest:
        outcomes = list(rest.send_all(calls(20)))
    assert [outcome.call.values["id"] for outcome in outcomes] == [f"{number:05d}" for number in range(20)]
    assert all(outcome.error is None for outcome in outcomes)
    assert all(
        outcome.response is not None and outcome.response.json() == outcome.call.json for outcome in outcomes
    )


def test_one_refused_record_does_not_stop_the_others(rest_to: Connect, http_partner: HttpPartner) -> None:
    """Each accepted record has to be acknowledged, or the next run sends all of them again."""
    http_partner.faults += [
        HttpFault("PUT /engage/users/00003", status=422),
        HttpFault("PUT /engage/users/00005", status=503, times=9),
    ]
    with rest_to("engage", attempts=2) as rest:
        outcomes = list(rest.send_all(calls(8)))
    errors = {outcome.call.values["id"]: type(outcome.error) for outcome in outcomes if outcome.error}
    assert errors == {"00003": DeliveryError, "00005": TransientError}
    assert len(list((http_partner.folder("engage") / "users").iterdir())) == 6


def test_calls_are_taken_as_outcomes_are_asked_for(rest_to: Connect) -> None:
    """200,000 records must not stand in memory because the receiver is slow."""
    taken = 0

    def counted() -> Iterator[Call]:
        nonlocal taken
        for call in calls(1000):
            taken += 1
            yield call

    with rest_to("engage", concurrency=3) as rest:
        outcomes = rest.send_all(counted())
        for read in range(1, 30):
            next(outcomes)
            assert taken <= read + 2 * 3
        outcomes.close()


def test_stopping_early_leaves_no_thread(rest_to: Connect) -> None:
    """A caller that gives up at the first refused token must not hang on its way out."""
    before = set(threading.enumerate())
    with rest_to("engage", token="wrong") as rest:
        for outcome in rest.send_all(calls(1000)):
            assert isinstance(outcome.error, ConfigError)
            break
    assert set(threading.enumerate()) == before
