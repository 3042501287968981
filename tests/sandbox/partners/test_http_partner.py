"""The HTTP partner, seen by a client that is not ours."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from common.sandbox.partners import HttpFault, HttpPartner, HttpSystem
from tests.servers.partners import PASSWORD, TOKEN


@pytest.fixture
def client(http_partner: HttpPartner) -> Iterator[httpx.Client]:
    """A client that knows the token; the interface is empty."""
    for file in http_partner.folder("engage").rglob("*.json*"):
        file.unlink()
    with httpx.Client(
        base_url=http_partner.url("engage"), headers={"Authorization": f"Bearer {TOKEN}"}
    ) as client:
        yield client
    http_partner.faults.clear()


def test_a_resource_lives_from_creation_to_deletion(client: httpx.Client, http_partner: HttpPartner) -> None:
    """Each method has its meaning; one that does nothing would let a flow's fault pass."""
    stored = http_partner.folder("engage") / "users" / "7.json"
    assert client.post("/users/7", json={"b": 1, "a": "Þ"}).status_code == 201
    assert stored.read_text(encoding="utf-8") == '{\n  "a": "Þ",\n  "b": 1\n}\n'
    assert client.post("/users/7", json={}).status_code == 409
    assert client.patch("/users/7", json={"b": None, "c": 2}).json() == {"a": "Þ", "c": 2}
    assert client.put("/users/7", json={"d": 3}).status_code == 200
    assert client.get("/users/7").json() == {"d": 3}
    assert client.delete("/users/7").status_code == 204
    assert not stored.exists()
    assert {
        client.request(method, "/users/7", json={}).status_code for method in ("GET", "PATCH", "DELETE")
    } == {404}


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", f"bearer{TOKEN}", f"Basic {TOKEN}", TOKEN])
def test_nobody_comes_in_without_the_token(authorization: str | None, client: httpx.Client) -> None:
    """A partner that takes anything would make every login test pass."""
    client.headers = httpx.Headers({"Authorization": authorization} if authorization else {})
    answer = client.put("/users/1", json={})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_login_by_password_is_checked(http_partner: HttpPartner) -> None:
    """Basic authentication is the older partners' way."""
    url = f"{http_partner.url('parking')}/users"
    assert httpx.get(url, auth=("campus", PASSWORD)).status_code == 200
    assert httpx.get(url, auth=("campus", "wrong")).status_code == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"text"', b"\xff"])
def test_a_body_that_is_no_object_is_a_problem(body: bytes, client: httpx.Client) -> None:
    """The refusal looks like real receivers' do, with a quotation of what was sent."""
    answer = client.put("/users/1", content=body)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "Unprocessable Entity"
    assert len(answer.headers["X-Request-Id"]) == 32


@pytest.mark.parametrize("identifier", ["%2E%2E%2Fescaped", "..%2F..%2Fescaped", "a%2Fb", "C%3A%5Cescaped"])
def test_no_identifier_leads_out_of_the_folder(
    identifier: str, client: httpx.Client, http_partner: HttpPartner
) -> None:
    """Files are named by what strangers send."""
    assert client.put(f"/users/{identifier}", json={}).status_code == 201
    (stored,) = (http_partner.folder("engage") / "users").iterdir()
    assert "/" not in stored.name
    assert not list(http_partner.folder("engage").parent.rglob("escaped*"))


@pytest.mark.parametrize("path", ["/users/a/b", "/courses/1", "/", "/users/"])
def test_unknown_paths_are_not_found(path: str, client: httpx.Client) -> None:
    """An id that was not percent-encoded must fail here as it would there."""
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code in (307, 404)
    assert client.get(path, follow_redirects=True).status_code in (404, 200 if path == "/users/" else 404)


def test_a_list_comes_in_pages(client: httpx.Client) -> None:
    """A client that reads only the first page has to get only the first page."""
    for number in range(7):
        client.put(f"/users/{number}", json={"id": number})
    first = client.get("/users")
    assert [user["id"] for user in first.json()] == [0, 1, 2]
    second = client.get(first.links["next"]["url"])
    third = client.get(second.links["next"]["url"])
    assert [user["id"] for user in third.json()] == [6]
    assert "next" not in third.links
    assert client.get("/users", params={"page": 9}).json() == []
    assert client.get("/users", params={"page": 0}).status_code == 422


def test_a_list_may_lead_on_in_its_body(client: httpx.Client) -> None:
    """Half of the interfaces put the way to the next page there, and no Link header."""
    for number in range(4):
        client.put(f"/users/{number}", json={"id": number})
    first = client.get("/users", params={"envelope": 1})
    assert "next" not in first.links
    assert [user["id"] for user in first.json()["data"]["users"]] == [0, 1, 2]
    assert first.json()["meta"]["cursor"] == "2"
    last = client.get(first.json()["meta"]["next"]).json()
    assert [user["id"] for user in last["data"]["users"]] == [3]
    assert last["meta"] == {"next": None, "cursor": None}


def test_a_partner_of_any_collection_takes_any_but_no_path(tmp_path: Path) -> None:
    """The sandbox does not know what a flow is going to call; the folder it keeps things in, it does."""
    with HttpPartner(tmp_path, [HttpSystem("any", collections=None)]) as partner:
        url = partner.url("any")
        assert httpx.post(f"{url}/contacts", json={"a": 1}).json() == {"id": "1", "a": 1}
        assert httpx.get(f"{url}/contacts/1").json() == {"a": 1}
        for name in ("%2E%2E", "a%2Fb", "x" * 61):
            assert httpx.put(f"{url}/{name}/1", json={}).status_code == 404


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [(b"PK-no-zip", "application/zip", 400), (b"\xff", "text/csv", 400), (b"a\n1\n", "text/plain", 400)],
)
def test_an_import_of_nothing_readable_is_refused(
    content: bytes, kind: str, status: int, client: httpx.Client
) -> None:
    """A partner that imports anything would let a wrong content type pass."""
    answer = client.post("/api/v1/accounts/1/sis_imports", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status


def test_faults_happen_as_often_as_asked(client: httpx.Client, http_partner: HttpPartner) -> None:
    """A fault that never ends, or never comes, would prove nothing about retries."""
    http_partner.faults.append(
        HttpFault("PUT /engage/users/", status=503, times=2, headers={"Retry-After": "1"})
    )
    assert client.get("/users").status_code == 200
    answers = [client.put("/users/1", json={}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 201]
    assert answers[0].headers["Retry-After"] == "1"
    http_partner.faults.append(HttpFault("PUT /engage/users/", drop=True))
    with pytest.raises(httpx.RemoteProtocolError):
        client.put("/users/2", json={"id": 2})
    assert client.get("/users/2").json() == {"id": 2}


def test_its_log_has_no_bodies(client: httpx.Client, http_partner: HttpPartner) -> None:
    """The log is for counting requests; what they carried is in the resources."""
    client.put("/users/1", json={"name": "Þorgerðr"})
    client.get("/users", params={"page": 1})
    lines = (http_partner.folder("engage") / "requests.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"method": "PUT", "path": "/engage/users/1", "status": 201},
        {"method": "GET", "path": "/engage/users", "status": 200},
    ]
