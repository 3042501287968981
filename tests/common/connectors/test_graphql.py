"""GraphQL: an answer is whole or refused, and its errors are sorted by who has to act."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from common.connectors.graphql import GraphQl
from common.connectors.http.login import login
from common.connectors.http.session import Session
from common.errors import ConfigError, DataFlowError, DeliveryError, SourceError, TransientError
from tests.servers.graphql import GraphQlServer
from tests.servers.partners import TOKEN

STUDENTS = [{"emplid": f"9004{n}", "name": f"Þorgerðr {n}", "credits": 12.5} for n in range(5)]
PAGES = """
query Students($after: String) {
  campus { students(after: $after) { %s pageInfo { hasNextPage endCursor } } }
}
"""
ADVISOR = "query Advisor($emplid: ID!) { student(emplid: $emplid) { name advisor } }"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GraphQlServer]:
    with GraphQlServer(tmp_path, TOKEN, STUDENTS) as server:
        yield server


@pytest.fixture
def graphql_to(server: GraphQlServer) -> Callable[..., GraphQl]:
    """Makes a connector to the server, impatient enough for a test."""

    def connector(token: str = TOKEN, **options: Any) -> GraphQl:
        page = {"name": "residences-sandbox", "url": server.url, "backoff": 0.001}
        return GraphQl(Session(**page | options, auth=login("residences-sandbox", token=token)))

    return connector


@pytest.mark.parametrize("fields", ["nodes { emplid name }", "edges { node { emplid name } }"])
def test_every_node_of_a_connection_is_read(fields: str, graphql_to: Callable[..., GraphQl]) -> None:
    """The first page alone looks like a whole answer."""
    with graphql_to() as api:
        nodes = list(api.nodes(PAGES % fields, connection="campus.students"))
    assert nodes == [{"emplid": s["emplid"], "name": s["name"]} for s in STUDENTS]


def test_half_of_an_answer_is_refused_and_nobody_is_quoted(graphql_to: Callable[..., GraphQl]) -> None:
    """A 200 with a null in the place of an advisor would erase the advisor at the receiver."""
    with graphql_to() as api, pytest.raises(SourceError, match="not whole, and was not used") as caught:
        api.query(ADVISOR, {"emplid": "90041"})
    assert "The advisor of … could not be loaded" in str(caught.value)
    assert "90041" not in str(caught.value)
    assert "orger" not in str(caught.value)


def test_a_query_with_a_slip_points_to_the_query(graphql_to: Callable[..., GraphQl]) -> None:
    """The name of the field that does not exist is ours, and is what the reader needs."""
    with (
        graphql_to() as api,
        pytest.raises(ConfigError, match="Cannot query field 'nam' on type 'Student'") as caught,
    ):
        api.query("query Student { campus { students { nodes { nam } } } }")
    assert "does not understand the query" in str(caught.value)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("FORBIDDEN", ConfigError),
        ("BAD_USER_INPUT", ConfigError),
        ("INTERNAL_SERVER_ERROR", SourceError),
    ],
)
def test_the_code_of_an_error_says_who_has_to_act(
    code: str, kind: type[DataFlowError], graphql_to: Callable[..., GraphQl], server: GraphQlServer
) -> None:
    """All of them are answered with 200."""
    server.faults.append(code)
    with graphql_to() as api, pytest.raises(kind, match=code):
        api.query("{ __typename }")
    assert server.asked == 1


def test_an_interface_that_is_busy_is_asked_again(
    graphql_to: Callable[..., GraphQl], server: GraphQlServer
) -> None:
    """GraphQL interfaces throttle by an error in a 200 answer; a retry by status would never see it."""
    server.faults += ["THROTTLED"] * 2
    with graphql_to() as api:
        assert api.query("{ __typename }") == {"__typename": "Query"}
    server.faults += ["THROTTLED"] * 9
    with graphql_to(attempts=2) as api, pytest.raises(TransientError, match="THROTTLED"):
        api.query("{ __typename }")


def test_a_refused_mutation_is_a_refused_delivery(graphql_to: Callable[..., GraphQl]) -> None:
    """Whoever reads it has to look at the receiver, not at a source."""
    with graphql_to() as api, pytest.raises(DeliveryError, match="… may not be called …") as caught:
        api.query(
            "mutation Rename($emplid: ID!, $name: String!) { rename(emplid: $emplid, name: $name) { name } }",
            {"emplid": "90041", "name": "jane"},
        )
    assert "jane" not in str(caught.value)


def test_pages_in_a_circle_end(graphql_to: Callable[..., GraphQl], server: GraphQlServer) -> None:
    """A cursor that does not move would be followed for ever."""
    server.stuck = True
    with graphql_to() as api, pytest.raises(SourceError, match="in a circle"):
        list(api.nodes(PAGES % "nodes { emplid }", connection="campus.students"))


def test_a_query_that_asks_for_no_pages_is_said_so(graphql_to: Callable[..., GraphQl]) -> None:
    """Without pageInfo the first page would pass for all."""
    query = "query Students { campus { students { nodes { emplid } } } }"
    with graphql_to() as api, pytest.raises(SourceError, match=r"no connection 'campus\.students'"):
        list(api.nodes(query, connection="campus.students"))


def test_a_url_that_is_none_of_graphql_is_said_so(
    graphql_to: Callable[..., GraphQl], rest_to: Callable[..., Any], http_partner: Any
) -> None:
    """A page in HTML or a JSON list, answered with 200, has neither data nor errors."""
    url = f"{http_partner.url('engage')}/oauth/token"
    with graphql_to(url=url) as api, pytest.raises(DataFlowError, match="GraphQL at"):
        api.query("{ __typename }")


def test_a_probe_tries_the_credentials(graphql_to: Callable[..., GraphQl]) -> None:
    """An interface answers a wrong token with 200 too."""
    told: list[str] = []
    assert graphql_to().probe(told.append) == ""
    assert told == ["resolves", "answers", "login"]
    with pytest.raises(ConfigError, match="credentials on the page are refused"):
        graphql_to(token="wrong-5519").probe()


def test_a_probe_names_the_step_that_fails(graphql_to: Callable[..., GraphQl], server: GraphQlServer) -> None:
    """Name, network and login are in the hands of different people; a check does not try again."""
    told: list[str] = []
    with pytest.raises(TransientError, match="does not resolve"):
        graphql_to(url="http://residences.partner.invalid/graphql").probe(told.append)
    assert told == ["resolves"]
    server.faults += ["THROTTLED"] * 9
    with pytest.raises(TransientError, match="THROTTLED"):
        graphql_to().probe()
    assert server.asked == 1
