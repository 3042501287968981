"""Reading from a source."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from common.batches import Batches
from common.blocks import Database
from common.pages import find_page, page_name
from common.query import Bind, Query
from common.settings import settings

__all__ = ["extract"]

logger = logging.getLogger(__name__)


def extract(system: str, sql: Path, **binds: Bind) -> Batches:
    """The rows that ``sql`` answers with at ``system``: read when a step asks for them, a batch at a time.

    Every ``:name`` in the SQL needs a value in ``binds`` and the other way round. Raises ConfigError for a
    missing page, SQL that does not parse, and binds that do not fit.
    """
    query = Query.load(sql, **binds)
    source = find_page(system, Database).open(page_name(system))

    def opened() -> Iterator[pa.RecordBatch]:
        logger.info(
            "extract system=%s query=%s binds=%s", system, query.name, ",".join(sorted(binds)) or "none"
        )
        return source.stream(query, settings().batch_rows)

    return Batches(query.name, opened)
