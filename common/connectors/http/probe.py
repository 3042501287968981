"""A look at an HTTP interface: it answers, and it knows the credentials; nothing is asked of it but to be read."""

import contextlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from common.connectors.http.errors import TryAgain, explain_fault, explain_status, final
from common.connectors.http.oauth import ClientCredentials
from common.connectors.probing import Step, Tell, resolve
from common.errors import DeliveryError

__all__ = ["probe"]

# What httpx tells of a request under way, as the step that begins with it.
_BEGINNINGS: Mapping[str, Step] = {
    "connection.connect_tcp.started": "answers",
    "connection.start_tls.started": "certificate",
    "http11.send_request_headers.started": "login",
}
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def probe(client: httpx.Client, where: str, url: str, tell: Tell) -> str:
    """Raises as a request does, only at once; tells where the credentials could not be tried."""
    parsed = httpx.URL(url)
    tell("resolves")
    if not _goes_through_proxy(parsed):
        resolve(where, parsed.host, parsed.port or (443 if parsed.scheme == "https" else 80))

    def follow(event: str, _: Mapping[str, Any]) -> None:
        if event in _BEGINNINGS:
            tell(_BEGINNINGS[event])

    request = client.build_request("GET", url, extensions={"trace": follow})
    try:
        if isinstance(client.auth, ClientCredentials):
            tell("login")
            client.auth.token()
        response = _ask(client, where, request)
        if client.auth is None:
            return ""
        bare = client.send(client.build_request("GET", url), auth=None)
    except TryAgain as passing:
        raise final(passing) from None
    except httpx.HTTPError as error:
        raise final(explain_fault(where, error, repeatable=True)) from None
    if response.status_code not in _REFUSED and bare.status_code in _REFUSED:
        return ""
    return (
        f"it answers {response.status_code} with the credentials and {bare.status_code} without: they are not tried "
        "by that. Name a path that needs them as check_path on the page"
    )


def _ask(client: httpx.Client, where: str, request: httpx.Request) -> httpx.Response:
    response = client.send(request)
    with contextlib.suppress(DeliveryError):  # "no such thing here" comes from an interface that let us in
        explain_status(where, response, {}, repeatable=True)
    return response


def _goes_through_proxy(url: httpx.URL) -> bool:
    """The proxy resolves the name then, and perhaps nobody else can."""
    proxies = getproxies()
    return bool(proxies.get(url.scheme) or proxies.get("all")) and not proxy_bypass(url.host)
