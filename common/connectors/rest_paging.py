"""How the pages of a list lead from one to the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

__all__ = ["LinkHeader", "NextCursor", "NextUrl", "PageNumber", "Paging", "found"]


class Paging(Protocol):
    """Knows from one page where the next one is."""

    def following(self, url: httpx.URL, response: httpx.Response, body: Any, items: int) -> httpx.URL | None:
        """The address of the next page, None after the last.

        url: what was asked for. items: how many the page has.
        """


@dataclass(frozen=True, slots=True)
class LinkHeader:
    """``Link: <...>; rel="next"`` (RFC 8288): Canvas, ServiceNow, GitHub."""

    def following(self, url: httpx.URL, response: httpx.Response, body: Any, items: int) -> httpx.URL | None:
        del body, items
        link = response.links.get("next", {}).get("url")
        return url.join(link) if link else None


@dataclass(frozen=True, slots=True)
class NextUrl:
    """The address in a member of the answer: ``@odata.nextLink`` in Microsoft Graph, ``next``."""

    member: str = "next"

    def following(self, url: httpx.URL, response: httpx.Response, body: Any, items: int) -> httpx.URL | None:
        del response, items
        link = found(body, self.member)
        return url.join(str(link)) if link else None


@dataclass(frozen=True, slots=True)
class NextCursor:
    """A mark in a member of the answer, ``meta.next_cursor``, that goes into a ``parameter`` of the query."""

    member: str
    parameter: str = "cursor"

    def following(self, url: httpx.URL, response: httpx.Response, body: Any, items: int) -> httpx.URL | None:
        del response, items
        cursor = found(body, self.member)
        return None if cursor in (None, "") else url.copy_set_param(self.parameter, str(cursor))


@dataclass(frozen=True, slots=True)
class PageNumber:
    """A number in a ``parameter`` of the query that grows by ``step`` until a page is empty.

    For an offset (``sysparm_offset``, ``$skip``) it starts at 0 and the step is the size of a page.
    """

    parameter: str = "page"
    first: int = 1
    step: int = 1

    def following(self, url: httpx.URL, response: httpx.Response, body: Any, items: int) -> httpx.URL | None:
        del response, body
        if not items:
            return None
        number = int(url.params.get(self.parameter, self.first))
        return url.copy_set_param(self.parameter, str(number + self.step))


def found(body: Any, member: str | None) -> Any:
    """The value under ``a.b`` in nested objects, or under a name with dots in it; None if there is none."""
    if member is None:
        return body
    if isinstance(body, Mapping) and member in body:
        return body[member]
    for name in member.split("."):
        body = body.get(name) if isinstance(body, Mapping) else None
    return body
