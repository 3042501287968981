"""Reading the lists of an interface as rows."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from common.batches import Batches
from common.blocks import GraphQlApi, RestApi
from common.connectors.rest_paging import LinkHeader, Paging, found
from common.errors import ConfigError, SourceError
from common.literals import boolean_array, text_array
from common.pages import find_page, page_name
from common.settings import settings

__all__ = ["extract_graphql", "extract_rest"]

logger = logging.getLogger(__name__)


def extract_rest(
    system: str,
    path: str,
    *,
    columns: Mapping[str, str],
    items: str | None = None,
    paging: Paging = LinkHeader(),  # noqa: B008 - it holds no state
    params: Mapping[str, str | int] | None = None,
) -> Batches:
    """The items of a list at the interface ``system``: read when a step asks for them, a page at a time.

    ``columns`` says where each column is in an item: ``{"emplid": "sis_user_id", "email": "contact.email"}``; no
    other member is kept, and one that an item lacks is null. Every value is a text, as JSON has it (``true``,
    ``12.50``), which the contract turns into its own type. ``items`` is where the list is in an answer that is none
    itself; ``paging`` is how its pages follow each other.
    """
    page = find_page(system, RestApi)

    def listed() -> Iterator[dict[str, Any]]:
        logger.info("extract system=%s path=%s columns=%s", system, path, ",".join(columns))
        with page.open(page_name(system)) as rest:
            yield from rest.pages(path, params=params, items=items, paging=paging)

    return _rows(f"{system}:{path}", listed, columns)


def extract_graphql(
    system: str, document: Path, *, connection: str, columns: Mapping[str, str], **variables: Any
) -> Batches:
    """The nodes of a ``connection`` (``students``, ``campus.students``) that the query in ``document`` asks for.

    The query takes ``$after: String``, hands it on to the connection and asks for ``pageInfo { hasNextPage
    endCursor }`` and either ``nodes`` or ``edges { node }``. ``columns`` is as in ``extract_rest``. Raises
    ConfigError for a missing page or document.
    """
    page = find_page(system, GraphQlApi)
    try:
        query = document.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"The query {document.name} cannot be read: {error.strerror}.") from None

    def listed() -> Iterator[dict[str, Any]]:
        logger.info("extract system=%s query=%s columns=%s", system, document.name, ",".join(columns))
        with page.open(page_name(system)) as api:
            yield from api.nodes(query, variables, connection=connection)

    return _rows(f"{system}:{document.name}", listed, columns)


def _rows(source: str, listed: Callable[[], Iterator[dict[str, Any]]], columns: Mapping[str, str]) -> Batches:
    def opened() -> Iterator[pa.RecordBatch]:
        items, empty = listed(), True
        while some := list(islice(items, settings().batch_rows)):
            empty = False
            yield _batch(source, some, columns)
        if empty:
            yield _batch(source, [], columns)

    return Batches(source, opened)


def _batch(source: str, items: list[dict[str, Any]], columns: Mapping[str, str]) -> pa.RecordBatch:
    arrays = [_texts(source, member, [found(item, member) for item in items]) for member in columns.values()]
    return pa.RecordBatch.from_arrays(arrays, names=list(columns))


def _texts(source: str, member: str, values: Iterable[Any]) -> pa.Array:
    texts = [_text(source, member, value) for value in values]
    array = text_array([text or "" for text in texts])
    missing = boolean_array([text is None for text in texts])
    return pc.if_else(missing, pa.NA, array) if None in texts else array


def _text(source: str, member: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise SourceError(
        f"{source}: {member} is not one value but a list or an object. Name what is wanted of it."
    )
