"""Who is let in to a system: logins, keys, and tokens that it issues itself."""

import base64
import secrets
import time
from urllib.parse import parse_qs

from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from common.sandbox.partners.http_problem import problem
from common.sandbox.partners.http_system import HttpSystem

__all__ = ["ENDPOINT", "Guard", "TokenIssuer"]

ENDPOINT = "/oauth/token"


class TokenIssuer:
    """The token endpoint of a system (RFC 6749, section 4.4): its clients log in by HTTP basic authentication."""

    def __init__(self, system: HttpSystem) -> None:
        self._login = _basic(system.client_id, system.client_secret)
        self._life = system.token_life
        self._issued: dict[str, float] = {}

    async def answer(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        if not _same(request.headers.get("Authorization", ""), self._login):
            return JSONResponse({"error": "invalid_client"}, 401, {"WWW-Authenticate": "Basic"})
        if form.get("grant_type") != ["client_credentials"]:
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        if form.get("scope", ["all"]) != ["all"]:
            return JSONResponse({"error": "invalid_scope"}, 400)
        token = secrets.token_urlsafe(24)
        self._issued[token] = time.monotonic() + self._life
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": self._life})

    def knows(self, authorization: str) -> bool:
        return self._issued.get(authorization.removeprefix("Bearer "), 0.0) > time.monotonic()

    def withdraw(self) -> None:
        """Makes every token worthless before its time."""
        self._issued.clear()


class Guard:
    """Lets only those in who know the system's secret."""

    def __init__(self, app: ASGIApp, system: HttpSystem, issuer: TokenIssuer) -> None:
        self._app = app
        self._system = system
        self._issuer = issuer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if not self._may_enter(scope):
            scheme = "Basic" if self._system.username else "Bearer"
            app = problem(401, "The credentials are missing or wrong", {"WWW-Authenticate": scheme})
        await app(scope, receive, send)

    def _may_enter(self, scope: Scope) -> bool:
        system, headers = self._system, Headers(scope=scope)
        authorization = headers.get("Authorization", "")
        if system.client_id is not None:
            asks_for_token = scope["path"].endswith(ENDPOINT)
            return asks_for_token or self._issuer.knows(authorization)
        if system.token is not None:
            return _same(authorization, f"Bearer {system.token}")
        if system.username is not None:
            return _same(authorization, _basic(system.username, system.password))
        if system.api_key is not None:
            query, name = QueryParams(scope["query_string"]), system.api_key_name
            given = headers.get(name) or query.get(name, "")
            return _same(given, system.api_key)
        return True


def _basic(username: str | None, password: str | None) -> str:
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"


def _same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())
