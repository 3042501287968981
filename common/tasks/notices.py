"""Telling people that something was delivered."""

import logging
from collections.abc import Sequence

from common.blocks import MailRelay
from common.pages import find_page, page_name
from common.receipts import Receipt
from common.run import current_run
from common.tasks.step import step

__all__ = ["notify"]

logger = logging.getLogger(__name__)


@step
def notify(receipt: Receipt, *, via: str, to: Sequence[str], subject: str) -> None:
    """Mails what was delivered to ``to`` through the relay of the page ``via``: names and counts, no rows.

    Nothing is mailed in a rehearsal.
    """
    page = find_page(via, MailRelay)
    if current_run().rehearsal:
        return
    text = (
        f"{receipt.rows:,} {receipt.contract} were delivered to {receipt.system}.\n\n"
        f"File:      {receipt.path}\n"
        f"Size:      {receipt.bytes:,} bytes\n"
        f"SHA-256:   {receipt.sha256}\n"
        f"Delivered: {receipt.delivered:%Y-%m-%d %H:%M %Z}\n"
        f"By:        {receipt.flow}\n"
    )
    with page.open(page_name(via)) as relay:
        relay.send(to=to, subject=subject, text=text)
    logger.info("notified system=%s recipients=%d", via, len(to))
