"""The JSON interface of one system: resources to create, read, replace, change and delete."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from common.sandbox.partners.http_bulk import bulk_routes
from common.sandbox.partners.http_canvas import canvas_routes
from common.sandbox.partners.http_guard import ENDPOINT, Guard, TokenIssuer
from common.sandbox.partners.http_problem import problem
from common.sandbox.partners.http_servicenow import servicenow_routes
from common.sandbox.partners.http_system import HttpSystem
from common.sandbox.partners.json_store import JsonStore

__all__ = ["json_api"]


def json_api(system: HttpSystem, folder: Path, issuer: TokenIssuer) -> ASGIApp:
    """The interface of ``system``, keeping its resources and jobs under ``folder``."""
    return Starlette(
        routes=[
            Route(ENDPOINT, issuer.answer, methods=["POST"]),
            *canvas_routes(folder),
            *servicenow_routes(folder),
            *bulk_routes(folder),
            *_Collections(folder, system).routes(),
        ],
        middleware=[Middleware(Guard, system=system, issuer=issuer)],
        exception_handlers={HTTPException: _as_problem},
    )


async def _as_problem(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return problem(error.status_code, error.detail, error.headers)


class _Collections:
    """The requests that collections answer: those that the system names, or any."""

    def __init__(self, folder: Path, system: HttpSystem) -> None:
        self._folder = folder
        self._names = system.collections
        self._page_size = system.page_size

    def routes(self) -> Sequence[Route]:
        one = "/{collection}/{identifier}"
        return (
            Route("/{collection}", self.page, methods=["GET"]),
            Route("/{collection}", self.add, methods=["POST"]),
            Route(one, self.read, methods=["GET"]),
            Route(one, self.create, methods=["POST"]),
            Route(one, self.replace, methods=["PUT"]),
            Route(one, self.change, methods=["PATCH"]),
            Route(one, self.delete, methods=["DELETE"]),
        )

    async def page(self, request: Request) -> Response:
        store = self._store(request)
        number = _positive(request, "page", 1)
        size = _positive(request, "per_page", self._page_size)
        identifiers = store.identifiers()
        items = [store.get(identifier) for identifier in identifiers[(number - 1) * size : number * size]]
        following = None
        if number * size < len(identifiers):
            following = str(request.url.include_query_params(page=number + 1))
        if request.query_params.get(
            "envelope"
        ):  # as those do that put the way to the next page into the body
            meta = {"next": following, "cursor": str(number + 1) if following else None}
            return JSONResponse({"data": {store.name: items}, "meta": meta})
        return JSONResponse(items, headers={"Link": f'<{following}>; rel="next"'} if following else {})

    async def add(self, request: Request) -> Response:
        """Creates a resource under an id of the system's own: the next number."""
        store, resource = self._store(request), await _body(request)
        identifier = str(len(store.identifiers()) + 1)
        store.put(identifier, resource)
        return JSONResponse({"id": identifier, **resource}, 201)

    async def read(self, request: Request) -> Response:
        return JSONResponse(self._found(self._store(request), _identifier(request)))

    async def create(self, request: Request) -> Response:
        store, identifier, resource = self._store(request), _identifier(request), await _body(request)
        if store.get(identifier) is not None:
            raise HTTPException(409, f"{identifier} exists already")
        store.put(identifier, resource)
        return JSONResponse(resource, 201)

    async def replace(self, request: Request) -> Response:
        store, identifier, resource = self._store(request), _identifier(request), await _body(request)
        status = 201 if store.get(identifier) is None else 200
        store.put(identifier, resource)
        return JSONResponse(resource, status)

    async def change(self, request: Request) -> Response:
        """Merge the given members into the resource; null removes one (RFC 7396, one level deep)."""
        store, identifier, changes = self._store(request), _identifier(request), await _body(request)
        merged = {**self._found(store, identifier), **changes}
        resource = {key: value for key, value in merged.items() if value is not None}
        store.put(identifier, resource)
        return JSONResponse(resource)

    async def delete(self, request: Request) -> Response:
        store, identifier = self._store(request), _identifier(request)
        self._found(store, identifier)
        store.delete(identifier)
        return Response(status_code=204)

    def _store(self, request: Request) -> JsonStore:
        name = request.path_params["collection"]
        known = re.fullmatch(r"[\w-]{1,60}", name, re.ASCII) and (self._names is None or name in self._names)
        if not known:
            raise HTTPException(404, "There is no such collection")
        return JsonStore(self._folder / name)

    def _found(self, store: JsonStore, identifier: str) -> dict[str, Any]:
        resource = store.get(identifier)
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
