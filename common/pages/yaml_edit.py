"""Changing single values of a page file, so that its comments, its order and its quoting stay."""

from collections.abc import Mapping
from typing import Any, cast

import yaml

from common.pages.entries import Entries

__all__ = ["edited", "written"]

HEADER = "# yaml-language-server: $schema=../page.schema.json\n"


def written(entries: Entries) -> str:
    """A new page file."""
    return HEADER + "".join(_line(name, value) + "\n" for name, value in entries.items())


def edited(text: str, changes: Mapping[str, Any]) -> str:
    """The text of a page file with these values; None takes a key out."""
    end = "\r\n" if "\r\n" in text else "\n"
    wanted = {name: value for name, value in (_said(text) | dict(changes)).items() if value is not None}
    result = text if text.endswith("\n") else text + end
    node = cast(yaml.MappingNode, yaml.compose(text, Loader=yaml.SafeLoader))
    at = {key.value: (key.start_mark.index, value.end_mark.index) for key, value in node.value}
    for name in sorted(at.keys() & changes.keys(), key=lambda name: at[name], reverse=True):
        start, stop = at[name]
        if changes[name] is None:
            line_end = result.find("\n", max(start, stop - 1)) + 1
            result = result[: result.rfind("\n", 0, start) + 1] + result[line_end:]
        else:
            kept = end if result[start:stop].endswith("\n") else ""
            result = result[:start] + _line(name, changes[name]) + kept + result[stop:]
    for name in changes.keys() - at.keys():
        if changes[name] is not None:
            result += _line(name, changes[name]) + end
    return result if _said(result) == wanted else written(wanted)  # such as a page in braces


def _said(text: str) -> dict[str, Any]:
    try:
        said: dict[str, Any] = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return {name: value for name, value in said.items() if value is not None}


def _line(name: str, value: object) -> str:
    return yaml.safe_dump({name: value}, width=10_000, allow_unicode=True).rstrip("\n")
