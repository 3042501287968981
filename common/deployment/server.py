"""What the Prefect server holds of this repository."""

from itertools import count

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.responses import DeploymentResponse

__all__ = ["read_deployments", "variable"]

AT_ONCE = 200  # deployments in one answer; the server hands out no more


def read_deployments(client: SyncPrefectClient) -> list[DeploymentResponse]:
    """What the server has of this repository, of whatever branch and environment; nobody else's deployments."""
    found: list[DeploymentResponse] = []
    for offset in count(0, AT_ONCE):
        page = client.read_deployments(limit=AT_ONCE, offset=offset)
        found += [d for d in page if (d.entrypoint or "").startswith("flows/") and variable(d, "CAMPUS_ENV")]
        if len(page) < AT_ONCE:
            break
    return found


def variable(deployment: DeploymentResponse, name: str) -> str:
    """An environment variable that a deployment gives its runs; "" if it gives none."""
    environment = deployment.job_variables.get("env")
    return str(environment.get(name, "")) if isinstance(environment, dict) else ""
