"""What has to be right before a deploy changes anything; Prefect itself finds most of it too late, or never."""

import inspect
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound, ParameterTypeError
from prefect.utilities.templating import find_placeholders

from common.blocks import Page
from common.catalog import all_flows
from common.deployment.manifest import NAME, Deployment, Manifest
from common.deployment.problems import Problem
from common.deployment.server import variable
from common.deployment.target import Target
from common.errors import ConfigError
from common.flow import feed_of
from common.pages import find_page
from common.spelling import nearest

__all__ = ["repository_problems", "server_problems"]

OWNERS = Path(".github", "CODEOWNERS")


def repository_problems(
    root: Path, manifest: Manifest, flows: Mapping[str, Flow[..., Any]], release: Mapping[str, str]
) -> Iterator[Problem]:
    """What is wrong in the checkout itself; ``flows`` are those that could be loaded, by label."""
    yield from manifest.problems
    yield from _placeholders(manifest, release)
    labels, owned = [entry.label for entry in all_flows(root / "flows")], _owned(root)
    yield from _numbers(manifest, labels)
    for deployment in manifest.deployments:
        if deployment.label not in labels:
            near = nearest(deployment.label, labels)
            yield Problem(deployment.name, f"entrypoint {deployment.entrypoint} is no flow{near}.")
            continue
        yield from _conventions(deployment, owned)
        if flow := flows.get(deployment.label):
            yield from _parameters(deployment, flow)


def server_problems(
    client: SyncPrefectClient,
    manifest: Manifest,
    flows: Mapping[str, Flow[..., Any]],
    target: Target,
    held: Iterable[DeploymentResponse],
) -> Iterator[Problem]:
    """What the server lacks, or already has under our names; ``held`` is what it has of this repository."""
    yield from _work_pool(client, manifest.deployments)
    yield from _pages(flows)
    names = {target.name(deployment.name) for deployment in manifest.deployments}
    for deployment in held:
        env, branch = variable(deployment, "CAMPUS_ENV"), variable(deployment, "CAMPUS_BRANCH")
        if deployment.name in names and (env, branch or target.branch) != (target.env, target.branch):
            yield Problem(
                deployment.name,
                f"the server has it for {env} from branch {branch or 'unknown'}, and this deploy is for {target.env} "
                f"from {target.branch}; set CAMPUS_ENV or CAMPUS_BRANCH, or name another server.",
            )


def _placeholders(manifest: Manifest, release: Mapping[str, str]) -> Iterator[Problem]:
    """Prefect leaves an unset one empty, with a warning, and stores a block's secret where everybody reads it."""
    known = [f"release.{key}" for key in release]
    for where, stanza in manifest.stanzas:
        for shown, name, _ in sorted(find_placeholders(stanza)):
            if name.startswith("$"):
                if name[1:] not in os.environ:
                    yield Problem(where, f"{shown} is not set: set {name[1:]}, or take it out.")
            elif name.startswith("prefect."):
                yield Problem(where, f"{shown} would be stored in clear with the deployment: use a page.")
            elif name not in known:
                yield Problem(where, f"{shown} comes from no step{nearest(name, known)}.")


def _numbers(manifest: Manifest, labels: Iterable[str]) -> Iterator[Problem]:
    """Every flow is deployed, and once."""
    named = Counter(where for where, _ in manifest.stanzas)
    for name, times in named.items():
        if times > 1:
            yield Problem(name, f"{NAME} has {times} stanzas of this name; the last one would win.")
    for label in labels:
        if label.partition("/")[2] not in named:
            yield Problem(label, f"no stanza of {NAME} deploys this flow; add one.")


def _owned(root: Path) -> set[str]:
    """The folders with owners of their own."""
    path = root / OWNERS
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return {words[0] for line in lines if len(words := line.partition("#")[0].split()) > 1}


def _conventions(deployment: Deployment, owned: set[str]) -> Iterator[Problem]:
    name, group = deployment.name, deployment.group
    if not deployment.entrypoint.endswith(f"/{name}.py:{name}"):
        yield Problem(
            name, f"entrypoint is {deployment.entrypoint}; deployment, file and function have one name."
        )
    if deployment.tags != [group]:
        yield Problem(name, f"tags has to be [{group}], the group whose folder it is in.")
    if f"/flows/{group}/" not in owned:
        yield Problem(name, f"nobody owns it: {OWNERS} needs a line for /flows/{group}/.")
    for slug, times in Counter(schedule.slug for schedule in deployment.schedules).items():
        if times > 1:
            yield Problem(name, f"{times} schedules have the slug {slug}; each needs its own.")


def _parameters(deployment: Deployment, flow: Flow[..., Any]) -> Iterator[Problem]:
    known = inspect.signature(flow.fn).parameters
    for given in deployment.parameters:
        if given not in known:
            yield Problem(deployment.name, f"the flow has no parameter {given}{nearest(given, known)}.")
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name not in deployment.parameters:
            yield Problem(deployment.name, f"parameter {name} is missing, and a schedule cannot give it.")
            return
    try:
        flow.validate_parameters({k: v for k, v in deployment.parameters.items() if k in known})
    except ParameterTypeError as error:
        yield Problem(deployment.name, f"parameters: {' '.join(str(error).split())}.")


def _work_pool(client: SyncPrefectClient, deployments: Iterable[Deployment]) -> Iterator[Problem]:
    used = {key for d in deployments for key in d.work_pool.job_variables.model_dump(exclude_none=True)}
    for name in {d.work_pool.name for d in deployments}:
        where = f"work pool {name}"
        try:
            pool = client.read_work_pool(name)
        except ObjectNotFound:
            yield Problem(where, "the server does not have it; make it with: campus setup")
            continue
        known = pool.base_job_template.get("variables", {}).get("properties", {})
        if pool.type != "docker":
            yield Problem(
                where, f"it is of type {pool.type}, and flows run in docker; delete it, then: campus setup"
            )
        elif unknown := sorted(used - known.keys()):
            yield Problem(where, f"it knows no {', '.join(unknown)}; bring it up to date with: campus setup")


def _pages(flows: Mapping[str, Flow[..., Any]]) -> Iterator[Problem]:
    """Pages are looked for as a run does it, in the environment of the settings."""
    users: dict[str, list[str]] = {}
    for label, flow in flows.items():
        feed = feed_of(flow)
        for system in (feed.source, *feed.sinks):
            users.setdefault(system, []).append(label)
    for system, labels in users.items():
        try:
            find_page(system, Page)
        except ConfigError as error:
            yield from (Problem(label, str(error)) for label in labels)
