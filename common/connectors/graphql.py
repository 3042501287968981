"""GraphQL over HTTP: queries whose answers come whole, or not at all.

A query with an error is answered with 200 as well, with an error list and whatever could be found beside it; such
half of an answer is refused. Sources: the GraphQL specification of October 2021, section 7, and "GraphQL over HTTP".
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx

from common.connectors.http.errors import TryAgain
from common.connectors.http.problems import leaves
from common.connectors.http.request import encode
from common.connectors.http.session import Session
from common.connectors.http.wording import masked, words
from common.connectors.probing import Tell, untold
from common.errors import ConfigError, DeliveryError, SourceError

__all__ = ["GraphQl"]

ACCEPT = "application/graphql-response+json, application/json;q=0.9"
LONGEST = 300  # characters of a message that are looked at
TYPENAME = "query Probe { __typename }"
# What Apollo, GitHub, Shopify and Hasura put into extensions.code or type
_LOGIN = {"UNAUTHENTICATED", "FORBIDDEN", "ACCESS_DENIED", "INVALID-JWT", "INSUFFICIENT_SCOPES"}
_BUSY = {"THROTTLED", "RATE_LIMITED", "TIMEOUT", "SERVICE_UNAVAILABLE"}
_WRITTEN_WRONG = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "VALIDATION-FAILED"}
_CODE = re.compile(r"[A-Z][A-Z_-]{1,59}")


class GraphQl:
    """One GraphQL interface, for use in a ``with`` statement; ``session`` has its address and credentials.

    Raises ConfigError for refused credentials and a query that the interface does not understand, SourceError where
    it cannot answer one, DeliveryError where it refuses a mutation, TransientError when a fault did not pass.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._where = f"Page {session.name}: GraphQL at {session.url}"

    def __enter__(self) -> Self:
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.__exit__(kind, error, trace)

    def probe(self, tell: Tell = untold) -> str:
        """Asks for the name of the root type once with the credentials and once without; ends the connection.

        Every interface knows the answer; those that tell it to strangers leave the credentials untried. Returns what
        whoever looks should know, or "".
        """
        look = partial(self._look, document=TYPENAME, variables={}, mutation=False)
        return self._session.probe(
            self._where, partial(self._build, TYPENAME, {}), tell, look=look, refuses=_refuses
        )

    def query(self, document: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The ``data`` that the document asks for, whole.

        A query is tried again as a GET would be; a mutation only where it certainly had no effect.
        """
        given = dict(variables or {})
        mutation = bool(re.search(r"^\s*mutation\b", document, re.MULTILINE))
        response = self._session.send(
            self._where,
            partial(self._build, document, given),
            given,
            repeatable=not mutation,
            look=partial(self._look, document=document, variables=given, mutation=mutation),
        )
        data = _body(response).get("data")
        if not isinstance(data, dict):
            raise SourceError(
                f"{self._where}: the answer holds neither data nor errors. Check the url on the page."
            )
        return data

    def nodes(
        self, document: str, variables: Mapping[str, Any] | None = None, *, connection: str
    ) -> Iterator[dict[str, Any]]:
        """Every node of the ``connection`` in the answer, such as ``campus.students``, page by page.

        The document follows the cursor connections specification of Relay: it takes ``$after``, and asks for
        ``pageInfo { hasNextPage endCursor }`` with ``nodes`` or ``edges { node }``. Raises SourceError when the
        answer has none of that, or when a cursor comes twice.
        """
        after, seen = None, set[str]()
        while True:
            part: Any = self.query(document, {**(variables or {}), "after": after})
            for name in connection.split("."):
                part = part.get(name) if isinstance(part, dict) else None
            try:
                yield from part["nodes"] if "nodes" in part else [edge["node"] for edge in part["edges"]]
                more, after = part["pageInfo"]["hasNextPage"], part["pageInfo"]["endCursor"]
            except (TypeError, KeyError):
                raise SourceError(
                    f"{self._where}: the answer has no connection {connection!r} with pageInfo and nodes or edges. "
                    "Let the query ask for them."
                ) from None
            if not more:
                return
            if not after or after in seen:
                raise SourceError(
                    f"{self._where}: the pages of {connection!r} go in a circle. Ask the owner."
                )
            seen.add(after)

    def _build(self, document: str, variables: Mapping[str, Any], **options: Any) -> httpx.Request:
        return self._session.build(
            "POST",
            self._session.url,
            content=encode(self._where, {"query": document, "variables": variables}),
            headers={"Content-Type": "application/json", "Accept": ACCEPT},
            **options,
        )

    def _look(
        self, response: httpx.Response, *, document: str, variables: Mapping[str, Any], mutation: bool
    ) -> None:
        """Raises for an answer with errors; those of other statuses than 200 and 400 speak for themselves."""
        errors = _errors(response)
        if not errors or response.status_code not in (HTTPStatus.OK, HTTPStatus.BAD_REQUEST):
            return
        codes = {code for error in errors if (code := _code(error))}
        told = masked(
            str(errors[0].get("message", ""))[:LONGEST],
            hidden={word for leaf in leaves(variables) for word in words(str(leaf))},
            kept=words(document),
        )
        what = f"{self._where} answered with {len(errors)} error{'s' if len(errors) > 1 else ''}" + (
            f" ({', '.join(sorted(codes))})" if codes else ""
        )
        what += f": {told.rstrip('.?!')}" if told else ""
        if codes & _LOGIN:
            raise ConfigError(
                f"{what}. The credentials on the page are refused, or may not do this. Renew them."
            )
        if codes & _BUSY:
            raise TryAgain(what)
        if codes & _WRITTEN_WRONG or any(map(_is_about_the_query, errors)):
            raise ConfigError(f"{what}. The interface does not understand the query. Correct it.")
        if mutation:
            raise DeliveryError(f"{what}. What it did in spite of that is not known: look there.")
        raise SourceError(f"{what}. What came beside it is not whole, and was not used. Ask the owner.")


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _errors(response: httpx.Response) -> list[dict[str, Any]]:
    errors = _body(response).get("errors")
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def _code(error: Mapping[str, Any]) -> str | None:
    """What the interface calls the error: ``extensions.code``, GitHub's ``type``."""
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else error.get("type")
    return code.upper() if isinstance(code, str) and _CODE.fullmatch(code.upper()) else None


def _is_about_the_query(error: Mapping[str, Any]) -> bool:
    """A place in the query and none in the answer: it was not carried out (specification, section 7.1.2)."""
    return "locations" in error and not error.get("path")


def _refuses(response: httpx.Response) -> bool:
    return response.is_error or bool(_errors(response))
