"""The set-up of a server: once for all, and again without doing anything twice."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.exceptions import ObjectNotFound
from prefect_docker.worker import DockerWorkerJobConfiguration

from common.blocks import SshKey
from common.deployment.automations import read_automations, set_up_automation
from common.deployment.block_types import block_types, set_up_block_type
from common.deployment.work_pool import POOL, job_template, set_up_work_pool
from common.errors import ConfigError
from tests.common.deployment.conftest import edited
from tests.repo.repository import ROOT

pytestmark = pytest.mark.usefixtures("prefect_server")  # Prefect would start one to read a job template

STANZA = {
    "image": "campus-flows:local",
    "image_pull_policy": "Never",
    "env": {"CAMPUS_ENV": "prod", "CAMPUS_BRANCH": "main"},
    "memory": "2g",
}


@pytest.fixture
def bare(client: SyncPrefectClient) -> Iterator[SyncPrefectClient]:
    """A server without work pool and automations of ours."""

    def clear() -> None:
        with suppress(ObjectNotFound):
            client.delete_work_pool(POOL)
        for automation in client.read_automations():
            client.delete_automation(automation.id)

    clear()
    yield client
    clear()


def worker_configuration(root: Path) -> DockerWorkerJobConfiguration:
    """What the worker makes of the job template and of a deployment's job variables."""
    return asyncio.run(DockerWorkerJobConfiguration.from_template_and_values(job_template(root), STANZA))


def test_a_second_set_up_of_the_work_pool_changes_nothing(bare: SyncPrefectClient) -> None:
    """Prevents a restart of the stack from being a change."""
    assert [set_up_work_pool(bare, ROOT) for _ in range(2)] == ["created", "unchanged"]
    pool = bare.read_work_pool(POOL)
    assert (pool.type, pool.base_job_template) == ("docker", job_template(ROOT))


def test_a_new_job_template_reaches_the_pool_and_an_operators_limit_stays(
    bare: SyncPrefectClient, checkout: Path
) -> None:
    """Prevents a restart in the middle of maintenance from letting everything run."""
    set_up_work_pool(bare, ROOT)
    bare.update_work_pool(POOL, WorkPoolUpdate(is_paused=True, concurrency_limit=3))
    edited(checkout / "deployments" / "work-pool.json", '"default": "1g"', '"default": "2g"')
    assert set_up_work_pool(bare, checkout) == "updated"
    pool = bare.read_work_pool(POOL)
    assert pool.base_job_template["variables"]["properties"]["memory"]["default"] == "2g"
    assert (pool.is_paused, pool.concurrency_limit) == (True, 3)


def test_a_pool_of_another_type_is_not_taken_over(bare: SyncPrefectClient) -> None:
    """A pool keeps its type for life: what is written to it would never start a container."""
    bare.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
    with pytest.raises(ConfigError, match="of type process, and flows run in docker"):
        set_up_work_pool(bare, ROOT)


def test_two_installations_on_one_engine_do_not_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents flows of one installation from writing into the other's state."""
    assert worker_configuration(ROOT).networks == ["campus"]
    monkeypatch.setenv("CAMPUS_NETWORK", "other")
    monkeypatch.setenv("CAMPUS_STATE_VOLUME", "other-state")
    configuration = worker_configuration(ROOT)
    assert (configuration.networks, configuration.volumes) == (["other"], ["other-state:/var/lib/campus"])


def test_a_broken_job_template_is_one_sentence(checkout: Path) -> None:
    """Prevents a traceback of the parser at the start of the stack."""
    (checkout / "deployments" / "work-pool.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"work-pool\.json: this is no job template: JSONDecodeError"):
        job_template(checkout)


def test_a_deployments_variables_join_the_pools() -> None:
    """Prevents the two variables of a deployment from being all that its container gets."""
    env = worker_configuration(ROOT).env
    assert env == job_template(ROOT)["variables"]["properties"]["env"]["default"] | STANZA["env"]
    assert env["PREFECT_HOME"].startswith(str(env["CAMPUS_SCRATCH"]))


def test_a_container_has_no_rights_that_it_does_not_need() -> None:
    """Prevents a flow, or a library in it, from keeping anything but state, or from being more than its user."""
    configuration = worker_configuration(ROOT)
    assert configuration.container_create_kwargs == {
        "init": True,
        "cpu_shares": 512,
        "read_only": True,
        "tmpfs": {"/tmp": "size=512m"},
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
    }
    assert not configuration.container_create_kwargs.keys() & DockerWorkerJobConfiguration.model_fields.keys()
    assert (configuration.privileged, configuration.auto_remove, configuration.stream_output) == (
        False,
        True,
        True,
    )
    assert configuration.mem_limit == configuration.memswap_limit == "2g"
    assert (configuration.image_pull_policy, configuration.command) == ("Never", None)


def test_every_kind_of_page_is_registered_once(client: SyncPrefectClient) -> None:
    """Prevents an operator from having to wait for the first flow before a page can be made."""
    kinds = block_types()
    assert SshKey in kinds
    for kind in kinds:
        set_up_block_type(client, kind)
    assert {set_up_block_type(client, kind) for kind in kinds} == {"unchanged"}


def test_a_block_type_is_created_and_then_updated(client: SyncPrefectClient) -> None:
    """Prevents a new field of a page from staying unknown to the dashboard."""
    created: type[SshKey] = type("SshKey", (SshKey,), {"_block_type_name": "Test key", "__doc__": "A key."})
    widened: type[SshKey] = type(
        "SshKey",
        (SshKey,),
        {"_block_type_name": "Test key", "__doc__": "A key.", "__annotations__": {"hint": str}, "hint": ""},
    )
    outcomes = [set_up_block_type(client, kind) for kind in (created, created, widened, widened)]
    assert outcomes == ["created", "unchanged", "updated", "unchanged"]


def test_automations_are_neither_doubled_nor_switched_on_again(
    bare: SyncPrefectClient, checkout: Path
) -> None:
    """Prefect's own create makes one more at each call; an operator's pause of one is a decision."""
    [automation] = read_automations(ROOT)
    assert [set_up_automation(bare, automation) for _ in range(2)] == ["created", "unchanged"]
    [held] = bare.read_automations()
    bare.pause_automation(held.id)
    edited(checkout / "deployments" / "automations.yaml", "within: 90", "within: 120")
    [longer] = read_automations(checkout)
    assert [set_up_automation(bare, longer) for _ in range(2)] == ["updated", "unchanged"]
    [held] = bare.read_automations()
    assert (held.name, held.enabled, held.trigger.within.total_seconds()) == (automation.name, False, 120)


def test_a_run_is_taken_for_dead_after_three_heartbeats_that_did_not_come() -> None:
    """Prevents one that is only slow from being crashed, and a dead one from being Running all night."""
    env = job_template(ROOT)["variables"]["properties"]["env"]["default"]
    [automation] = [a for a in read_automations(ROOT) if "heartbeat" in a.name]
    trigger: Any = automation.trigger
    assert trigger.after == {"prefect.flow-run.heartbeat"}
    assert trigger.within.total_seconds() == 3 * int(env["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"])


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("for_each:", "for_eech:", "unknown key trigger.for_eech"),
        ("state: CRASHED", "state: CRASHD", "actions.0"),
        ("automations:", "automation:", "this is no list of automations"),
        ("message: >-", "mesage: >-", "unknown key actions.mesage"),
    ],
)
def test_a_slip_in_the_automations_is_found(checkout: Path, right: str, wrong: str, words: str) -> None:
    """Prefect ignores a misspelt key, and the automation then means every run, or nothing."""
    edited(checkout / "deployments" / "automations.yaml", right, wrong)
    with pytest.raises(ConfigError, match=words):
        read_automations(checkout)
