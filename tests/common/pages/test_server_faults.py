"""A Prefect server that goes away, refuses, or was never there."""

from pathlib import Path

import pytest
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    temporary_settings,
)

from common.blocks import SftpServer
from common.errors import ConfigError, TransientError
from common.pages import find_page
from common.pages.apply import apply_pages
from common.pages.folder import read_folder
from common.sandbox.partners import HttpFault, HttpPartner, HttpSystem
from tests.common.pages.conftest import Environment
from tests.servers.process import free_port
from tests.servers.proxy import FaultyNetwork

pytestmark = pytest.mark.slow  # 15 s: a client tries again before it gives up

SYSTEMS = ("alma", "beta", "gamma", "delta")


def test_a_server_that_goes_away_in_the_middle_leaves_whole_pages_and_a_list(
    environment: Environment,
) -> None:
    """Prevents an operator who does not know which half of the systems has the new host."""
    for system in SYSTEMS:
        environment.write(system)
    url = str(PREFECT_API_URL.value())
    port = int(url.rpartition(":")[2].partition("/")[0])
    files = read_folder(environment.env, environment.root)
    network = FaultyNetwork(port, after=10**9)
    address = url.replace(str(port), str(network.port))
    with temporary_settings({PREFECT_API_URL: address}):
        with network:
            steps = apply_pages(environment.env, files)
            assert [next(steps).page.system for _ in range(2)] == ["alma", "beta"]
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}), pytest.raises(TransientError) as caught:
            list(steps)
    assert f"No Prefect server answers at {address}" in str(caught.value)
    assert "Applied: alma, beta. Not applied, or only without an answer: delta, gamma." in str(caught.value)
    assert set(environment.apply()) | {"alma", "beta"} == set(SYSTEMS)
    assert environment.apply() == {}
    assert {find_page(system, SftpServer).host for system in SYSTEMS} == {f"{s}.example" for s in SYSTEMS}


def test_a_server_that_is_not_there_is_named_and_nothing_else(environment: Environment) -> None:
    """Prevents a traceback of an HTTP library for a wrong port, and a step that is not tried again."""
    url = f"http://user:secret-4711@127.0.0.1:{free_port()}/api"
    with temporary_settings({PREFECT_API_URL: url, PREFECT_CLIENT_MAX_RETRIES: 0}):
        with pytest.raises(
            TransientError, match=r"No Prefect server answers .* Nothing was changed"
        ) as caught:
            environment.apply()
        with pytest.raises(TransientError, match="No Prefect server answers"):
            find_page("alma", SftpServer)
    assert "secret-4711" not in str(caught.value)


def test_a_refused_login_says_which_variable_is_wrong(environment: Environment, tmp_path: Path) -> None:
    """Prevents a search in the pages for a password of the server."""
    with HttpPartner(tmp_path / "http", [HttpSystem("api", collections=("health",))]) as server:
        server.faults.append(HttpFault(match="", status=401, times=100))
        with (
            temporary_settings({PREFECT_API_URL: server.url("api")}),
            pytest.raises(ConfigError, match="set PREFECT_API_AUTH_STRING to its user:password"),
        ):
            environment.apply()


def test_without_an_address_no_server_is_started_for_a_moment(environment: Environment) -> None:
    """Prevents pages that land on a server which nobody will ever see again."""
    with (
        temporary_settings(restore_defaults=[PREFECT_API_URL]),
        pytest.raises(ConfigError, match="set PREFECT_API_URL"),
    ):
        environment.apply()
