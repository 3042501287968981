"""The compose file from nothing: it starts, schedules, runs each flow in a container, and keeps its secrets."""

import json
import re
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.docker.engine import docker
from tests.docker.stack import Stack, until

pytestmark = [pytest.mark.docker, pytest.mark.timeout(1200)]

OPEN = {"/health", "/ready"}  # they tell nothing but that it is up


def test_every_deployment_with_a_schedule_gets_runs(stack: Stack) -> None:
    """A server with the wrong SQLAlchemy answers that it is healthy and schedules nothing."""
    scheduled = {name for name, deployment in stack.deployments().items() if deployment["schedules"]}
    assert scheduled

    def all_have_runs() -> bool:
        runs = stack.call("POST", "/flow_runs/filter", flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}})
        return scheduled <= {
            name
            for name, d in stack.deployments().items()
            if d["id"] in {run["deployment_id"] for run in runs}
        }

    until(all_have_runs, seconds=30, what="scheduled run of every deployment")


def test_a_run_delivers_from_a_container_of_its_own_that_is_gone_afterwards(stack: Stack) -> None:
    """Prevents a flow that runs inside the worker, and a disk that fills with dead containers."""
    run = stack.start_run("patrons_to_alma")
    container = stack.running(run)
    limits = json.loads(docker("inspect", container))[0]["HostConfig"]
    assert stack.finished(run)[0] == "COMPLETED"

    assert [path.rsplit("/", 1)[1][:9] for path in stack.received("alma-sftp")] == ["patrons_2"]
    until(lambda: stack.container_of(run) is None, seconds=30, what="removal of the run's container")
    receipts = stack.compose(
        "run", "--rm", "--no-deps", "-T", "setup", "find", "/var/lib/campus", "-name", "*.json"
    )
    assert "patrons_to_alma" in receipts
    assert limits["ReadonlyRootfs"]
    assert limits["CapDrop"] == ["ALL"]
    assert limits["SecurityOpt"] == ["no-new-privileges"]
    assert limits["Memory"] == limits["MemorySwap"] > 0
    assert limits["Init"]


def test_every_flow_runs_in_a_container(stack: Stack) -> None:
    """Prevents a flow that needs what only a checkout has."""
    runs = {name: stack.start_run(name) for name in stack.deployments()}
    ended = {name: stack.finished(run, seconds=300) for name, run in runs.items()}
    assert {name: state for name, state in ended.items() if state[0] != "COMPLETED"} == {}


def test_without_the_login_nothing_but_its_health_is_told(stack: Stack) -> None:
    """Prevents one forgotten route that hands out pages with their passwords."""
    with httpx.Client(base_url=stack.url.removesuffix("/api"), timeout=30) as anybody:
        routes = anybody.get("/openapi.json").json()["paths"]
        answers = {
            (path, method): anybody.request(method, "/api" + re.sub("[{}]", "", path)).status_code
            for path, methods in routes.items()
            for method in methods
        }
        wrong = anybody.get("/api/admin/version", auth=("campus", "guess")).status_code
    assert len(answers) > 100
    assert {path for (path, _), status in answers.items() if status != 401} <= OPEN
    assert wrong == 401


def test_a_flows_container_knows_the_clients_login_and_no_other_secret(stack: Stack) -> None:
    """Prevents the database's password and the key of the pages from being handed to every flow."""
    run = stack.start_run("patrons_to_alma")
    shown = docker("inspect", stack.running(run))
    stack.finished(run)
    values = stack.values
    assert values["PREFECT_AUTH_STRING"] in shown
    others = (
        "POSTGRES_PASSWORD",
        "PREFECT_ENCRYPTION_KEY",
        "CAMPUS_SANDBOX_PASSWORD",
        "CAMPUS_ORACLE_PASSWORD",
    )
    assert [name for name in others if values[name] in shown] == []


@pytest.mark.parametrize(
    "path", ["/deployments/filter", "/work_pools/filter", "/flow_runs/filter", "/logs/filter"]
)
def test_what_the_server_tells_of_runs_holds_no_secret(stack: Stack, path: str) -> None:
    """Prevents a password that was resolved at deploy time and is shown in the dashboard since."""
    told = json.dumps(stack.call("POST", path))
    assert [name for name, value in secrets(stack).items() if value in told] == []


def test_no_layer_of_the_image_holds_a_secret(stack: Stack) -> None:
    """Prevents a secret that came in with a build argument or with a copied file."""
    history = docker("history", "--no-trunc", stack.values["CAMPUS_IMAGE"])
    for value in secrets(stack).values():
        script = (
            f"grep -rlF --exclude-dir=proc --exclude-dir=sys -e '{value}' /app /etc /home /opt /var || true"
        )
        assert docker("run", "--rm", "--entrypoint", "sh", stack.values["CAMPUS_IMAGE"], "-c", script) == ""
        assert value not in history


def secrets(stack: Stack) -> dict[str, str]:
    names = ("POSTGRES_PASSWORD", "PREFECT_AUTH_STRING", "PREFECT_ENCRYPTION_KEY", "CAMPUS_SANDBOX_PASSWORD")
    return {name: stack.values[name] for name in names}


def remembered(stack: Stack) -> dict[str, Any]:
    """What has to outlive a restart: schedules with their pauses, runs that ended, pages, automations."""
    ended = stack.call("POST", "/flow_runs/filter", flow_runs={"state": {"type": {"any_": ["COMPLETED"]}}})
    return {
        "schedules": {
            (name, schedule["slug"], schedule["active"])
            for name, deployment in stack.deployments().items()
            for schedule in deployment["schedules"]
        },
        "runs": {run["id"] for run in ended},
        "pages": {page["name"] for page in stack.call("POST", "/block_documents/filter")},
        "automations": Counter(found["name"] for found in stack.call("POST", "/automations/filter")),
    }


def test_starting_twice_and_after_down_keeps_everything(stack: Stack) -> None:
    """Prevents a second start that makes everything twice, and an end that loses the history."""
    deployment = stack.deployments()["patrons_to_alma"]
    [schedule] = deployment["schedules"]
    with stack.client() as client:
        client.patch(
            f"/deployments/{deployment['id']}/schedules/{schedule['id']}", json={"active": False}
        ).raise_for_status()
    before = remembered(stack)
    assert all(before.values())

    stack.up()
    assert remembered(stack) == before
    stack.compose("down")
    stack.up()
    assert remembered(stack) == before

    stack.campus("deploy")
    assert ("patrons_to_alma", schedule["slug"], False) in remembered(stack)["schedules"]
    with stack.client() as client:
        client.patch(
            f"/deployments/{deployment['id']}/schedules/{schedule['id']}", json={"active": True}
        ).raise_for_status()
