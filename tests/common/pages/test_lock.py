"""One apply at a time, and no lock that outlives its holder."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client

from common.clock import now
from common.errors import ConfigError
from common.pages.apply import apply_pages
from common.pages.folder import read_folder
from common.pages.register import Register
from tests.common.pages.conftest import Environment


@pytest.fixture
def client(prefect_server: None) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        yield client


def test_the_second_of_two_operators_is_told_who_the_first_is(environment: Environment) -> None:
    """Prevents two applies at once, each of which writes what the other has just changed."""
    for system in ("alma", "beta"):
        environment.write(system)
    first = apply_pages(environment.env, read_folder(environment.env, environment.root))
    assert next(first).page.system == "alma"
    with pytest.raises(ConfigError, match=f"on {socket.gethostname()} is changing the pages of") as caught:
        environment.apply()
    assert "nothing was changed here" in str(caught.value)
    with pytest.raises(ConfigError, match="is changing the pages of"):
        environment.pull()
    assert [step.page.system for step in first] == ["beta"]
    assert environment.apply() == {}


def _held(client: SyncPrefectClient, environment: Environment, **by: object) -> None:
    """The server as it is while, or after, somebody applied: the one slot is taken."""
    limit = f"campus-pages-{environment.env}"
    client.upsert_global_concurrency_limit_by_name(limit, 1)
    lease = client.increment_concurrency_slots_with_lease([limit], 1, "concurrency", 3600).json()["lease_id"]
    register = Register(client, environment.env)
    soon = (now() + timedelta(hours=1)).isoformat()
    register.under_way = {
        "by": "jdoe", "host": "elsewhere", "process": 1, "lease": lease, "until": soon, **by,
    }  # fmt: skip
    register.write()


def test_somebody_on_another_machine_is_waited_for(
    environment: Environment, client: SyncPrefectClient
) -> None:
    """Prevents a lock that anybody who cannot see the holder's process takes away."""
    environment.write("alma")
    _held(client, environment)
    with pytest.raises(ConfigError, match="jdoe on elsewhere is changing the pages of"):
        environment.apply()


def test_the_hold_of_a_process_that_died_here_is_taken_over(
    environment: Environment, client: SyncPrefectClient
) -> None:
    """Prevents an operator whose terminal was closed from being locked out by themselves."""
    environment.write("alma")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    _held(client, environment, host=socket.gethostname(), process=ended.pid)
    assert environment.apply() == {"alma": "created"}


def test_a_process_of_the_same_number_is_not_the_same_process(
    environment: Environment, client: SyncPrefectClient
) -> None:
    """Prevents a container, whose programs all have the number 1, from waiting for itself."""
    environment.write("alma")
    _held(client, environment, host=socket.gethostname(), process=os.getpid())
    assert environment.apply() == {"alma": "created"}


def test_a_hold_that_has_run_out_is_taken_over_also_from_a_server_that_has_forgotten_it(
    environment: Environment, client: SyncPrefectClient
) -> None:
    """Prevents a lock for ever: a server that is started anew still counts the slot and no longer knows the lease."""
    environment.write("alma")
    unknown = "6f0d3f0e-0000-4000-8000-000000000000"
    _held(client, environment, lease=unknown, until=(now() - timedelta(minutes=5)).isoformat())
    assert environment.apply() == {"alma": "created"}
    assert environment.apply() == {}
