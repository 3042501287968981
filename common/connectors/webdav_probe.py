"""A look at a WebDAV server: it answers, lets us in, and has the page's folder."""

from collections.abc import Mapping
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from common.connectors.probing import Step, Tell, resolve
from common.connectors.webdav_session import WebDavSession
from common.errors import ConfigError, SourceError

__all__ = ["look"]

# What httpx tells of a request under way, as the step that begins with it.
_BEGINNINGS: Mapping[str, Step] = {
    "connection.connect_tcp.started": "answers",
    "connection.start_tls.started": "certificate",
    "http11.send_request_headers.started": "login",
}
_ANSWERED = "http11.receive_response_headers.complete"


def look(session: WebDavSession, path: str, tell: Tell, *, put_only: bool) -> str:
    """Raises at the step that fails; tells of a server that ``put_only`` takes files and shows none."""
    url = session.url
    tell("resolves")
    if not getproxies().get(url.scheme) or proxy_bypass(url.host):  # a proxy resolves the name by itself
        resolve(session.where, url.host, url.port or (443 if url.scheme == "https" else 80))

    def follow(event: str, info: Mapping[str, Any]) -> None:
        if event in _BEGINNINGS:
            tell(_BEGINNINGS[event])
        elif event == _ANSWERED and info["return_value"][1] != httpx.codes.UNAUTHORIZED:
            tell("readable")

    try:
        members = session.members("look at", path, depth=0, follow=follow)
    except SourceError:
        if put_only:
            return f"{path} may not be looked at: files can be left there, not fetched"
        raise
    if not any(member.folder for member in members):
        raise ConfigError(f"{session.where}: {path} is not a folder. Correct the page's url and path.")
    return ""
