"""What a page file says in place of a secret: the name of a document, a file, or a variable."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, get_args

from prefect.blocks.core import Block
from prefect.blocks.system import Secret
from pydantic import SecretStr

from common.blocks import KINDS, Page, SshKey

__all__ = ["DOCUMENTS", "NAME", "PATTERNS", "Reference", "references", "secret_fields"]

Word = Literal["secret", "key"]

DOCUMENTS: Mapping[Word, type[Block]] = {"secret": Secret, "key": SshKey}
NAME = "[a-z0-9]+(?:-[a-z0-9]+)*"  # what the Prefect server takes for a document
PATTERNS: Mapping[Word, str] = {
    "secret": rf"^(secret:{NAME}|file:/.+|env:[A-Za-z_][A-Za-z0-9_]*)$",
    "key": rf"^key:{NAME}$",
}
_REFERENCE = re.compile(rf"(?P<word>secret|key):(?P<name>{NAME})")


class Reference(NamedTuple):
    """A Secret or SSH key document by the name that page files have for it, without environment."""

    word: Word
    name: str

    @classmethod
    def parse(cls, text: object) -> "Reference | None":
        """None for anything that names no document, such as ``file:/run/secrets/alma``."""
        found = _REFERENCE.fullmatch(text) if isinstance(text, str) else None
        return cls(found["word"], found["name"]) if found else None  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.word}:{self.name}"

    def document(self, env: str) -> str:
        return f"{self.name}-{env}"


def references(entries: Mapping[str, Any]) -> dict[str, Reference]:
    """The documents that a page names, by the field that does."""
    named = {field: Reference.parse(entries.get(field)) for field in secret_fields(KINDS[entries["type"]])}
    return {field: reference for field, reference in named.items() if reference}


@cache
def secret_fields(kind: type[Page]) -> dict[str, Word]:
    """The fields of a kind of page that hold a secret, and the word that their references begin with."""
    found: dict[str, Word] = {}
    for name, field in kind.model_fields.items():
        types = get_args(field.annotation)
        if SecretStr in types:
            found[name] = "secret"
        elif SshKey in types:
            found[name] = "key"
    return found
