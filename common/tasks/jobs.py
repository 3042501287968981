"""Handing a file to an interface that works through it later, and waiting for what becomes of it."""

import logging
import time

from common.blocks import RestApi
from common.clock import now
from common.connectors.http.errors import UnknownOutcomeError
from common.connectors.rest_call import Upload
from common.connectors.rest_jobs import Ended, Job, Jobs
from common.connectors.rest_wording import without_values
from common.errors import DataFlowError, DeliveryError
from common.files import Parcel
from common.pages import find_page, page_name
from common.receipts import Receipt, Receipts
from common.run import current_run
from common.tasks.accounting import account
from common.tasks.step import step
from common.tasks.submissions import Submissions

__all__ = ["upload"]

logger = logging.getLogger(__name__)

MOST_REASONS = 5  # different reasons that a message holds


@step
def upload(parcel: Parcel, *, to: str, job: Job, max_refused: int = 0) -> Receipt:
    """Hands ``parcel`` to the interface of the page ``to`` as ``job`` describes, and waits until it has ended there.

    Rows that the receiver refuses are counted, with its reasons as far as they quote nobody; more of them than
    ``max_refused`` fail the step, after its receipt is stored, since the others were accepted. A job that was begun
    by an earlier attempt or run with the same file is waited for, and not begun again. In a rehearsal nothing is sent.
    """
    run, started = current_run(), time.monotonic()
    page = find_page(to, RestApi)
    Receipts().guard(run.flow, to, parcel)
    path = next(call.path for call in job.submit if isinstance(call, Upload))
    refused, complaint = 0, ""
    if not run.rehearsal:
        with page.open(page_name(to)) as rest:
            jobs = Jobs(rest, job)
            submissions = Submissions(run.flow, to, parcel)
            ended = _worked_through(jobs, parcel, to, submissions)
            path = f"{path}, job {ended.identifier}" if ended.identifier else path
            refused, complaint = _refusals(jobs, ended, parcel, to)
            submissions.forget()  # not before all is known of it
        if not ended.succeeded:
            raise DeliveryError(
                f"{to}: job {ended.identifier} with {parcel.name} ended as {ended.state!r}{complaint}. Look there, or "
                "ask the partner what was done."
            )
    receipt = account(
        Receipt(
            flow=run.flow,
            system=to,
            path=path,
            contract=parcel.contract.name,
            rows=max(0, parcel.rows - refused),  # a row may be refused for two reasons
            bytes=parcel.bytes,
            sha256=parcel.sha256,
            seconds=time.monotonic() - started,
            atomic=False,
            delivered=now(),
            personal=parcel.contract.personal,
            rehearsal=run.rehearsal,
        ),
        parcel,
    )
    if refused > max_refused:
        raise DeliveryError(
            f"{path} at {to} refused {refused:,} of {parcel.rows:,} rows of {parcel.name}{complaint}. The others were "
            "accepted. Correct these at their source."
        )
    if refused:
        logger.warning("refused system=%s rows=%d allowed=%d%s", to, refused, max_refused, complaint)
    return receipt


def _worked_through(jobs: Jobs, parcel: Parcel, to: str, submissions: Submissions) -> Ended:
    identifier = _begun(jobs, submissions)
    if identifier:
        logger.info("resuming system=%s job=%s file=%s", to, identifier, parcel.name)
    else:
        submissions.remember(None, tuple(jobs.unfinished()))
        try:
            identifier = jobs.submit(parcel.path)
        except UnknownOutcomeError:
            raise  # the next run looks whether the job began
        except DataFlowError:
            submissions.forget()
            raise
        logger.info("submitted system=%s job=%s file=%s bytes=%d", to, identifier, parcel.name, parcel.bytes)
    submissions.remember(identifier)
    try:
        ended = jobs.wait(identifier)
    except DeliveryError:
        submissions.forget()  # the receiver does not know the job
        raise
    logger.info("ended system=%s job=%s state=%s", to, identifier, ended.state)
    return ended


def _begun(jobs: Jobs, submissions: Submissions) -> str | None:
    """The job that this file has already, if the receiver was told of it before."""
    pending = submissions.pending()
    if pending is None or pending.job:
        return pending.job if pending else None
    new = [identifier for identifier in jobs.unfinished() if identifier not in pending.before]
    return new[0] if len(new) == 1 else None


def _refusals(jobs: Jobs, ended: Ended, parcel: Parcel, to: str) -> tuple[int, str]:
    """How many rows were refused, and the reasons as a message may have them."""
    if ended.refused == 0 and ended.succeeded:
        return 0, ""
    columns = [name for column in parcel.contract.columns for name in (column.name, column.title)]
    reasons = without_values(jobs.reasons(ended.identifier), parcel.path, columns)
    count = reasons.total() if ended.refused is None else ended.refused
    told = "; ".join(f"{times:,} x {reason}" for reason, times in reasons.most_common(MOST_REASONS))
    logger.info("refusals system=%s job=%s rows=%d reasons=%d", to, ended.identifier, count, len(reasons))
    return count, f": {told}" if told else ""
