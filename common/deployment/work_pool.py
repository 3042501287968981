"""The work pool: what every flow's container is like, from ``deployments/work-pool.json``."""

import json
from pathlib import Path
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.exceptions import ObjectNotFound
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.deployment.outcome import Outcome
from common.errors import ConfigError

__all__ = ["POOL", "POOL_TYPE", "job_template", "set_up_work_pool"]

POOL, POOL_TYPE = "campus", "docker"
DESCRIPTION = (
    "Starts a container for each flow run. campus setup writes its job template from deployments/work-pool.json; "
    "a pause and a concurrency limit set here stay."
)


class _Installation(BaseSettings):
    """Names on the Docker engine, read from ``CAMPUS_`` variables: two installations on it need names of their own."""

    model_config = SettingsConfigDict(env_prefix="CAMPUS_", env_ignore_empty=True)

    network: str | None = None
    state_volume: str | None = None


def job_template(root: Path) -> dict[str, Any]:
    """The base job template, with this installation's network and state volume as defaults."""
    path = root / "deployments" / "work-pool.json"
    try:
        template: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for name, value in _Installation().model_dump(exclude_none=True).items():
            template["variables"]["properties"][name]["default"] = value
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ConfigError(f"{path}: this is no job template: {type(error).__name__}: {error}.") from None
    return template


def set_up_work_pool(client: SyncPrefectClient, root: Path) -> Outcome:
    """Creates the work pool or brings its job template up to date; what an operator has set there stays.

    Raises ConfigError if there is one of another type, which a work pool keeps for life.
    """
    template = job_template(root)
    try:
        pool = client.read_work_pool(POOL)
    except ObjectNotFound:
        client.create_work_pool(
            WorkPoolCreate(name=POOL, type=POOL_TYPE, description=DESCRIPTION, base_job_template=template)
        )
        return "created"
    if pool.type != POOL_TYPE:
        raise ConfigError(
            f"The server's work pool {POOL} is of type {pool.type}, and flows run in {POOL_TYPE}: delete it first, "
            "with prefect work-pool delete."
        )
    if (pool.base_job_template, pool.description) == (template, DESCRIPTION):
        return "unchanged"
    client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=template, description=DESCRIPTION))
    return "updated"
