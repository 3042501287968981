"""Telling a receiver's interface what has changed, one call a row."""

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from common.batches import guarded
from common.blocks import RestApi
from common.clock import now
from common.connectors.rest_call import Call, Outcome
from common.contract import Contract
from common.errors import DeliveryError
from common.pages import find_page, page_name
from common.receipts import Receipt
from common.run import current_run
from common.snapshots import Change, Changes, Snapshot
from common.tasks.accounting import account
from common.tasks.step import step

__all__ = ["snapshot", "upsert"]

logger = logging.getLogger(__name__)

MOST_REFUSED = 100  # refusals after which the rest is not tried
EVERY = 1_000  # calls between two lines of progress


def snapshot(name: str, contract: Contract) -> Snapshot:
    """What the receiver acknowledged so far, by the contract's key; a rehearsal leaves it as it is."""
    return Snapshot(name, contract, read_only=current_run().rehearsal)


@step
def upsert(
    changes: Changes,
    seen: Snapshot,
    *,
    to: str,
    path: str,
    body: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    method: Literal["PUT", "POST", "PATCH"] = "PUT",
) -> Receipt:
    """Sends each changed row to the interface of the page ``to`` and remembers those it accepts.

    ``path`` is a template filled from the row, such as ``/users/{student_id}``; ``body`` makes the JSON. A row
    that is refused does not keep the others from being sent; the step fails at the end with their number, and
    a rerun sends only them. Keys that left the source are forgotten, not deleted at the receiver.
    """
    run, started = current_run(), time.monotonic()
    page = find_page(to, RestApi)
    pending = [change for change in changes.rows if not seen.is_acknowledged(change)]
    # every body before the first call: a row that cannot be shaped stops the step while nothing is sent
    calls = [Call(method, path, change.row, guarded(body, change.row)) for change in pending]
    logger.info(
        "upserting system=%s changed=%d unchanged=%d left=%d",
        to,
        len(changes),
        changes.unchanged,
        len(changes.removed),
    )
    digest = hashlib.sha256()
    for change in changes.rows:
        digest.update(change.digest)
    if not run.rehearsal:
        with page.open(page_name(to)) as api:
            _send(zip(pending, api.send_all(calls), strict=True), seen, to)
        for key in changes.removed:
            seen.forget(key)
    return account(
        Receipt(
            flow=run.flow,
            system=to,
            path=f"{method} {path}",
            contract=seen.contract.name,
            rows=len(changes),
            bytes=0,
            sha256=digest.hexdigest(),
            seconds=time.monotonic() - started,
            atomic=False,
            delivered=now(),
            personal=seen.contract.personal,
            removed=len(changes.removed),
            rehearsal=run.rehearsal,
        )
    )


def _send(outcomes: Iterable[tuple[Change, Outcome]], seen: Snapshot, to: str) -> None:
    """Acknowledges what was accepted; raises what was not, once all that can be sent is sent."""
    refused, first = 0, ""
    for count, (change, outcome) in enumerate(outcomes, 1):
        match outcome.error:
            case None:
                seen.acknowledge(change)
            case DeliveryError() as error:
                refused += 1
                first = first or str(error)
                if refused == MOST_REFUSED:
                    break
            case error:  # a wrong page or a lost connection would meet every further call too
                raise error
        if count % EVERY == 0:
            logger.info("upserting system=%s calls=%d refused=%d", to, count, refused)
    if refused:
        raise DeliveryError(
            f"{to} refused {refused:,} rows"
            + (", and the rest was not tried" if refused == MOST_REFUSED else "; all others were accepted")
            + f". The first refusal: {first} A rerun sends only what is not accepted yet."
        )
