"""A page as plain entries: what its file says, and what the same page of the server would say in a file."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from common.blocks import KINDS, Page

__all__ = ["Entries", "entries_of", "kind_of"]

Entries: TypeAlias = Mapping[str, Any]
"""``type`` and whatever differs from the kind's defaults, by field; references where there are secrets."""


def kind_of(entries: Entries) -> type[Page]:
    """The block type that ``type`` means."""
    return KINDS[entries["type"]]


def entries_of(kind: type[Page], values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` without what goes without saying, in the order in which files have them."""
    said: dict[str, Any] = {"type": kind.kind}
    for name in kind.reading_order():
        value, default = values.get(name), kind.model_fields[name].default
        if value is not None and value != default and not (value == "" and default is None):
            said[name] = value
    return said
