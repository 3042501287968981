"""Finding a system's page: by its bare name, in the environment that this run is in."""

from typing import TypeVar, cast

from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from pydantic import ValidationError

from common.blocks import KINDS, Page
from common.errors import ConfigError
from common.pages.server import reached, read_documents
from common.settings import settings
from common.spelling import nearest

__all__ = ["find_page", "list_pages", "page_name"]

PageType = TypeVar("PageType", bound=Page)


def page_name(system: str) -> str:
    """The name of ``system``'s page in this environment, such as ``alma-sftp-sandbox``."""
    return f"{system}-{settings().env}"


def find_page(system: str, kind: type[PageType]) -> PageType:
    """Loads the page of ``system`` from the Prefect server, as it is at this moment: one call for the usual kind.

    Raises ConfigError that names the nearest page there is, says of what other kind the page is, or which field
    it lacks; TransientError where the server does not answer.
    """
    name = page_name(system)
    with reached():
        for candidate in KINDS.values():
            if issubclass(candidate, kind) and (page := _load(name, candidate)) is not None:
                return page
        raise _missing(system, kind)


def list_pages() -> dict[str, Page]:
    """The pages of this environment, by name."""
    own = f"-{settings().env}"
    with reached():
        kinds = {name: kind for name, kind in _kinds_by_name().items() if name.endswith(own)}
        found = {name: _load(name, kind) for name, kind in sorted(kinds.items())}
    return {name: page for name, page in found.items() if page is not None}


def _load(name: str, kind: type[PageType]) -> PageType | None:
    try:
        return cast(PageType, kind.load(name))
    except ValueError as error:
        if isinstance(error.__cause__, ObjectNotFound):
            return None
        raise
    except RuntimeError as error:
        if not isinstance(error.__cause__, ValidationError):
            raise
        raise _unloadable(name, error.__cause__) from None  # the cause may quote what it could not read


def _unloadable(name: str, error: ValidationError) -> ConfigError:
    problems = "; ".join(f"{e['loc'][0] if e['loc'] else 'page'}: {e['msg'].lower()}" for e in error.errors())
    return ConfigError(
        f"The page {name} was saved by another version of its type, or lost a secret: {problems}. "
        "Mend it in the dashboard, or write it anew with: campus pages apply --overwrite"
    )


def _missing(system: str, kind: type[Page]) -> ConfigError:
    name, pages, env = page_name(system), _kinds_by_name(), settings().env
    if name in pages:
        wanted = " or ".join(word for word, page in KINDS.items() if issubclass(page, kind))
        return ConfigError(f"The page {name} is of kind {pages[name].kind}; this step needs {wanted}.")
    systems = [page.removesuffix(f"-{env}") for page in pages]
    return ConfigError(
        f"No page {name} among the {len(pages)} pages of this Prefect server{nearest(system, systems)}. "
        f"A page is deployments/pages/{env}/{system}.yaml, and gets there by: campus pages apply"
    )


def _kinds_by_name() -> dict[str, type[Page]]:
    """Every page of the Prefect server; a name is used once, whatever its kind."""
    kinds = {page.get_block_type_slug(): page for page in KINDS.values()}
    with get_client(sync_client=True) as client:
        return {
            str(document.name): kinds[document.block_type.slug]
            for document in read_documents(client)
            if document.block_type and document.block_type.slug in kinds
        }
