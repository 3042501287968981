"""What of an error answer may be shown: the name of the problem, never what was sent.

An error answer is the receiver's, and receivers quote the record they refuse. So only the members that error
documents have for it are looked at, and each has to pass:

- a *name* (``title``, ``error``, ``code``, ``errorCode``) consists of letters, as "Conflict" or "INVALID_FIELD" do;
- a *sentence* (``message``) has no digit, no quotation and no capital letter but the first, so that neither an id
  nor a name can stand in it, and is shown only where what was sent is known;
- neither shares a word with a value that was sent.
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import httpx

from common.connectors.http.wording import words

__all__ = ["leaves", "named_problem"]

NAMES = ("title", "error", "code", "errorCode")  # RFC 9457; RFC 6749; Microsoft Graph; Salesforce
SENTENCES = ("message",)  # Canvas, ServiceNow, GraphQL
_NAME = re.compile(r"[A-Za-z][A-Za-z _.:-]{0,59}")
_SENTENCE = re.compile(r"[A-Z]?[a-z_]+(?:[ ,.;:-]+[a-z_]+)*[.!]?")
_PHRASES = frozenset(status.phrase for status in HTTPStatus)
LONGEST_SENTENCE = 120


def leaves(value: Any) -> Iterator[object]:
    """Every value in nested objects and lists."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    elif value is not None:
        yield value


def named_problem(response: httpx.Response, sent: Mapping[str, object] | None) -> str:
    """The problem of an error answer in its own words, as far as they may be shown; "" if there are none.

    sent: what the request carried; None if it is not at hand, and then only names of one word, and HTTP's, are shown.
    """
    try:
        document = response.json()
    except ValueError:
        return ""
    values = {word for leaf in leaves(sent) for word in words(str(leaf))}
    for text in _members(document, NAMES):
        told = sent is not None or " " not in text or text in _PHRASES
        if told and _NAME.fullmatch(text) and values.isdisjoint(words(text)):
            return text
    for text in _members(document, SENTENCES):
        fits = len(text) <= LONGEST_SENTENCE and _SENTENCE.fullmatch(text)
        if sent is not None and fits and values.isdisjoint(words(text)):
            return text
    return ""


def _members(document: Any, names: tuple[str, ...]) -> Iterator[str]:
    """Texts under the names in an error document, in its ``error`` or in the first of its ``errors``."""
    if isinstance(document, list):
        document = document[0] if document else None
    if not isinstance(document, dict):
        return
    for name in names:
        if isinstance(text := document.get(name), str):
            yield text
    for nested in ("error", "errors"):
        if isinstance(inner := document.get(nested), dict | list):
            yield from _members(inner, names)
