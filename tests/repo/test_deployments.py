"""``prefect.yaml``, read strictly: Prefect itself ignores a misspelt key and deploys all the same."""

import json
from collections import Counter
from typing import Any, Literal, Self

import pytest
import yaml
from prefect.client.schemas.schedules import CronSchedule
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tests.repo.repository import FLOWS, ROOT


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Schedule(Strict):
    """A slug keeps a pause made in the dashboard over a deploy; ``active`` would undo it, so it is not known."""

    slug: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    cron: str
    timezone: Literal["America/Denver"]

    @model_validator(mode="after")
    def _is_a_schedule(self) -> Self:
        CronSchedule(cron=self.cron, timezone=self.timezone)
        return self


class JobVariables(Strict):
    image: Literal["{{ $CAMPUS_IMAGE }}"]
    env: dict[str, str]
    memory: str | None = None


class WorkPool(Strict):
    name: Literal["campus"]
    job_variables: JobVariables


class Deployment(Strict):
    name: str
    entrypoint: str
    tags: list[str]
    schedules: list[Schedule]
    work_pool: WorkPool
    parameters: dict[str, Any] = {}


class SetWorkingDirectory(Strict):
    directory: Literal["/app"]


class PullStep(Strict):
    step: SetWorkingDirectory = Field(alias="prefect.deployments.steps.set_working_directory")


class PrefectFile(Strict):
    """``build`` and ``push`` are null, or Prefect would run them once for every deployment; without ``pull`` it
    would look for the flows in a folder that the image does not have."""

    name: Literal["campus-flows"]
    version: str = Field(alias="prefect-version")
    build: None
    push: None
    pull: list[PullStep] = Field(min_length=1, max_length=1)
    definitions: dict[str, Any]
    deployments: list[Deployment]


TEXT = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
DEPLOYMENTS = PrefectFile.model_validate(yaml.safe_load(TEXT)).deployments
each_deployment = pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment.name)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("tags: [library]", "tagz: [library]"),
        ("slug: nightly,", "slug: nightly, active: true,"),
        ("30 21", "99 21"),
    ],
)
def test_a_slip_is_refused(right: str, wrong: str) -> None:
    """Prevents this file's own checks from being as lenient as Prefect's."""
    with pytest.raises(ValidationError):
        PrefectFile.model_validate(yaml.safe_load(TEXT.replace(right, wrong, 1)))


def test_every_flow_is_deployed_once_and_nothing_else_is() -> None:
    """Prevents a flow that never runs, and a schedule for a flow that is gone."""
    assert Counter(d.name for d in DEPLOYMENTS) == Counter(entry.name for entry in FLOWS)


@each_deployment
def test_the_entrypoint_and_the_tag_are_the_flows(deployment: Deployment) -> None:
    """Prevents a flow from running under another's name, or out of its group's sight."""
    [flow] = [entry for entry in FLOWS if entry.name == deployment.name]
    assert deployment.entrypoint == f"flows/{flow.group}/{flow.name}.py:{flow.name}"
    assert deployment.tags == [flow.group]


@each_deployment
def test_its_slugs_differ(deployment: Deployment) -> None:
    """Prevents two schedules of one flow from overwriting each other."""
    assert max(Counter(s.slug for s in deployment.schedules).values()) == 1


def test_the_environment_is_whoever_deploys_says() -> None:
    """Prevents a deployment that carries its environment, or a secret, in this file."""
    assert {tuple(d.work_pool.job_variables.env.items()) for d in DEPLOYMENTS} == {
        (("CAMPUS_ENV", "{{ $CAMPUS_ENV }}"),)
    }
    assert "prefect.blocks" not in TEXT


def test_the_work_pool_knows_every_job_variable() -> None:
    """Prevents a variable that no container ever gets."""
    pool = json.loads((ROOT / "deployments" / "work-pool.json").read_text(encoding="utf-8"))
    used = {name for d in DEPLOYMENTS for name in d.work_pool.job_variables.model_dump(exclude_none=True)}
    assert used <= pool["variables"]["properties"].keys()
    assert all(
        f"{{{{ {name} }}}}" in str(pool["job_configuration"]) for name in pool["variables"]["properties"]
    )


def test_a_run_gets_no_more_memory_by_swapping() -> None:
    """Without ``memswap_limit`` Docker allows as much swap again."""
    pool = json.loads((ROOT / "deployments" / "work-pool.json").read_text(encoding="utf-8"))[
        "job_configuration"
    ]
    assert pool["mem_limit"] == pool["memswap_limit"]


def test_the_version_is_the_locked_one() -> None:
    """Prevents this file from being read by the rules of another Prefect."""
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    assert f'name = "prefect"\nversion = "{yaml.safe_load(TEXT)["prefect-version"]}"' in lock
