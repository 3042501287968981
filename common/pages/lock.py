"""One apply at a time in an environment: Prefect's own lease on a limit of one."""

import getpass
import math
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.exceptions import ObjectAlreadyExists, PrefectHTTPStatusError

from common.clock import now
from common.errors import ConfigError
from common.pages.register import Register

__all__ = ["Hold", "alone"]

LEASE_SECONDS = 60  # the least that Prefect leases for

# leases of this very process, which in a container has the number of the one that died before it
_held: set[str] = set()


class Hold:
    """The right to change an environment's pages; ``renew`` before each of them."""

    def __init__(self, client: SyncPrefectClient, register: Register, lease: UUID) -> None:
        self._client, self._register, self._lease = client, register, lease
        self._told = -math.inf
        _held.add(str(lease))
        self.renew()

    def renew(self) -> None:
        """For another minute from now; the register says who, and until when."""
        if time.monotonic() - self._told < LEASE_SECONDS / 4:
            return
        self._told = time.monotonic()
        self._client.renew_concurrency_lease(self._lease, LEASE_SECONDS)
        self._register.under_way = {
            "by": _who(),
            "host": socket.gethostname(),
            "process": os.getpid(),
            "lease": str(self._lease),
            "until": (now() + timedelta(seconds=LEASE_SECONDS)).isoformat(timespec="seconds"),
        }
        self._register.write()

    def release(self, *, lost: bool) -> None:
        """Lets others in; where the server is ``lost``, whoever comes next does so, see ``_left_behind``."""
        _held.discard(str(self._lease))
        self._register.under_way = {}
        if not lost:
            self._register.write()
            self._client.release_concurrency_slots_with_lease(self._lease)


@contextmanager
def alone(client: SyncPrefectClient, register: Register) -> Iterator[Hold]:
    """Keeps everybody else from changing the environment's pages. Raises ConfigError that says who does so now.

    Whoever died while they held it is held no longer once their minute is over, or at once if they ran here.
    """
    limit = f"campus-pages-{register.env}"
    with suppress(ObjectAlreadyExists):  # two made it at once
        client.upsert_global_concurrency_limit_by_name(limit, 1)
    lease = _acquired(client, limit)
    if lease is None:
        register.read()
        if not _left_behind(register.under_way) or (lease := _taken_over(client, register, limit)) is None:
            raise ConfigError(_taken(register))
    hold, lost = Hold(client, register, lease), False
    try:
        yield hold
    except httpx.TransportError:  # Prefect's client has tried for a minute by now
        lost = True
        raise
    finally:
        hold.release(lost=lost)


def _acquired(client: SyncPrefectClient, limit: str) -> UUID | None:
    try:
        answer = client.increment_concurrency_slots_with_lease([limit], 1, "concurrency", LEASE_SECONDS)
    except PrefectHTTPStatusError as error:
        if error.response.status_code != httpx.codes.LOCKED:
            raise
        return None
    return UUID(answer.json()["lease_id"])


def _taken_over(client: SyncPrefectClient, register: Register, limit: str) -> UUID | None:
    client.release_concurrency_slots_with_lease(UUID(register.under_way["lease"]))
    if (lease := _acquired(client, limit)) is not None:
        return lease
    # a server that was started anew has forgotten the lease, and still counts it
    client.update_global_concurrency_limit(limit, GlobalConcurrencyLimitUpdate(active_slots=0))
    return _acquired(client, limit)


def _left_behind(by: dict[str, Any]) -> bool:
    """Whether whoever held it has died, or lost the server."""
    if not by:
        return False
    if by["host"] == socket.gethostname():
        return by["lease"] not in _held if by["process"] == os.getpid() else not _runs(by["process"])
    return datetime.fromisoformat(by["until"]) < now()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _taken(register: Register) -> str:
    by = register.under_way
    who = f"{by['by']} on {by['host']} is" if by else "Somebody else is"
    return (
        f"{who} changing the pages of {register.env} at this moment, and nothing was changed here: try again when "
        f"that is done. If nobody is, their hold ends by itself within {LEASE_SECONDS} seconds."
    )


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return str(os.getuid())
