"""``campus deploy`` and ``campus setup`` as somebody at a terminal meets them."""

import re
from collections.abc import Callable, Iterator

import pytest
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound

from common.cli.app import main
from common.deployment.work_pool import POOL
from common.sandbox.services import Services
from common.settings import settings

Campus = Callable[..., tuple[int, str, str]]


@pytest.fixture
def campus(
    prefect_server: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Campus]:
    """The command, with an image that nobody builds: exit code, output, errors."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("CAMPUS_ENV", "sandbox")
    monkeypatch.setenv("CAMPUS_IMAGE", "campus-flows:local")
    monkeypatch.setenv("CAMPUS_BRANCH", "feature/engage")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["campus", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    yield run
    monkeypatch.undo()
    settings.cache_clear()


def test_setup_says_what_it_did_to_each_thing_and_then_that_nothing_is_left_to_do(campus: Campus) -> None:
    """Prevents an operator from having to guess whether a second set-up did harm."""
    with get_client(sync_client=True) as client:
        if POOL in {pool.name for pool in client.read_work_pools()}:
            client.delete_work_pool(POOL)
    code, output, _ = campus("setup")
    assert code == 0
    assert re.search(rf"created +work pool +{POOL}\n", output)
    assert re.search(r"(created|unchanged) +page type +Campus SFTP server\n", output)
    _, output, _ = campus("setup")
    assert {line.split()[0] for line in output.splitlines()} == {"unchanged"}


def test_a_dry_run_shows_the_plan_and_changes_nothing(campus: Campus, services: Services) -> None:
    """Prevents a look from being a deploy."""
    campus("setup")
    code, output, _ = campus("deploy", "--dry-run")
    assert code == 0
    assert "feature/engage to sandbox, image campus-flows:local" in output
    assert re.search(r"patrons_to_alma@feature-engage.*created.*no schedule", output)
    assert "Nothing was changed; it would be: 4 created" in output
    with get_client(sync_client=True) as client, pytest.raises(ObjectNotFound):
        client.read_deployment_by_name("patrons_to_alma/patrons_to_alma@feature-engage")


def test_prod_is_not_deployed_from_a_branch(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents the one variable that would deliver unreviewed work to real partners."""
    monkeypatch.setenv("CAMPUS_ENV", "prod")
    code, output, error = campus("deploy")
    assert (code, output) == (1, "")
    assert error.startswith("ConfigError CAMPUS_ENV is prod, and the branch is feature/engage: only main")


def test_what_is_wrong_is_a_numbered_list_and_a_failure(
    campus: Campus, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prevents a pipeline that goes on after a refused deploy."""
    monkeypatch.setenv("CAMPUS_ENV", "dev")
    monkeypatch.setenv("CAMPUS_TIMEZONE", "America/Boise")
    settings.cache_clear()
    code, _, error = campus("deploy", "--dry-run")
    assert code == 1
    assert re.match(r"ConfigError \d+ things? (is|are) wrong; nothing was changed\.\n  1\. ", error)
    assert "Traceback" not in error


def test_a_branch_that_never_was_is_one_sentence(campus: Campus) -> None:
    """Prevents a typing error from looking like a removal."""
    code, _, error = campus("deploy", "--remove-branch", "feature/never")
    assert code == 1
    assert error.startswith("ConfigError The server has no deployments of branch feature/never")
