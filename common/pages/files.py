"""Reading page files: a slip is told with file, key and the nearest right spelling; a secret never."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from common.blocks import KINDS, Page
from common.errors import ConfigError
from common.pages.entries import Entries, entries_of, kind_of
from common.pages.references import secret_fields
from common.pages.schema import form_of
from common.spelling import nearest

__all__ = ["PageFile", "parse_page_file", "problems_of", "read_page_file"]

KEPT_APART = {
    "secret": "write secret:<name>, file:/<path> or env:<variable>, and set a secret with: campus secrets set <name>",
    "key": "write key:<name> of a Campus SSH key",
}
PASSWORD_INSIDE = re.compile(r"//[^/@]*:[^/@]+@")


@dataclass(frozen=True)
class PageFile:
    """What one file says of a system."""

    path: Path
    entries: Entries

    @property
    def system(self) -> str:
        return self.path.stem

    @property
    def where(self) -> str:
        """The file as messages name it, such as ``prod/alma-sftp.yaml``."""
        return _where(self.path)


def parse_page_file(path: Path, filled: Collection[str] = ()) -> PageFile:
    """What a YAML file says; it may leave out the fields of ``filled``.

    Raises ConfigError that names the file and every key at fault, with the nearest right spelling.
    """
    content = _content(path)
    where, word = _where(path), str(content.get("type", ""))
    if word not in KINDS:
        raise ConfigError(
            f"{where}: type {word or 'is missing; it'} has to be one of {', '.join(KINDS)}{nearest(word, KINDS)}."
        )
    if problems := list(problems_of(KINDS[word], content, filled)):
        raise ConfigError(f"{where}: {'; '.join(problems)}.")
    return PageFile(path, entries_of(KINDS[word], content))


def read_page_file(path: Path, filled: Mapping[str, Any]) -> Page:
    """The page that a YAML file describes, with what the environment itself knows ``filled`` in.

    Raises ConfigError like ``parse_page_file``, also where a value of ``filled`` is wrong.
    """
    file = parse_page_file(path, filled)
    entries = {name: value for name, value in file.entries.items() if name != "type"}
    try:
        return kind_of(file.entries)(**(entries | dict(filled)))
    except ValidationError as error:
        raise ConfigError(f"{file.where}: {'; '.join(_faults(error))}.") from None


def problems_of(kind: type[Page], content: Mapping[str, Any], filled: Collection[str] = ()) -> Iterator[str]:
    """What is wrong with the entries of a page, without any value; fields of ``filled`` may be missing."""
    try:
        form_of(kind).model_validate(content)
    except ValidationError as error:
        yield from _faults(error, kind, filled)
    if PASSWORD_INSIDE.search(str(content.get("url", ""))):
        yield "url: a page file holds no secret; take the password out of the address"


def _where(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _content(path: Path) -> dict[str, Any]:
    where = _where(path)
    try:
        text = path.read_text(encoding="utf-8")
        node, content = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except FileNotFoundError:
        raise ConfigError(f"{where}: there is no such page file.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{where}: byte {error.start} is not UTF-8; save the page as UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        # the text between the marks may be a password; the problem only names what was expected
        raise ConfigError(f"{where}{line}: this is not YAML: {getattr(error, 'problem', None)}.") from None
    if not isinstance(content, dict) or not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"{where}: a page is a list of 'key: value' lines; one of them is its type.")
    keys = [key.value for key, _ in node.value]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise ConfigError(f"{where}: {', '.join(twice)} is there more than once.")
    return content


def _faults(
    error: ValidationError, kind: type[Page] | None = None, filled: Collection[str] = ()
) -> Iterator[str]:
    """Once for each key; what was given is not quoted."""
    secret = secret_fields(kind) if kind else {}
    told: set[str] = set()
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        key = str(fault["loc"][0])
        if key in told or (fault["type"] == "missing" and key in filled):
            continue
        told.add(key)
        if fault["type"] == "extra_forbidden":
            yield f"unknown key {key}{nearest(key, kind.model_fields if kind else ())}"
        elif key in secret and fault["type"] != "missing":
            yield f"{key}: a page file holds no secret; {KEPT_APART[secret[key]]}"
        else:
            yield f"{key}: {fault['msg'].lower()}"
