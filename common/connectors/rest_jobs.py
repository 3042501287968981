"""Uploads that the receiver works through later: handed over, asked for until they end, and their refusals read."""

import csv
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import httpx

from common.connectors.rest import Rest
from common.connectors.rest_call import Call, Upload
from common.connectors.rest_paging import found
from common.errors import DeliveryError, TransientError

__all__ = ["Ended", "Job", "Jobs", "Refusals"]

MOST_REFUSALS = 10_000  # refused rows that are read
FIRST_LOOK = 8  # the first wait is this part of the interval: small jobs end at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Where the receiver says which rows it refused, and why.

    path: a template filled with the job's ``id``; params: of the query, filled as well.
    items: the list in a JSON answer. A CSV answer needs none.
    reason: the member, or column, that says why.
    """

    path: str
    reason: str
    items: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """How a receiver takes a file that it works through by itself. ``{id}`` in a path is the job's.

    submit: the calls that hand the file over, in order; one of them is the ``Upload``. identifier: the member of
        their first answer that has the job's id.
    status: the path that tells how far the job is, and state the member of its answer that does. Without a status
        whatever is taken is done, and there is nothing to wait for.
    succeeded, failed: the states in which nothing happens any more. Any other is waited for.
    refused: the member of the status that counts refused rows; without one they are the ``refusals`` there are.
    unfinished: a path that lists jobs which have not ended, and the member with the list. With it a submission whose
        answer was lost is found again.
    interval, patience: seconds between two looks, and until a job is left to run without anybody waiting.
    """

    submit: tuple[Call | Upload, ...]
    identifier: str = "id"
    status: str | None = None
    state: str = "state"
    succeeded: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    refused: str | None = None
    refusals: Refusals | None = None
    unfinished: tuple[str, str] | None = None
    interval: float = 10
    patience: float = 3600


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job ended: in which state, and with how many refused rows; None where the receiver does not count."""

    identifier: str
    state: str
    succeeded: bool
    refused: int | None


class Jobs:
    """The jobs of one kind at an open interface."""

    def __init__(self, rest: Rest, job: Job) -> None:
        self._rest = rest
        self._job = job

    def submit(self, file: Path) -> str:
        """Hands the file over; the id of the job that began with it, "" for one without a status.

        Raises DeliveryError where it is refused, UnknownOutcomeError where its answer was lost.
        """
        identifier = ""
        for call in self._job.submit:
            values = {"id": identifier} if "{id}" in call.path else {}
            if isinstance(call, Upload):
                response = self._rest.upload(call, file, values)
            else:
                response = self._rest.request(call.method, call.path, values=values, json=call.json)
            if not identifier and self._job.status:
                identifier = self._identifier(found(_json(response), self._job.identifier))
        return identifier

    def unfinished(self) -> list[str]:
        """The jobs that have not ended, whoever submitted them; none where the receiver does not tell."""
        if self._job.unfinished is None:
            return []
        path, items = self._job.unfinished
        listed = found(_json(self._rest.request("GET", path)), items)
        if not isinstance(listed, list):
            raise DeliveryError(
                f"{self._rest.where('GET', path)}: the answer has no list under {items!r}. Ask the partner."
            )
        return [self._identifier(found(job, self._job.identifier)) for job in listed]

    def wait(self, identifier: str) -> Ended:
        """How the job ended, once it has; TransientError when it is still running after ``patience`` seconds."""
        job, started = self._job, time.monotonic()
        if job.status is None:
            return Ended(identifier, "accepted", succeeded=True, refused=0)
        wait = job.interval / FIRST_LOOK
        while True:
            status = _json(self._rest.request("GET", job.status, values={"id": identifier}))
            state = found(status, job.state)
            if not isinstance(state, str):
                raise DeliveryError(
                    f"{self._rest.where('GET', job.status)}: the answer names no state under {job.state!r}. "
                    "Ask the partner."
                )
            if state in job.succeeded | job.failed:
                count = str(found(status, job.refused)) if job.refused else ""
                refused = int(count) if count.isdecimal() else None
                return Ended(identifier, state, state in job.succeeded, refused)
            if time.monotonic() - started > job.patience:
                raise TransientError(
                    f"{self._rest.where('GET', job.status)}: job {identifier} is still {state!r} after "
                    f"{job.patience:,.0f} s. It goes on there; a rerun waits for it and sends nothing twice."
                )
            time.sleep(wait)
            wait = min(job.interval, 2 * wait)

    def reasons(self, identifier: str) -> Iterator[str]:
        """Why rows were refused, in the receiver's words: they may quote people, and are not fit to be shown."""
        told = self._job.refusals
        if told is None:
            return
        params = {name: value.format(id=identifier) for name, value in told.params.items()}
        if told.items is not None:
            pages = self._rest.pages(told.path, values={"id": identifier}, params=params, items=told.items)
            rows: Iterator[Mapping[str, object]] = islice(pages, MOST_REFUSALS)
        else:
            response = self._rest.request("GET", told.path, values={"id": identifier}, params=params or None)
            rows = islice(csv.DictReader(response.iter_lines()), MOST_REFUSALS)
        for row in rows:
            yield str(found(row, told.reason) or "")

    def _identifier(self, value: object) -> str:
        if isinstance(value, int | str) and re.fullmatch(r"[\w.:-]{1,128}", str(value), re.ASCII):
            return str(value)
        raise DeliveryError(
            f"{self._rest.where('POST', self._job.submit[0].path)}: the answer has no id under "
            f"{self._job.identifier!r}. It is not known whether a job began: look there before running again."
        )


def _json(response: httpx.Response) -> object:
    try:
        return response.json()
    except ValueError:
        return None
