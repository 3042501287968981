"""The JSON interface of one system: resources to create, read, replace, change and delete."""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from common.sandbox.partners.json_store import JsonStore

__all__ = ["HttpSystem", "json_api", "problem"]


@dataclass(frozen=True, slots=True)
class HttpSystem:
    """One partner: who may call (a bearer token, or a username with a password), and what it keeps."""

    name: str
    token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    collections: tuple[str, ...] = ("users",)
    page_size: int = 100


def json_api(system: HttpSystem, folder: Path) -> ASGIApp:
    """The interface of ``system``, keeping its resources under ``folder``."""
    return Starlette(
        routes=[
            route
            for collection in system.collections
            for route in _Collection(JsonStore(folder / collection), system.page_size).routes(collection)
        ],
        middleware=[Middleware(_Guard, system=system)],
        exception_handlers={HTTPException: _as_problem},
    )


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error answer in the form of RFC 9457."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def _as_problem(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return problem(error.status_code, error.detail, error.headers)


class _Guard:
    """Lets only those in who know the system's secret."""

    def __init__(self, app: ASGIApp, system: HttpSystem) -> None:
        self._app = app
        self._expected = ""
        self._scheme = ""
        if system.token is not None:
            self._expected, self._scheme = f"Bearer {system.token}", "Bearer"
        elif system.username is not None:
            login = base64.b64encode(f"{system.username}:{system.password}".encode()).decode()
            self._expected, self._scheme = f"Basic {login}", "Basic"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = Headers(scope=scope).get("Authorization", "")
        app = self._app
        if self._expected and not secrets.compare_digest(given.encode(), self._expected.encode()):
            app = problem(401, "The credentials are missing or wrong", {"WWW-Authenticate": self._scheme})
        await app(scope, receive, send)


class _Collection:
    """The requests that one collection answers."""

    def __init__(self, store: JsonStore, page_size: int) -> None:
        self._store = store
        self._page_size = page_size

    def routes(self, name: str) -> Sequence[Route]:
        one = f"/{name}/{{identifier}}"
        return (
            Route(f"/{name}", self.page, methods=["GET"]),
            Route(one, self.read, methods=["GET"]),
            Route(one, self.create, methods=["POST"]),
            Route(one, self.replace, methods=["PUT"]),
            Route(one, self.change, methods=["PATCH"]),
            Route(one, self.delete, methods=["DELETE"]),
        )

    async def page(self, request: Request) -> Response:
        number = _positive(request, "page", 1)
        size = _positive(request, "per_page", self._page_size)
        identifiers = self._store.identifiers()
        chosen = identifiers[(number - 1) * size : number * size]
        headers = {}
        if number * size < len(identifiers):
            headers["Link"] = f'<{request.url.include_query_params(page=number + 1)}>; rel="next"'
        return JSONResponse([self._store.get(identifier) for identifier in chosen], headers=headers)

    async def read(self, request: Request) -> Response:
        return JSONResponse(self._found(_identifier(request)))

    async def create(self, request: Request) -> Response:
        identifier, resource = _identifier(request), await _body(request)
        if self._store.get(identifier) is not None:
            raise HTTPException(409, f"{identifier} exists already")
        self._store.put(identifier, resource)
        return JSONResponse(resource, 201)

    async def replace(self, request: Request) -> Response:
        identifier, resource = _identifier(request), await _body(request)
        status = 201 if self._store.get(identifier) is None else 200
        self._store.put(identifier, resource)
        return JSONResponse(resource, status)

    async def change(self, request: Request) -> Response:
        """Merge the given members into the resource; null removes one (RFC 7396, one level deep)."""
        identifier, changes = _identifier(request), await _body(request)
        merged = {**self._found(identifier), **changes}
        resource = {key: value for key, value in merged.items() if value is not None}
        self._store.put(identifier, resource)
        return JSONResponse(resource)

    async def delete(self, request: Request) -> Response:
        identifier = _identifier(request)
        self._found(identifier)
        self._store.delete(identifier)
        return Response(status_code=204)

    def _found(self, identifier: str) -> dict[str, Any]:
        resource = self._store.get(identifier)
        if resource is None:
            raise HTTPException(404, f"There is no {identifier}")
        return resource


def _identifier(request: Request) -> str:
    return unquote(request.path_params["identifier"])


def _positive(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or int(text) == 0:
        raise HTTPException(422, f"{name} must be a positive number")
    return int(text)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise HTTPException(422, f"The body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise HTTPException(422, f"The body is not a JSON object: {body}")
    return body
