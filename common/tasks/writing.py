"""Writing checked rows into a file of the run's scratch folder."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec

from prefect import Task

from common import files
from common.batches import Batches
from common.blocks import EncryptingPage
from common.contract import Contract
from common.files import Parcel
from common.pages import find_page, page_name
from common.run import current_run
from common.tasks.step import step

__all__ = ["write_csv", "write_fixed_width", "write_jsonl", "write_xml", "zipped"]

logger = logging.getLogger(__name__)

P = ParamSpec("P")


def _writer(
    write: Callable[Concatenate[Batches, Contract, Path, P], Parcel],
) -> Task[Concatenate[Batches, Contract, str, P], Parcel]:
    """The step that writes with ``write`` under a file name instead of a path."""

    def written(rows: Batches, contract: Contract, name: str, *args: P.args, **options: P.kwargs) -> Parcel:
        started = time.monotonic()
        parcel = write(rows, contract, current_run().scratch / name, *args, **options)
        logger.info(
            "%s file=%s rows=%d bytes=%d seconds=%.1f",
            write.__name__,
            parcel.name,
            parcel.rows,
            parcel.bytes,
            time.monotonic() - started,
        )
        return parcel

    written.__name__ = written.__qualname__ = write.__name__
    written.__doc__ = write.__doc__
    return step(written)


write_csv = _writer(files.write_csv)
write_fixed_width = _writer(files.write_fixed_width)
write_jsonl = _writer(files.write_jsonl)
write_xml = _writer(files.write_xml)


@step
def zipped(parcel: Parcel, name: str | None = None, *, for_: str | None = None) -> Parcel:
    """The parcel in a zip of the same stem, or of ``name``; with ``for_`` under the zip_password of that page."""
    password = find_page(for_, EncryptingPage).password_of_zips(page_name(for_)) if for_ else None
    packed = files.zipped(parcel, parcel.path.with_name(name) if name else None, password=password)
    logger.info("zipped file=%s bytes=%d was=%d", packed.name, packed.bytes, parcel.bytes)
    return packed
