"""Bringing the server to what the file says: Prefect's own deploy, and the removals that it does not do."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from prefect.client.schemas.responses import DeploymentResponse
from prefect.settings import get_current_settings

from common.deployment.image import build, push
from common.deployment.manifest import NAME
from common.deployment.plan import Plan
from common.deployment.programs import run_program
from common.deployment.server import read_deployments, variable
from common.deployment.target import MAIN, Target
from common.errors import ConfigError, TransientError
from common.pages.server import connected
from common.spelling import nearest

__all__ = ["reconcile", "remove_branch", "rendered"]


def reconcile(root: Path, plan: Plan, tell: Callable[[str], None] = lambda _: None) -> None:
    """Builds the image, deploys what the plan says, removes what the file no longer has; ``tell`` hears each step.

    Raises ConfigError with all that a program said which failed; nothing is removed then. Raises TransientError where
    the server in the end holds something else, as after two deploys at the same time.
    """
    image = plan.target.image
    if plan.target.build:
        build(root, image, lambda line: tell(f"Building {image}: {line}"))
    if plan.target.push:
        push(root, image, lambda line: tell(f"Pushing {image}: {line}"))
    _prefect_deploy(root, plan, tell)
    _remove(plan.refreshed())
    if left := [change.name for change in plan.refreshed().changes if change.outcome != "unchanged"]:
        raise TransientError(
            f"Prefect's deploy ended well, and yet the server holds something else for {', '.join(left)}: was there "
            "another deploy at the same time? Run it again."
        )


def rendered(plan: Plan) -> str:
    """The file for Prefect: this branch's names, schedules on main only, and what an operator has paused."""
    raw, target = plan.manifest.raw, plan.target
    stanzas = [_stanza(stanza, target, plan.held) for _, stanza in plan.manifest.stanzas]
    build = [
        {step: inputs | {"named_for": target.branch} for step, inputs in s.items()} for s in raw["build"]
    ]
    return yaml.safe_dump(raw | {"build": build, "deployments": stanzas, "definitions": {}}, sort_keys=False)


def remove_branch(branch: str, *, dry_run: bool) -> list[str]:
    """Removes all deployments of a branch, whose past runs stay; tells their names. Raises ConfigError if none is."""
    if branch == MAIN:
        raise ConfigError(
            f"{MAIN}'s deployments are what is in use; take their stanzas out of {NAME} instead."
        )
    with connected() as client:
        held = read_deployments(client)
        doomed = [d for d in held if variable(d, "CAMPUS_BRANCH") == branch]
        if not doomed:
            known = sorted({variable(d, "CAMPUS_BRANCH") for d in held} - {"", MAIN})
            raise ConfigError(
                f"The server has no deployments of branch {branch}{nearest(branch, known)}; it has some of: "
                f"{', '.join(known) or 'no branch but ' + MAIN}."
            )
        for deployment in () if dry_run else doomed:
            client.delete_deployment(deployment.id)
    return sorted(d.name for d in doomed)


def _stanza(stanza: dict[str, Any], target: Target, held: Mapping[str, DeploymentResponse]) -> dict[str, Any]:
    name = target.name(stanza["name"])
    schedules = stanza.get("schedules", []) if target.scheduled else []
    found = held.get(name)
    if not found:
        return stanza | {"name": name, "schedules": schedules}
    # Prefect keeps the pause of a schedule by its slug, unless one without a slug was added; that of a deployment never
    paused = {s.slug for s in found.schedules if not s.active}
    kept = [s | ({"active": False} if s["slug"] in paused else {}) for s in schedules]
    return stanza | {"name": name, "schedules": kept} | ({"paused": True} if found.paused else {})


def _prefect_deploy(root: Path, plan: Plan, tell: Callable[[str], None]) -> None:
    target = plan.target
    with TemporaryDirectory() as folder:
        file = Path(folder, NAME)
        file.write_text(rendered(plan), encoding="utf-8")
        run_program(
            [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file)],
            root=root,
            environment=os.environ
            | get_current_settings().to_environment_variables(exclude_unset=True)
            | {"CAMPUS_ENV": target.env, "CAMPUS_BRANCH": target.branch, "CAMPUS_IMAGE": target.image}
            | {"COLUMNS": "200", "NO_COLOR": "1"},
            tell=lambda line: tell(line.strip("│╭╰─╮╯ ")),
            otherwise="Deployments before the failed one are changed, nothing was removed: mend it and deploy again.",
        )


def _remove(plan: Plan) -> None:
    """What the server still holds of this branch and the file does not: deployments, and schedules of the others."""
    wanted = {plan.target.name(d.name): {s.slug for s in d.schedules} for d in plan.manifest.deployments}
    with connected() as client:
        for name, held in plan.held.items():
            if name not in wanted:
                client.delete_deployment(held.id)
                continue
            kept = wanted[name] if plan.target.scheduled else set()
            for schedule in held.schedules:
                if schedule.slug not in kept:
                    client.delete_deployment_schedule(held.id, schedule.id)
