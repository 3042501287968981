"""Finding a system's page: by its bare name, in the environment that this run is in."""

import difflib
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from prefect.client.orchestration import get_client
from pydantic import ValidationError

from common.blocks import KINDS, Page
from common.errors import ConfigError
from common.settings import settings

__all__ = ["find_page", "list_pages", "page_name", "read_page_file"]

AT_ONCE = 100  # documents in one answer; the server hands out 200 at most

PageType = TypeVar("PageType", bound=Page)


def page_name(system: str) -> str:
    """The name of ``system``'s page in this environment, such as ``alma-sftp-sandbox``."""
    return f"{system}-{settings().env}"


def find_page(system: str, kind: type[PageType]) -> PageType:
    """Loads the page of ``system`` from the Prefect server, as it is at this moment.

    Raises ConfigError that names the nearest page there is, or says of what other kind the page is.
    """
    name, pages = page_name(system), _kinds_by_name()
    if name not in pages:
        near = difflib.get_close_matches(name, pages, 1)
        hint = f"; did you mean {near[0].removesuffix('-' + settings().env)}?" if near else "."
        raise ConfigError(
            f"No page {name} among the {len(pages)} pages of this Prefect server{hint} "
            f"A page is deployments/pages/{settings().env}/{system}.yaml."
        )
    found = _load(name, pages[name])
    if not isinstance(found, kind):
        wanted = " or ".join(word for word, page in KINDS.items() if issubclass(page, kind))
        raise ConfigError(f"The page {name} is of kind {found.kind}; this step needs {wanted}.")
    return found


def list_pages() -> dict[str, Page]:
    """The pages of this environment, by name."""
    own = f"-{settings().env}"
    return {name: _load(name, kind) for name, kind in sorted(_kinds_by_name().items()) if name.endswith(own)}


def read_page_file(path: Path, filled: Mapping[str, Any]) -> Page:
    """The page that a YAML file describes, with what the environment itself knows ``filled`` in.

    Raises ConfigError that names file, key and the nearest right spelling.
    """
    where = f"{path.parent.name}/{path.name}"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{where}: there is no such page file.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{where}: byte {error.start} is not UTF-8; save the page as UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        # the text between the marks may be a password; the problem only names what was expected
        raise ConfigError(f"{where}{line}: this is not YAML: {getattr(error, 'problem', None)}.") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{where}: a page is a list of 'key: value' lines; one of them is its type.")
    word = str(content.pop("type", ""))
    if word not in KINDS:
        hint = _nearest(word, KINDS)
        raise ConfigError(
            f"{where}: type {word or 'is missing; it'} has to be one of {', '.join(KINDS)}{hint}."
        )
    kind = KINDS[word]
    fields = list(kind.model_fields)
    for key in content:
        if key not in fields:
            raise ConfigError(f"{where}: unknown key {key}{_nearest(str(key), fields)}.")
    try:
        return kind(**(content | dict(filled)))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}" for e in error.errors())
        raise ConfigError(f"{where}: {problems}.") from None


def _nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), 1)
    return f" (did you mean {near[0]}?)" if near else ""


def _kinds_by_name() -> dict[str, type[Page]]:
    """Every page of the Prefect server; a name is used once, whatever its kind."""
    kinds = {page.get_block_type_slug(): page for page in KINDS.values()}
    found: dict[str, type[Page]] = {}
    with get_client(sync_client=True) as client:
        for offset in count(0, AT_ONCE):
            documents = client.read_block_documents(offset=offset, limit=AT_ONCE, include_secrets=False)
            for document in documents:
                if document.name and document.block_type and document.block_type.slug in kinds:
                    found[document.name] = kinds[document.block_type.slug]
            if len(documents) < AT_ONCE:
                break
    return found


def _load(name: str, kind: type[Page]) -> Page:
    return cast(Page, kind.load(name))
