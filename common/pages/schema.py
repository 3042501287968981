"""The form of a page file: the fields of its kind, strictly, and references where the block has secrets."""

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.json_schema import models_json_schema

from common.blocks import KINDS, Page
from common.pages.references import PATTERNS, secret_fields

__all__ = ["SCHEMAS", "form_of", "json_schema"]

SCHEMAS = {"page.schema.json": True, "sandbox.schema.json": False}
"""The files of the schemas, and whether they ask for complete pages."""

WORDS = {
    "secret": "secret:<name> of a Secret, file:<path> or env:<variable>; never the secret itself.",
    "key": "key:<name> of a Campus SSH key.",
}


@cache
def form_of(kind: type[Page]) -> type[BaseModel]:
    """A model of what a file may say: nothing but the kind's fields, each of exactly its type."""
    fields: dict[str, Any] = {"type": (Literal[kind.kind], Field(description="Kind of the page."))}
    secret = secret_fields(kind)
    for name, field in kind.model_fields.items():
        if word := secret.get(name):
            text = Annotated[str, Field(pattern=PATTERNS[word])]
            described = Field(
                ... if field.is_required() else None, description=f"{field.description} {WORDS[word]}"
            )
            fields[name] = (text if field.is_required() else text | None, described)
        else:
            fields[name] = (field.annotation, field)
    config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)
    form: type[BaseModel] = create_model(
        f"{kind.kind}_page", __config__=config, __doc__=kind.get_description(), **fields
    )
    return form


def json_schema(*, complete: bool = True) -> dict[str, Any]:
    """The form of all page files, for editors; unless ``complete`` a field may be left to the sandbox."""
    forms = {word: form_of(kind) for word, kind in KINDS.items()}
    _, definitions = models_json_schema([(form, "validation") for form in forms.values()])
    if not complete:
        for form in definitions["$defs"].values():
            form["required"] = ["type"]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Configuration page",
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": list(forms)}},
        "allOf": [
            {
                "if": {"properties": {"type": {"const": word}}, "required": ["type"]},
                "then": {"$ref": f"#/definitions/{form.__name__}"},
            }
            for word, form in forms.items()
        ],
        "definitions": definitions["$defs"],
    }
