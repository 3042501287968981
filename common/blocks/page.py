"""What every page type has in common."""

from abc import abstractmethod
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, ClassVar

from prefect.blocks.core import Block
from pydantic import ConfigDict, Field, HttpUrl, model_validator

__all__ = ["Page"]

_FORMS: dict[tuple[object, ...], dict[str, Any]] = {}


class Page(Block):
    """The only place that says where a system is and how to log in to it.

    On a Prefect server a page is a block document named ``<system>-<environment>``, which an operator edits in
    the dashboard; the next run uses the edit. ``kind`` is the word for its type in a page file.
    """

    _documentation_url = HttpUrl("https://github.com/campus-flows/campus-flows#configuration-pages")
    _logo_url = HttpUrl(
        "https://cdn.sanity.io/images/3ugk85nk/production/fb3f4debabcda1c5a3aeea4f5b3f94c28845e23e-250x250.png"
    )

    kind: ClassVar[str]
    former: ClassVar[Mapping[str, str]] = {}
    """Fields by the names that documents saved by older versions of the type have for them."""

    # Prefect chains what it could not validate to its own error, and the input may be a secret; and a run that opens
    # two kinds of page has no use for the validators of twenty
    model_config = ConfigDict(hide_input_in_errors=True, defer_build=True)

    owner: str = Field(default="", description="Mail address of those on campus who answer for the system.")
    contact: str = Field(
        default="", description="Mail address of the partner's people, who install keys and mend the system."
    )

    @classmethod
    def __dispatch_key__(cls) -> str:
        # Prefect makes the whole form of a type, whenever the type is imported, to take this word out of it
        return cls.get_block_type_slug()

    @classmethod
    def mended(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """A document's values as this version of the type has them."""
        # the dashboard's form saves a secret that was left empty as {}
        given = {name: value for name, value in values.items() if value != {}}
        found = {name: value for name, value in given.items() if name not in cls.former}
        for name, today in cls.former.items():
            if found.get(today) is None and given.get(name) is not None:
                found[today] = given[name]
        return found

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """The form of the type. Prefect asks for it once for each field whenever it saves or shows a page."""
        asked = (cls, args, tuple(options.items()))
        if asked not in _FORMS:
            form = _FORMS[asked] = super().model_json_schema(*args, **options)
            for position, name in enumerate(cls.reading_order()):
                form["properties"][name]["position"] = position
        return deepcopy(_FORMS[asked])

    @classmethod
    def reading_order(cls) -> list[str]:
        """The fields as people read them: what a kind has to itself first, what all pages have last."""
        names = (name for part in cls.__mro__ for name in vars(part).get("__annotations__", ()))
        return [name for name in dict.fromkeys(names) if name in cls.model_fields]

    @model_validator(mode="before")
    @classmethod
    def _mend(cls, values: Any) -> Any:
        return cls.mended(values) if isinstance(values, dict) else values

    @classmethod
    def place(cls, entries: Mapping[str, Any]) -> str:
        """Where a page of these entries leads, for lists and comparisons: its address, host and port, or path."""
        port = f":{entries['port']}" if "port" in entries else ""
        host = f"{entries['host']}{port}" if "host" in entries else ""
        return str(entries.get("url") or host or entries.get("path", ""))

    @abstractmethod
    def open(self, name: str) -> Any:
        """The connector that this page describes; ``name`` is the page's, for messages."""
