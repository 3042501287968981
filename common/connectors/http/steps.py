"""The steps of a probe by HTTP."""

from collections.abc import Mapping

import httpx

from common.connectors.probing import Step, resolve
from common.connectors.proxies import behind_proxy

__all__ = ["BEGINNINGS", "resolve_host"]

BEGINNINGS: Mapping[str, Step] = {
    "connection.connect_tcp.started": "answers",
    "connection.start_tls.started": "certificate",
    "http11.send_request_headers.started": "login",
}
"""What httpx tells of a request under way (its ``trace`` extension), as the step that begins with it."""


def resolve_host(where: str, url: httpx.URL) -> None:
    """Looks the host up, unless a proxy does that; raises TransientError where nobody knows it."""
    if not behind_proxy(str(url)):
        resolve(where, url.host, url.port or (443 if url.scheme == "https" else 80))
