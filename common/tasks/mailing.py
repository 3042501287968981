"""Delivering a parcel by mail, to groups that have no server."""

import time
from collections.abc import Sequence

from common.blocks import MailRelay
from common.clock import now
from common.files import Parcel
from common.pages import find_page, page_name
from common.receipts import Receipt, Receipts
from common.run import current_run
from common.tasks.accounting import account
from common.tasks.step import step

__all__ = ["mail"]


@step
def mail(
    parcel: Parcel,
    *,
    via: str,
    to: Sequence[str],
    subject: str,
    text: str | None = None,
    html: str | None = None,
) -> Receipt:
    """Sends ``parcel`` as an attachment to ``to`` through the relay of the page ``via``, and accounts for it.

    It is compared with the last delivery (``max_shrink``). Without a ``text`` the message says what is attached; an
    ``html`` goes beside it. In a rehearsal nothing is sent.

    Raises DeliveryError for a message that is too large, before anything is sent, and for refused recipients with
    their number: the others have it then, and a rerun sends it to all of them once more.
    """
    run, started = current_run(), time.monotonic()
    page = find_page(via, MailRelay)
    Receipts().guard(run.flow, via, parcel)
    if not run.rehearsal:
        with page.open(page_name(via)) as relay:
            relay.send(
                to=to,
                subject=subject,
                text=text or f"Attached: {parcel.rows:,} {parcel.contract.name} in {parcel.name}.\n",
                html=html,
                attachments=[parcel.path],
            )
    return account(
        Receipt(
            flow=run.flow,
            system=via,
            path=f"{parcel.name}, by mail to {len(to)}",
            contract=parcel.contract.name,
            rows=parcel.rows,
            bytes=parcel.bytes,
            sha256=parcel.sha256,
            seconds=time.monotonic() - started,
            atomic=True,
            delivered=now(),
            personal=parcel.contract.personal,
            rehearsal=run.rehearsal,
        ),
        parcel,
    )
