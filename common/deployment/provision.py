"""All that a Prefect server needs before flows can be deployed to it."""

from collections.abc import Iterator
from pathlib import Path

from common.deployment.automations import read_automations, set_up_automation
from common.deployment.block_types import block_types, set_up_block_type
from common.deployment.first_pages import set_up_pages
from common.deployment.outcome import Outcome
from common.deployment.work_pool import POOL, set_up_work_pool
from common.pages.server import connected
from common.settings import settings

__all__ = ["provision"]


def provision(root: Path) -> Iterator[tuple[Outcome, str, str]]:
    """Sets up one thing after the other, and tells of each what was done, its kind and its name.

    Raises ConfigError for a file of ``deployments/`` that is wrong, before anything changes, and where the server
    refuses; TransientError where it does not answer.
    """
    automations = read_automations(root)
    with connected() as client:
        yield set_up_work_pool(client, root), "work pool", POOL
        for kind in block_types():
            yield set_up_block_type(client, kind), "page type", kind.get_block_type_name()
        for automation in automations:
            yield set_up_automation(client, automation), "automation", automation.name
    for outcome, name in set_up_pages(settings().env, root / "deployments" / "pages"):
        yield outcome, "page", name
