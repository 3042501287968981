"""``prefect.yaml`` and what lies beside it: right as it is committed, and as short as it can be."""

import json
import re

import pytest

from common.deployment.checks import repository_problems
from common.deployment.flow_files import load_flows
from common.deployment.manifest import Deployment, JobVariables, read_manifest
from common.deployment.target import Target
from common.deployment.work_pool import job_template
from tests.repo.repository import FLOWS, ROOT

LONGEST_STANZA = 6
TEXT = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
MANIFEST = read_manifest(ROOT)
TARGET = Target("sandbox", "main", "campus-flows:local", build=False, push=False)
each_deployment = pytest.mark.parametrize(
    "deployment", MANIFEST.deployments, ids=lambda deployment: deployment.name
)


def test_a_deploy_finds_nothing_wrong_and_every_flow_once() -> None:
    """Prevents a change that is found out about when it is to be deployed."""
    flows, problems = load_flows(ROOT)
    assert [*problems, *repository_problems(ROOT, MANIFEST, flows, TARGET.release)] == []
    assert sorted(d.label for d in MANIFEST.deployments) == [entry.label for entry in FLOWS]


@each_deployment
def test_a_stanza_is_short(deployment: Deployment) -> None:
    """Prevents thirty deployments that each repeat what they have in common."""
    [stanza] = [part for part in TEXT.split("\n  - ") if f"\n    name: {deployment.name}\n" in part]
    assert len(stanza.strip().splitlines()) <= LONGEST_STANZA


def test_no_secret_is_asked_for() -> None:
    """Prefect would resolve it at the deploy and store it in clear, where everybody sees it."""
    assert "prefect.blocks" not in TEXT


def test_the_work_pool_knows_every_job_variable_and_uses_each() -> None:
    """Prevents a variable that no container ever gets."""
    template = job_template(ROOT)
    known = template["variables"]["properties"].keys()
    assert JobVariables.model_fields.keys() <= known
    assert known == set(re.findall(r"{{ (\w+) }}", json.dumps(template["job_configuration"])))


def test_a_run_gets_no_more_memory_by_swapping() -> None:
    """Without ``memswap_limit`` Docker allows as much swap again."""
    configuration = job_template(ROOT)["job_configuration"]
    assert configuration["mem_limit"] == configuration["memswap_limit"]


def test_the_version_is_the_locked_one() -> None:
    """Prevents this file from being read by the rules of another Prefect."""
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    assert f'name = "prefect"\nversion = "{MANIFEST.raw["prefect-version"]}"' in lock
