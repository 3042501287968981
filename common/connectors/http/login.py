"""The credentials of a page, as httpx adds them to each request."""

from collections.abc import Generator
from typing import Literal

import httpx

from common.connectors.http.oauth import ClientCredentials
from common.errors import ConfigError

__all__ = ["login"]


class _Bearer(httpx.Auth):
    """The token in the way of RFC 6750."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._header
        yield request


class _ApiKey(httpx.Auth):
    """A key in a header or in the query, under the name that the receiver gave it."""

    def __init__(self, key: str, name: str, place: Literal["header", "query"]) -> None:
        self._key, self._name, self._place = key, name, place

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._place == "header":
            request.headers[self._name] = self._key
        else:
            request.url = request.url.copy_set_param(self._name, self._key)
        yield request


def login(
    name: str,
    *,
    token: str | None = None,
    username: str | None = None,
    password: str | None = None,
    api_key: str | None = None,
    api_key_name: str = "X-Api-Key",
    api_key_in: Literal["header", "query"] = "header",
    token_url: str | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
    scope: str | None = None,
    timeout: float = 30,
) -> httpx.Auth | None:
    """The one way to log in that the page ``name`` describes, or None; ConfigError for two of them, or a half.

    A bearer token (RFC 6750); a username with a password (RFC 7617); an API key; a client that fetches tokens for
    itself at ``token_url`` within ``timeout`` seconds (RFC 6749, section 4.4).
    """
    ways = {
        "a token": [token],
        "a username with a password": [username, password],
        "an api_key": [api_key],
        "a token_url with a client_id and a client_secret": [token_url, client_id, client_secret],
    }
    given = [way for way, values in ways.items() if any(values)]
    if len(given) > 1:
        raise ConfigError(f"Page {name}: give {' or '.join(given)}, not both.")
    for way in given:
        if not all(ways[way]):
            raise ConfigError(f"Page {name}: {way} go together; one of them is missing.")
    if token:
        return _Bearer(_printable(name, "token", token))
    if username and password:
        return httpx.BasicAuth(username, password)
    if api_key:
        return _ApiKey(_printable(name, "api_key", api_key), api_key_name, api_key_in)
    if token_url and client_id and client_secret:
        return ClientCredentials(name, token_url, client_id, client_secret, scope, timeout=timeout)
    return None


def _printable(name: str, field: str, secret: str) -> str:
    if not (secret.isascii() and secret.isprintable()) or " " in secret:
        raise ConfigError(f"Page {name}: the {field} holds a blank or another character that none has.")
    return secret
