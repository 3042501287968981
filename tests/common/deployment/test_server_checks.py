"""What the server lacks, or holds for somebody else, is found before a deploy changes anything."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL, temporary_settings

from common.deployment.plan import make_plan
from common.deployment.work_pool import POOL, set_up_work_pool
from common.errors import ConfigError
from common.sandbox.services import Services
from tests.common.deployment.conftest import MAIN, edited
from tests.repo.repository import ROOT


def told(checkout: Path) -> str:
    """What a deploy of the checkout is refused for."""
    with pytest.raises(ConfigError) as refused:
        make_plan(checkout, MAIN)
    return str(refused.value)


@pytest.fixture
def pool(client: SyncPrefectClient) -> None:
    set_up_work_pool(client, ROOT)


@pytest.fixture
def no_pool(client: SyncPrefectClient) -> Iterator[None]:
    def delete() -> None:
        try:
            client.delete_work_pool(POOL)
        except ObjectNotFound:
            return

    delete()
    yield
    delete()


def test_a_missing_work_pool_is_found(checkout: Path, services: Services, no_pool: None) -> None:
    """Prevents deployments whose runs nobody picks up."""
    assert f"work pool {POOL}: the server does not have it; make it with: campus setup" in told(checkout)


def test_a_work_pool_of_another_type_is_found(
    checkout: Path, services: Services, no_pool: None, client: SyncPrefectClient
) -> None:
    """Prevents flows from running in the worker itself, with its rights."""
    client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
    assert "it is of type process, and flows run in docker" in told(checkout)


def test_a_work_pool_of_yesterday_is_found(
    checkout: Path, services: Services, no_pool: None, client: SyncPrefectClient
) -> None:
    """Prevents a deploy that the server stops half way, since the pool has no such variable."""
    template = {
        "job_configuration": {"image": "{{ image }}", "env": "{{ env }}"},
        "variables": {
            "type": "object",
            "properties": {"image": {"type": "string"}, "env": {"type": "object"}},
        },
    }
    client.create_work_pool(WorkPoolCreate(name=POOL, type="docker", base_job_template=template))
    assert "it knows no image_pull_policy, memory; bring it up to date with: campus setup" in told(checkout)


def test_a_missing_page_is_found_for_every_flow_that_needs_it(
    checkout: Path, services: Services, pool: None, environment: Callable[[str], None]
) -> None:
    """Prevents a flow that fails in the night for want of a page; the page of another environment is none."""
    environment("staging")
    message = told(checkout)
    assert (
        "library/patrons_to_alma, parking/customers_to_permits and 2 more: No page warehouse-stag" in message
    )
    assert "student_affairs/students_to_engage: No page engage-api-staging" in message


def test_all_that_is_wrong_is_told_at_once_and_without_a_server_too(
    checkout: Path, prefect_server: None
) -> None:
    """Prevents one deploy for each mistake."""
    edited(checkout / "prefect.yaml", "tags: [library]", "tags: [parking]")
    edited(checkout / "prefect.yaml", '"15 22', '"15 25')
    with temporary_settings({PREFECT_API_URL: "http://user:hunter2@127.0.0.1:9/api"}):
        message = told(checkout)
    assert message.startswith("3 things are wrong; nothing was changed.\n  1. ")
    assert "Prefect server: No Prefect server answers at http://127.0.0.1:9/api: ConnectError." in message
    assert "hunter2" not in message


def test_a_server_has_to_be_named(checkout: Path, prefect_server: None) -> None:
    """Prefect would start a server of its own, deploy to it, and throw it away."""
    with temporary_settings({PREFECT_API_URL: None}):
        assert "Say which Prefect server: set PREFECT_API_URL" in told(checkout)
