"""Four deploys of the four flows with Prefect's own program, one after the other, and what the server then holds.

Each costs seconds, so each is done once, and the tests look at what it left behind.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectNotFound
from prefect.settings import get_current_settings
from prefect.states import Completed

from common.blocks import SftpServer
from common.deployment.plan import Change, make_plan
from common.deployment.reconcile import reconcile, remove_branch
from common.deployment.server import read_deployments
from common.deployment.target import Target
from common.deployment.work_pool import set_up_work_pool
from common.errors import ConfigError
from common.pages import find_page
from common.sandbox.services import Services
from common.settings import settings
from tests.common.deployment.conftest import MAIN, copied, edited, git
from tests.conftest import changed
from tests.repo.repository import ROOT

pytestmark = pytest.mark.slow  # half a minute: Prefect's own program deploys four times

BRANCH = Target("dev", "feature/engage", "campus-flows:local", build=False, push=False)
FLOWS = {"patrons_to_alma", "customers_to_permits", "students_to_engage", "accounts_to_engage"}


@dataclass
class Deployed:
    """What a deploy said it would do, and what the server held afterwards."""

    changes: dict[str, Change]
    held: dict[str, DeploymentResponse]


def deployed(checkout: Path, target: Target, client: SyncPrefectClient) -> Deployed:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAMPUS_ENV", target.env)
        settings.cache_clear()
        plan = make_plan(checkout, target)
        reconcile(checkout, plan)
    settings.cache_clear()
    changes = {change.name: change for change in plan.changes}
    return Deployed(changes, {d.name: d for d in read_deployments(client)})


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def first(checkout: Path, services: Services, client: SyncPrefectClient) -> Iterator[Deployed]:
    """main, to a server that has only the work pool and the pages."""
    set_up_work_pool(client, ROOT)
    yield deployed(checkout, MAIN, client)
    for deployment in client.read_deployments():
        client.delete_deployment(deployment.id)


@pytest.fixture(scope="module")
def branch(first: Deployed, checkout: Path, services: Services, client: SyncPrefectClient) -> Deployed:
    """A branch, beside it, with pages of its environment."""
    for system, page in services.pages.items():
        changed(page).save(f"{system}-dev", overwrite=True)
    return deployed(checkout, BRANCH, client)


@pytest.fixture(scope="module")
def second(branch: Deployed, checkout: Path, client: SyncPrefectClient) -> Deployed:
    """main again: after an operator has paused things in the dashboard, and somebody has edited the file."""
    held = branch.held
    paused = held["customers_to_permits"]
    client.update_deployment_schedule(paused.id, paused.schedules[0].id, active=False)
    client.create_deployment_schedules(paused.id, [(CronSchedule(cron="0 12 * * *", timezone="UTC"), True)])
    client.pause_deployment(held["accounts_to_engage"].id)
    gone = held["patrons_to_alma"]
    client.create_flow_run_from_deployment(gone.id, name="last-night", state=Completed())
    theirs = client.create_flow_from_name("theirs")
    client.create_deployment(theirs, "somebody-elses", entrypoint="flows/other.py:other")

    file = checkout / "prefect.yaml"
    text = file.read_text(encoding="utf-8")
    start, end = (
        text.index("  - <<: *flow\n    name: patrons_to_alma"),
        text.index("  - <<: *flow\n    name: cust"),
    )
    file.write_text(text[:start] + text[end:], encoding="utf-8")
    (checkout / "flows" / "library" / "patrons_to_alma.py").unlink()
    edited(file, '"15 22 * * *"', '"45 22 * * *"')
    edited(file, "slug: working_hours", "slug: office_hours")
    edited(file, "memory: 2g", "memory: 3g")
    return deployed(checkout, MAIN, client)


def test_what_the_file_says_is_on_the_server(first: Deployed) -> None:
    """Prevents a field that Prefect reads in another way than the file means it."""
    assert {(name, change.outcome) for name, change in first.changes.items()} == {
        (f, "created") for f in FLOWS
    }
    large = first.held["students_to_engage"]
    assert large.job_variables == {
        "image": "campus-flows:local",
        "image_pull_policy": "Never",
        "env": {"CAMPUS_ENV": "sandbox", "CAMPUS_BRANCH": "main"},
        "memory": "2g",
    }
    assert (large.version, large.tags, large.paused) == ("local", ["student_affairs"], False)
    assert [(s.slug, s.active) for s in large.schedules] == [("working_hours", True)]
    assert large.pull_steps == [{"prefect.deployments.steps.set_working_directory": {"directory": "/app"}}]
    assert str(large.description).startswith("This term's students, hourly, to Engage")


def test_a_branch_lies_beside_main_and_never_starts_by_itself(first: Deployed, branch: Deployed) -> None:
    """Prevents a trial from replacing main's deployments, or from delivering in the night."""
    own = {name: held for name, held in branch.held.items() if "@" in name}
    assert own.keys() == {f"{flow}@feature-engage" for flow in FLOWS}
    assert all(held.schedules == [] for held in own.values())
    assert {held.job_variables["env"]["CAMPUS_ENV"] for held in own.values()} == {"dev"}
    assert {name: branch.held[name].updated for name in FLOWS} == {
        name: first.held[name].updated for name in FLOWS
    }


def test_a_branch_cannot_find_a_page_of_prod(
    branch: Deployed, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prevents unreviewed work from reaching a real partner: its runs know no page but those of their environment."""
    changed(services.pages["alma-sftp"]).save("vendor-sftp-prod", overwrite=True)
    for name, value in branch.held["patrons_to_alma@feature-engage"].job_variables["env"].items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    assert find_page("alma-sftp", SftpServer)
    with pytest.raises(ConfigError, match="No page vendor-sftp-dev"):
        find_page("vendor-sftp", SftpServer)
    SftpServer.delete("vendor-sftp-prod")
    monkeypatch.undo()
    settings.cache_clear()


def test_what_has_changed_is_told_field_by_field(second: Deployed) -> None:
    """Prevents a deploy whose effect has to be looked for in the dashboard."""
    told = {name: (change.outcome, change.details) for name, change in second.changes.items()}
    assert told == {
        "accounts_to_engage": ("unchanged", ()),
        "customers_to_permits": (
            "changed",
            (
                "schedule nightly 15 22 * * * America/Denver → 45 22 * * * America/Denver",
                "schedule without a slug 0 12 * * * UTC removed",
            ),
        ),
        "students_to_engage": (
            "changed",
            (
                "memory 2g → 3g",
                "schedule office_hours 10 7-18 * * MON-FRI America/Denver",
                "schedule working_hours 10 7-18 * * MON-FRI America/Denver removed",
            ),
        ),
        "patrons_to_alma": ("removed", ()),
    }


def test_an_operators_pause_outlives_a_deploy(second: Deployed) -> None:
    """Prevents a delivery in the middle of a partner's maintenance.

    Prefect itself would wake the deployment, and also the schedule, since another one has no slug.
    """
    [schedule] = second.held["customers_to_permits"].schedules
    assert (schedule.active, schedule.schedule.cron) == (False, "45 22 * * *")
    assert second.held["accounts_to_engage"].paused
    assert second.changes["customers_to_permits"].paused == ("nightly",)
    assert not second.held["students_to_engage"].paused


def test_what_is_no_longer_in_the_file_is_removed_and_nothing_else(
    second: Deployed, client: SyncPrefectClient
) -> None:
    """Prevents a flow that goes on at night without its code, and a deploy that tidies up among others' things."""
    assert second.held.keys() == FLOWS - {"patrons_to_alma"} | {f"{flow}@feature-engage" for flow in FLOWS}
    assert client.read_deployment_by_name("theirs/somebody-elses")
    assert [s.slug for s in second.held["students_to_engage"].schedules] == ["office_hours"]


def test_past_runs_of_a_removed_deployment_stay(second: Deployed, client: SyncPrefectClient) -> None:
    """Prevents a clean-up that takes the account of what was delivered with it."""
    assert [run.state_name for run in client.read_flow_runs() if run.name == "last-night"] == ["Completed"]


def test_another_environment_does_not_take_mains_place(
    second: Deployed, checkout: Path, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prevents one forgotten variable from pointing what is in use at other pages."""
    monkeypatch.setenv("CAMPUS_ENV", "dev")
    settings.cache_clear()
    with pytest.raises(
        ConfigError, match=r"the server has it for sandbox from branch main, and .* is for dev"
    ):
        make_plan(checkout, Target("dev", "main", "campus-flows:local", build=False, push=False))
    monkeypatch.undo()
    settings.cache_clear()


def test_a_branch_that_is_gone_is_removed_by_name(second: Deployed, client: SyncPrefectClient) -> None:
    """Prevents a server full of trials; main is not a branch that anybody removes."""
    with pytest.raises(ConfigError, match="did you mean feature/engage"):
        remove_branch("feature/engag", dry_run=False)
    with pytest.raises(ConfigError, match="take their stanzas out"):
        remove_branch("main", dry_run=False)
    names = sorted(f"{flow}@feature-engage" for flow in FLOWS)
    assert remove_branch("feature/engage", dry_run=True) == names
    assert remove_branch("feature/engage", dry_run=False) == names
    assert {d.name for d in read_deployments(client)} == FLOWS - {"patrons_to_alma"}
    with pytest.raises(ObjectNotFound):
        client.read_deployment(second.held["patrons_to_alma@feature-engage"].id)


def test_plain_prefect_deploys_main_and_builds_once(
    first: Deployed, tmp_path: Path, client: SyncPrefectClient
) -> None:
    """Prefect runs the build step for every deployment, which would be as many builds of the one image."""
    checkout = copied(tmp_path)
    build = checkout / "docker" / "build"
    build.parent.mkdir()
    build.write_text('#!/bin/sh\necho "$1" >> built\n', encoding="utf-8")
    build.chmod(0o755)
    git(checkout, "init", "--quiet", "--initial-branch=main")
    git(checkout, "add", ".")
    git(checkout, "commit", "--quiet", "--message=One")
    environment = os.environ | get_current_settings().to_environment_variables(exclude_unset=True)
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        cwd=checkout,
        env=environment | {"CAMPUS_ENV": "sandbox"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [image] = (checkout / "built").read_text(encoding="utf-8").split()
    held = {d.name: d.job_variables["image"] for d in read_deployments(client)}
    assert held == dict.fromkeys(FLOWS, image)
