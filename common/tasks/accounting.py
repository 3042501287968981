"""Accounting for what a step has sent: the receipt, the dashboard's table, and the line in the log."""

import logging

from prefect.artifacts import create_table_artifact

from common.files import Parcel
from common.receipts import Receipt, Receipts
from common.run import Delivery, current_run

__all__ = ["account"]

logger = logging.getLogger(__name__)


def account(receipt: Receipt, parcel: Parcel | None = None) -> Receipt:
    """Stores the receipt and shows it on the run's page; of a rehearsal it only tells what would have been."""
    run, receipts = current_run(), Receipts()
    if run.rehearsal:
        difference = receipts.difference(run.flow, receipt.system, parcel) if parcel else None
        run.deliveries.append(Delivery(receipt, parcel, difference))
    else:
        receipts.store(receipt, parcel)
        run.deliveries.append(Delivery(receipt, parcel))
        create_table_artifact(
            key=f"{run.flow}-to-{receipt.system}".replace("_", "-"),
            table=[{"what": name, "value": value} for name, value in receipt.facts().items()],
            description=f"What {run.flow} delivered to {receipt.system}",
        )
    logger.info(
        "%s system=%s path=%s rows=%d removed=%d bytes=%d sha256=%s seconds=%.1f",
        "rehearsed" if run.rehearsal else "delivered",
        receipt.system,
        receipt.path,
        receipt.rows,
        receipt.removed,
        receipt.bytes,
        receipt.sha256[:12],
        receipt.seconds,
    )
    return receipt
