"""Error answers in the form of RFC 9457."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import JSONResponse, Response

__all__ = ["problem"]


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error answer in the form of RFC 9457."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")
