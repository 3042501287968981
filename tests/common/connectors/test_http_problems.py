"""What of an error answer is shown: the name of the problem, and nothing that was sent or that names somebody."""

from typing import Any

import httpx
import pytest

from common.connectors.http.problems import named_problem

SENT = {"json": {"name": "Jane Doe", "login": "jdoe", "status": "gone", "tags": ["blue"]}}


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        ({"title": "Conflict", "detail": "Jane Doe exists"}, "Conflict"),
        ([{"errorCode": "INVALID_SESSION_ID", "message": "Session expired"}], "INVALID_SESSION_ID"),
        ({"error": {"code": "itemNotFound", "message": "x"}}, "itemNotFound"),
        ({"error": {"message": "Operation failed", "detail": "ACL"}}, "Operation failed"),
        ({"errors": [{"message": "The specified resource does not exist."}]}, None),
        ({"message": "the field short_name is missing"}, "the field short_name is missing"),
    ],
)
def test_the_usual_error_documents_are_understood(document: Any, shown: str | None) -> None:
    """A bare "answered 400" sends the reader to the partner with nothing in hand."""
    found = named_problem(httpx.Response(400, json=document), SENT)
    assert found == (shown or document["errors"][0]["message"])


@pytest.mark.parametrize(
    "document",
    [
        {"title": "Jane exists"},
        {"error": "jdoe"},
        {"message": "the login jdoe is taken"},
        {"message": "the colour blue is unknown"},
        {"message": "the person Robert is unknown"},
        {"message": "student 9001 is unknown"},
        {"message": "see a@mail.example"},
        {"message": "'gone' is no status"},
        {"message": "x" * 200},
        {"detail": "anything"},
        {"errors": {"name": ["is taken"]}},
        ["text"],
        "text",
        None,
    ],
)
def test_what_may_name_somebody_is_not_shown(document: Any) -> None:
    """Receivers quote the record that they refuse, whole or in part."""
    assert named_problem(httpx.Response(400, json=document), SENT) == ""


def test_where_the_request_is_not_known_only_codes_are_shown() -> None:
    """Of a file with a million rows nobody can say that a sentence quotes none of them."""
    answers = {"Jane Doe": "", "Bad Request": "Bad Request", "FILE_TOO_LARGE": "FILE_TOO_LARGE"}
    for title, shown in answers.items():
        assert (
            named_problem(httpx.Response(400, json={"title": title, "message": "no such row"}), None) == shown
        )


@pytest.mark.parametrize("content", [b"", b"<html>", b"\xff", b"{"])
def test_an_answer_that_is_no_json_has_no_name(content: bytes) -> None:
    """A proxy's page in HTML must not end the run with a traceback."""
    assert named_problem(httpx.Response(502, content=content), SENT) == ""
