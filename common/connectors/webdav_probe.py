"""A look at a WebDAV server: it answers, lets us in, and has the page's folder."""

from collections.abc import Mapping
from typing import Any

import httpx

from common.connectors.http.steps import BEGINNINGS, resolve_host
from common.connectors.probing import Tell
from common.connectors.webdav_session import WebDavSession
from common.errors import ConfigError, SourceError

__all__ = ["look"]

_ANSWERED = "http11.receive_response_headers.complete"


def look(session: WebDavSession, path: str, tell: Tell, *, put_only: bool) -> str:
    """Raises at the step that fails; tells of a server that ``put_only`` takes files and shows none."""
    tell("resolves")
    resolve_host(session.where, session.url)

    def follow(event: str, info: Mapping[str, Any]) -> None:
        if event in BEGINNINGS:
            tell(BEGINNINGS[event])
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
