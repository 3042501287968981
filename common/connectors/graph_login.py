"""The login of an app at Microsoft: a token for an hour, renewed when it is needed."""

import time
from collections.abc import Generator

import httpx

from common.connectors.graph_errors import check_login
from common.errors import ConfigError

__all__ = ["GraphLogin"]

_EARLY = 60.0  # seconds before its end that a token is renewed


class GraphLogin(httpx.Auth):
    """OAuth 2.0 client credentials (RFC 6749 section 4.4); ``url`` is the tenant's token endpoint, ``form`` goes there."""

    requires_response_body = True

    def __init__(self, *, where: str, url: str, client_id: str, client_secret: str, scope: str) -> None:
        self._where = where
        self.url = url
        self.form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": scope,
        }
        self._token = ""
        self._until = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        fresh = not self._token or time.monotonic() >= self._until
        if fresh:
            self.keep((yield self._asking(request)))
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED and not fresh:
            # revoked before its end
            self.keep((yield self._asking(request)))
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _asking(self, request: httpx.Request) -> httpx.Request:
        # the timeouts are among the extensions
        return httpx.Request("POST", self.url, data=self.form, extensions=dict(request.extensions))

    def keep(self, response: httpx.Response) -> None:
        """Takes the token out of the endpoint's answer; ConfigError where the login is refused."""
        check_login(self._where, response)
        try:
            found = response.json()
            self._token, seconds = str(found["access_token"]), float(found["expires_in"])
        except (ValueError, TypeError, KeyError):
            raise ConfigError(
                f"{self._where}: the login answers without a token. Check the page's tenant."
            ) from None
        self._until = time.monotonic() + seconds - _EARLY
