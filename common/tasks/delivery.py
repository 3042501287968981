"""Delivering a parcel to a receiver's file store."""

import posixpath
import time

from common.blocks import FileStorePage
from common.clock import now
from common.connectors.file_search import mark_of
from common.connectors.file_store import Placed
from common.files import Parcel
from common.pages import find_page, page_name
from common.receipts import Receipt, Receipts
from common.run import current_run
from common.tasks.accounting import account
from common.tasks.step import step

__all__ = ["deliver"]


@step
def deliver(parcel: Parcel, *, to: str, path: str) -> Receipt:
    """Puts ``parcel`` at ``path`` at the file store of the page ``to``, whole or not at all.

    It is compared with the last delivery (``max_shrink``), uploaded under a temporary name, measured there,
    renamed, followed by the completion file where the page asks for one, and accounted for in a receipt. In a
    rehearsal nothing is sent.
    """
    run, started = current_run(), time.monotonic()
    page = find_page(to, FileStorePage)
    Receipts().guard(run.flow, to, parcel)
    placed = Placed(posixpath.join(page.path, path), parcel.bytes, atomic=page.atomic)
    if not run.rehearsal:
        with page.open(page_name(to)) as server:
            placed = server.put(parcel.path, path)
            if page.completion_suffix:
                server.put_bytes(
                    f"{posixpath.basename(path)}\n".encode(), mark_of(path, page.completion_suffix)
                )
    return account(
        Receipt(
            flow=run.flow,
            system=to,
            path=placed.path,
            contract=parcel.contract.name,
            rows=parcel.rows,
            bytes=placed.bytes,
            sha256=parcel.sha256,
            seconds=time.monotonic() - started,
            atomic=placed.atomic,
            delivered=now(),
            personal=parcel.contract.personal,
            rehearsal=run.rehearsal,
            verified=placed.verified,
        ),
        parcel,
    )
