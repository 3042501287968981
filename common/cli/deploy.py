"""``campus deploy``: what the file says, on the Prefect server, and nothing that it does not say."""

import os
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from common.cli.progress import console, quiet_prefect
from common.settings import settings

if TYPE_CHECKING:
    from common.deployment.plan import Plan

__all__ = ["deploy"]

STYLES = {"created": "green", "changed": "yellow", "unchanged": "dim", "removed": "red"}


def deploy(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, and show what would change.")] = False,
    remove_branch: Annotated[
        str | None,
        typer.Option(
            "--remove-branch", metavar="NAME", help="Remove the deployments of a branch that is gone."
        ),
    ] = None,
) -> None:
    """Check prefect.yaml, build the image once, deploy every flow, remove what the file no longer has.

    The server is the one of PREFECT_API_URL. main goes to prod, with schedules; any other branch to dev, beside it,
    as <flow>@<branch> and without schedules. CAMPUS_ENV and CAMPUS_BRANCH say otherwise where that is allowed.
    The image is built and goes to CAMPUS_REGISTRY, if that is set; CAMPUS_IMAGE names one that is there already.
    What an operator has paused stays paused.

    Examples: [bold]campus deploy --dry-run[/bold] · [bold]campus deploy[/bold] ·
    [bold]campus deploy --remove-branch feature/engage[/bold]
    """
    quiet_prefect()
    if remove_branch:
        _remove(remove_branch, dry_run)
        return
    from common.deployment.checkout import PROJECT, Checkout
    from common.deployment.plan import make_plan
    from common.deployment.reconcile import reconcile
    from common.deployment.target import find_target

    target = find_target(Checkout(PROJECT))
    os.environ["CAMPUS_ENV"] = target.env  # pages are looked for where the runs will do so
    settings.cache_clear()
    with console.status("Checking"):
        plan = make_plan(PROJECT, target)
    if not dry_run:
        with console.status("Deploying") as status:
            reconcile(PROJECT, plan, lambda line: status.update(escape(line[: console.width - 4])))
    _show(plan, dry_run)


def _remove(branch: str, dry_run: bool) -> None:
    from common.deployment.reconcile import remove_branch

    names = remove_branch(branch, dry_run=dry_run)
    console.print(f"{'Would remove' if dry_run else 'Removed'}: {', '.join(names)}", soft_wrap=True)
    if not dry_run:
        console.print("Their past runs stay on the server.")


def _show(plan: "Plan", dry_run: bool) -> None:
    target, changes = plan.target, plan.changes
    table = Table(
        "deployment",
        "",
        "what",
        title=f"{target.branch} to {target.env}, image {target.image}",
        title_justify="left",
    )
    for change in changes:
        paused = [f"paused by an operator: {', '.join(change.paused)}"] if change.paused else []
        details = "\n".join(map(escape, [*change.details, *paused]))
        table.add_row(change.name, f"[{STYLES[change.outcome]}]{change.outcome}[/]", details)
    console.print(table)
    counts: Counter[str] = Counter(change.outcome for change in changes)
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in STYLES if counts[outcome])
    console.print(f"{'Nothing was changed; it would be' if dry_run else 'Deployed'}: {told}", soft_wrap=True)
