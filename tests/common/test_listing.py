"""Rows from interfaces: which members become columns, how pages follow, and what a contract makes of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest

from common import Column, Contract, NextCursor, NextUrl, PageNumber, extract_graphql, extract_rest
from common.blocks import GraphQlApi, RestApi
from common.errors import ConfigError, SourceError
from common.sandbox.pages import save_page
from common.sandbox.partners import HttpPartner
from common.settings import settings
from tests.servers.graphql import GraphQlServer
from tests.servers.partners import TOKEN

PEOPLE: list[dict[str, Any]] = [
    {"id": n, "name": f"Þ{n}", "active": n % 2 == 0, "contact": {"email": f"{n}@mail.example"}}
    for n in range(7)
]
COLUMNS = {"emplid": "id", "name": "name", "active": "active", "email": "contact.email", "phone": "phone"}


@pytest.fixture(scope="module")
def page(prefect_server: None, http_partner: HttpPartner) -> None:
    """The page of the partner ``engage``; saving one takes longer than a test."""
    save_page("engage-list", RestApi(url=http_partner.url("engage"), token=TOKEN))


@pytest.fixture
def partner(page: None, http_partner: HttpPartner, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpPartner]:
    """The partner ``engage`` with seven people, three on a page, and batches of two rows."""
    for file in http_partner.folder("engage").rglob("*.*"):
        file.unlink()
    for person in PEOPLE:
        url = f"{http_partner.url('engage')}/users/{person['id']}"
        httpx.put(url, json=person, headers={"Authorization": f"Bearer {TOKEN}"}).raise_for_status()
    monkeypatch.setenv("CAMPUS_BATCH_ROWS", "2")
    settings.cache_clear()
    yield http_partner
    settings.cache_clear()


def table(rows: Any) -> list[dict[str, Any]]:
    rows_found: list[dict[str, Any]] = pa.Table.from_batches(rows).to_pylist()
    return rows_found


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"paging": PageNumber(), "params": {"per_page": 3}},
        {"items": "data.users", "paging": NextUrl("meta.next"), "params": {"envelope": 1}},
        {"items": "data.users", "paging": NextCursor("meta.cursor", "page"), "params": {"envelope": 1}},
    ],
    ids=["link header", "page number", "next url", "cursor"],
)
def test_a_list_is_read_whatever_way_its_pages_follow(how: dict[str, Any], partner: HttpPartner) -> None:
    """Each interface has its own way, and each reads like one page where the way is not known."""
    rows = extract_rest("engage-list", "/users", columns={"emplid": "id"}, **how)
    assert [row["emplid"] for row in table(rows)] == [str(n) for n in range(7)]
    assert [batch.num_rows for batch in rows] == [2, 2, 2, 1]  # read anew, a few rows in memory


def test_a_contract_gives_the_texts_their_types(partner: HttpPartner) -> None:
    """Types guessed page by page would change with the first page that has no value."""
    people = Contract(
        "people",
        (
            Column("emplid", "integer"),
            Column("name", personal=True),
            Column("active", "boolean"),
            Column("email", personal=True),
            Column("phone", required=False),
        ),
        key=("emplid",),
    )
    checked = list(people.check(extract_rest("engage-list", "/users", columns=COLUMNS)))
    assert table(checked)[1] == {
        "emplid": 1,
        "name": "Þ1",
        "active": False,
        "email": "1@mail.example",
        "phone": None,
    }


def test_a_list_without_items_still_has_its_columns(partner: HttpPartner) -> None:
    """An empty answer must fail as "no rows", not as columns that are missing."""
    for file in (partner.folder("engage") / "users").iterdir():
        file.unlink()
    [batch] = extract_rest("engage-list", "/users", columns=COLUMNS)
    assert batch.schema.names == list(COLUMNS)
    assert batch.num_rows == 0


def test_a_member_that_is_no_value_is_said_so(partner: HttpPartner) -> None:
    """An object as text would be delivered as {'email': ...}."""
    with pytest.raises(SourceError, match="contact is not one value") as caught:
        list(extract_rest("engage-list", "/users", columns={"contact": "contact"}))
    assert "mail.example" not in str(caught.value)


def test_a_graphql_connection_becomes_rows(partner: HttpPartner, tmp_path: Path) -> None:
    """The query lies in a file of its own, as SQL does."""
    document = tmp_path / "students.graphql"
    document.write_text(
        "query Students($after: String) { campus { students(after: $after) {"
        " nodes { emplid credits address { city } } pageInfo { hasNextPage endCursor } } } }"
    )
    students = [{"emplid": f"90{n}", "credits": 12.5, "address": {"city": "Reykjavík"}} for n in range(3)]
    with GraphQlServer(tmp_path / "server", TOKEN, students) as server:
        save_page("residences", GraphQlApi(url=server.url, token=TOKEN))
        rows = extract_graphql(
            "residences",
            document,
            connection="campus.students",
            columns={"emplid": "emplid", "credits": "credits", "city": "address.city"},
        )
        assert table(rows)[2] == {"emplid": "902", "credits": "12.5", "city": "Reykjavík"}


def test_a_query_that_is_not_there_is_named(partner: HttpPartner, tmp_path: Path) -> None:
    """Prevents a traceback of open() in the place of what to do."""
    save_page("residences", GraphQlApi(url="http://127.0.0.1:1/graphql", token=TOKEN))
    with pytest.raises(ConfigError, match=r"students\.graphql cannot be read"):
        extract_graphql("residences", tmp_path / "students.graphql", connection="students", columns={})
