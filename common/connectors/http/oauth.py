"""OAuth 2.0 for programs: a client that fetches its own tokens (RFC 6749, section 4.4).

Not authlib's client: that one has no lock around its renewal, never renews after a 401, and reads every body into
memory before it is sent.
"""

import threading
import time
from collections.abc import Generator
from http import HTTPStatus
from urllib.parse import quote_plus

import httpx

from common.connectors.http.errors import explain_fault, explain_status
from common.connectors.http.request import base_url
from common.errors import ConfigError, DeliveryError

__all__ = ["ClientCredentials"]

EARLY = (
    60.0  # seconds before its end at which a token is not used any more (half of its life, if that is less)
)
UNSAID = 300.0  # seconds for which a token is used whose life the server does not tell


class ClientCredentials(httpx.Auth):
    """Puts a token on each request, fetched when the first one needs it and anew before it ends.

    The client's id and secret go to ``url`` by HTTP basic authentication, which every server has to know. May be
    used by many threads at once. What ``fetch`` raises comes out of the request that needed the token.
    """

    def __init__(
        self, name: str, url: str, client_id: str, client_secret: str, scope: str | None, *, timeout: float
    ) -> None:
        self._url = base_url(name, url)
        self._where = f"Page {name}: the token endpoint {self._url}"
        # section 2.3.1: both are form-encoded first
        self._client = httpx.BasicAuth(quote_plus(client_id), quote_plus(client_secret))
        self._form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        self._timeout = timeout
        self._lock = threading.Lock()
        self._token = ""
        self._ends = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self.token()}"
        yield request

    def token(self) -> str:
        """A token that still has some time to live."""
        with self._lock:
            if time.monotonic() >= self._ends:
                self._token, life = self.fetch()
                self._ends = time.monotonic() + life - min(EARLY, life / 2)
            return self._token

    def renew(self, refused: httpx.Request) -> None:
        """Forgets the token of a request that was refused, unless another thread has renewed it already."""
        with self._lock:
            if refused.headers.get("Authorization") == f"Bearer {self._token}":
                self._ends = 0.0

    def fetch(self) -> tuple[str, float]:
        """A new token and the seconds it lives.

        Raises ConfigError for a refused client, TryAgain for a fault that may pass, DeliveryError for an answer
        that holds no token. None of them quotes the answer.
        """
        try:
            with httpx.Client(auth=self._client, timeout=self._timeout) as client:
                response = client.post(self._url, data=self._form, headers={"Accept": "application/json"})
        except httpx.HTTPError as error:
            raise explain_fault(self._where, error, repeatable=True) from None
        try:
            explain_status(self._where, response, None, repeatable=True)
        except DeliveryError:
            # section 5.2: a wrong client, grant or scope is answered with 400
            if response.status_code == HTTPStatus.BAD_REQUEST:
                raise ConfigError(
                    f"{self._where} answered 400{_reason(response)}: it refuses the client_id, the client_secret or "
                    "the scope of the page. Correct them, or ask the partner."
                ) from None
            raise
        try:
            body = response.json()
            token, kind = str(body["access_token"]), str(body.get("token_type", "bearer"))
            life = float(body.get("expires_in") or UNSAID)
        except (ValueError, TypeError, KeyError, AttributeError):
            token, kind, life = "", "", 0.0
        if not token.isascii() or not token.isprintable() or not token or kind.lower() != "bearer":
            raise DeliveryError(f"{self._where} answered without a bearer token. Ask the partner.")
        return token, life


def _reason(response: httpx.Response) -> str:
    """One of the words that section 5.2 knows; anything else the server may have made up from what was sent."""
    known = (
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    )
    try:
        word = response.json()["error"]
    except (ValueError, TypeError, KeyError):
        return ""
    return f" ({word})" if word in known else ""
