"""A server that asks for a login."""

import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from common.deployment.provision import provision
from common.deployment.work_pool import POOL
from common.errors import ConfigError
from tests.repo.repository import ROOT
from tests.servers.process import HOST, free_port, running

LOGIN = f"campus:{secrets.token_urlsafe(8)}"


@pytest.fixture
def guarded_server(tmp_path: Path) -> Iterator[str]:
    """The API address of a Prefect server that only LOGIN opens."""
    port = free_port()
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)]
    variables = [f"PREFECT_HOME={tmp_path}", f"PREFECT_SERVER_API_AUTH_STRING={LOGIN}"]
    with running(["env", *variables, *command], port=port, log=tmp_path / "server.log", seconds=90):
        yield f"http://{HOST}:{port}/api"


@pytest.mark.slow
def test_a_refused_login_is_one_sentence_without_it(guarded_server: str) -> None:
    """Prevents a page of traceback at the start of the stack. Slow: it needs a server of its own."""
    with (
        temporary_settings({PREFECT_API_URL: guarded_server, PREFECT_API_AUTH_STRING: f"{LOGIN}x"}),
        pytest.raises(ConfigError, match="refuses the login: set PREFECT_API_AUTH_STRING") as refused,
    ):
        list(provision(ROOT))
    assert LOGIN not in str(refused.value)
    with temporary_settings({PREFECT_API_URL: guarded_server, PREFECT_API_AUTH_STRING: LOGIN}):
        made = [name for outcome, _, name in provision(ROOT) if outcome == "created"]
    assert {made[0], made[-1]} == {POOL, "A run without a heartbeat has crashed"}
