"""What an HTTP request is made of: its address, its credentials, its filled-in path and its body."""

import json
from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from common.errors import ConfigError, DeliveryError

__all__ = [
    "base_url",
    "credentials",
    "encode",
    "fill",
]


class _Bearer(httpx.Auth):
    """The token in the way of RFC 6750."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._header
        yield request


def base_url(name: str, text: str) -> str:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise ConfigError(
            f"Page {name}: the url must be http:// or https:// with a host and a path, without a user, a "
            "password or a query."
        )
    return str(url).rstrip("/")


def credentials(
    name: str, token: str | None, username: str | None, password: str | None
) -> httpx.Auth | None:
    if token and (username or password):
        raise ConfigError(f"Page {name}: give a token, or a username with a password, not both.")
    if token:
        if not (token.isascii() and token.isprintable()) or " " in token:
            raise ConfigError(f"Page {name}: the token holds a blank or another character that none has.")
        return _Bearer(token)
    if username and password:
        return httpx.BasicAuth(username, password)
    if username or password:
        raise ConfigError(f"Page {name}: a username and a password go together; one of them is missing.")
    return None


def fill(where: str, path: str, values: Mapping[str, object]) -> str:
    """The path with every value percent-encoded, so that no value can lead to another path."""
    texts = {key: str(value) for key, value in values.items()}
    for key, text in texts.items():
        if text in ("", ".", ".."):
            raise DeliveryError(
                f"{where}: the value for {key} is empty or dots only: it cannot stand in a URL."
            )
    try:
        return path.format_map({key: quote(text, safe="") for key, text in texts.items()})
    except (KeyError, ValueError, IndexError):
        raise ConfigError(
            f"{where}: the path wants other values than {', '.join(values) or 'none'}."
        ) from None


def encode(where: str, body: Any) -> bytes | None:
    if body is None:
        return None
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError):
        raise ConfigError(
            f"{where}: the body does not go into JSON. Dates, decimals and missing numbers have to be made "
            "text, numbers or null first."
        ) from None
