"""A look at an HTTP interface: it answers, and it knows the credentials; nothing is asked of it but to be read."""

import contextlib
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import httpx

from common.connectors.http.errors import TryAgain, explain_fault, explain_status, final
from common.connectors.http.oauth import ClientCredentials
from common.connectors.http.steps import BEGINNINGS, resolve_host
from common.connectors.probing import Tell
from common.errors import DeliveryError

__all__ = ["probe"]

_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def probe(
    client: httpx.Client,
    where: str,
    build: Callable[..., httpx.Request],
    tell: Tell,
    *,
    look: Callable[[httpx.Response], None] = lambda _: None,
    refuses: Callable[[httpx.Response], bool] = lambda response: response.status_code in _REFUSED,
) -> str:
    """Sends the request of ``build`` once with the credentials and once without.

    Raises as a request does, only at once; tells where the credentials could not be tried. ``look`` may refuse an
    answer; ``refuses`` tells one to somebody who may not ask.
    """
    tell("resolves")
    resolve_host(where, build().url)

    def follow(event: str, _: Mapping[str, Any]) -> None:
        if event in BEGINNINGS:
            tell(BEGINNINGS[event])

    try:
        if isinstance(client.auth, ClientCredentials):
            tell("login")
            client.auth.token()
        response = client.send(build(extensions={"trace": follow}))
        look(response)
        # "no such thing here" comes from an interface that let us in
        with contextlib.suppress(DeliveryError):
            explain_status(where, response, {}, repeatable=True)
        if client.auth is None:
            return ""
        bare = client.send(build(), auth=None)
    except TryAgain as passing:
        raise final(passing) from None
    except httpx.HTTPError as error:
        raise final(explain_fault(where, error, repeatable=True)) from None
    if refuses(bare) and not refuses(response):
        return ""
    return (
        f"it answers {response.status_code} with the credentials and {bare.status_code} without: they are not tried "
        "by that"
    )
