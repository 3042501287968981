"""What an HTTP request is made of: its address, its filled-in path and its body."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from common.errors import ConfigError, DeliveryError

__all__ = [
    "base_url",
    "encode",
    "fill",
]


def base_url(name: str, text: str) -> str:
    """The address, if it is one that may be shown; ConfigError where it is none or holds a secret."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise ConfigError(
            f"Page {name}: the url must be http:// or https:// with a host and a path, without a user, a "
            "password or a query."
        )
    return str(url)


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
    """The body as JSON; ConfigError for what JSON does not know, without a value of it."""
    if body is None:
        return None
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError):
        raise ConfigError(
            f"{where}: the body does not go into JSON. Dates, decimals and missing numbers have to be made "
            "text, numbers or null first."
        ) from None
