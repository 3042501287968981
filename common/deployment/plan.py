"""What a deploy would change, found by comparing what the server holds with what the file says."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.utilities.callables import parameter_schema
from prefect.utilities.templating import apply_values

from common.deployment.checks import repository_problems, server_problems
from common.deployment.flow_files import load_flows
from common.deployment.manifest import Deployment, Manifest, read_manifest
from common.deployment.problems import Problem, refusal
from common.deployment.server import read_deployments, variable
from common.deployment.target import Target
from common.errors import DataFlowError
from common.pages.server import connected

__all__ = ["Change", "Plan", "make_plan"]

LONGEST_SHOWN = 60  # characters of a value that is worth showing beside its name


@dataclass(frozen=True)
class Change:
    """What a deploy does to one deployment; ``paused`` are the schedules that an operator has paused."""

    name: str
    outcome: Literal["created", "changed", "unchanged", "removed"]
    details: tuple[str, ...] = ()
    paused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A deploy that may go ahead. held: the server's deployments of this branch, by name, as they are now."""

    target: Target
    manifest: Manifest
    flows: Mapping[str, Flow[..., Any]]
    held: Mapping[str, DeploymentResponse]

    @property
    def changes(self) -> list[Change]:
        wanted = {self.target.name(d.name): d for d in self.manifest.deployments}
        return [
            *(self._change(name, deployment) for name, deployment in wanted.items()),
            *(Change(name, "removed") for name in sorted(self.held.keys() - wanted.keys())),
        ]

    def refreshed(self) -> "Plan":
        """The same plan, beside what the server holds by now."""
        with connected() as client:
            return Plan(self.target, self.manifest, self.flows, _of_branch(client, self.target.branch))

    def _change(self, name: str, deployment: Deployment) -> Change:
        wanted = _wanted(deployment, self.flows[deployment.label], self.target)
        held = self.held.get(name)
        if held is None:
            schedules = tuple(_shown(k, None, v) for k, v in wanted.items() if k.startswith("schedule "))
            return Change(name, "created", schedules or ("no schedule",))
        details = tuple(_differences(_held(held), wanted))
        return Change(name, "changed" if details else "unchanged", details, tuple(_paused(held)))


def make_plan(root: Path, target: Target) -> Plan:
    """Checks everything, at once and before anything changes. Raises ConfigError with all that is wrong."""
    manifest = read_manifest(root)
    flows, unloadable = load_flows(root)
    problems = [*unloadable, *repository_problems(root, manifest, flows, target.release)]
    held: dict[str, DeploymentResponse] = {}
    try:
        with connected() as client:
            problems += server_problems(client, manifest, flows, target, read_deployments(client))
            held = _of_branch(client, target.branch)
    except DataFlowError as error:
        problems.append(Problem("Prefect server", str(error)))
    if problems:
        raise refusal(problems)
    return Plan(target, manifest, flows, held)


def _of_branch(client: SyncPrefectClient, branch: str) -> dict[str, DeploymentResponse]:
    return {d.name: d for d in read_deployments(client) if variable(d, "CAMPUS_BRANCH") == branch}


def _wanted(deployment: Deployment, flow: Flow[..., Any], target: Target) -> dict[str, Any]:
    pool = deployment.work_pool
    known = {"release": target.release}
    variables = apply_values(pool.job_variables.model_dump(exclude_none=True), known)
    cron = deployment.schedules if target.scheduled else []
    return {
        "entrypoint": deployment.entrypoint,
        "description": flow.description or None,
        "tags": sorted(deployment.tags),
        "parameters": apply_values(deployment.parameters, known),
        "parameter schema": parameter_schema(flow).model_dump(exclude_unset=True),
        "work pool": pool.name,
        **_labelled(variables),
        **{f"schedule {s.slug}": f"{s.cron} {s.timezone}" for s in cron},
    }


def _held(deployment: DeploymentResponse) -> dict[str, Any]:
    return {
        "entrypoint": deployment.entrypoint,
        "description": deployment.description or None,
        "tags": sorted(deployment.tags),
        "parameters": deployment.parameters,
        "parameter schema": deployment.parameter_openapi_schema,
        "work pool": deployment.work_pool_name,
        **_labelled(deployment.job_variables),
        **{
            f"schedule {s.slug or 'without a slug'}": f"{s.schedule.cron} {s.schedule.timezone or 'UTC'}"
            if isinstance(s.schedule, CronSchedule)
            else repr(s.schedule)
            for s in deployment.schedules
        },
    }


def _labelled(variables: Mapping[str, Any]) -> dict[str, Any]:
    names = {"env": "environment"}
    return {names.get(key, key.replace("_", " ")): value for key, value in variables.items()}


def _paused(held: DeploymentResponse) -> Iterator[str]:
    if held.paused:
        yield "all of it"
    yield from (s.slug or "without a slug" for s in held.schedules if not s.active)


def _differences(held: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterable[str]:
    for key in {**wanted, **held}:
        if held.get(key) != wanted.get(key):
            yield _shown(key, held.get(key), wanted.get(key))


def _shown(key: str, before: Any, after: Any) -> str:
    """``memory 1g → 2g``; of what is long only the name."""
    texts = [value for value in (before, after) if value is not None]
    if not all(isinstance(text, str) and len(text) <= LONGEST_SHOWN for text in texts):
        return key
    if before is None:
        return f"{key} {after}"
    return f"{key} {before} → {after}" if after is not None else f"{key} {before} removed"
