"""Past one machine: replicas of the API, more workers, more hosts, images from a registry, and a reboot."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from common.blocks import OracleDatabase, SftpServer
from tests.docker.engine import FLOWS_IMAGE, docker
from tests.docker.other_host import OtherHost, other_host
from tests.docker.stack import Stack, made_env, started, until
from tests.servers.process import free_port

pytestmark = [pytest.mark.docker, pytest.mark.timeout(1200)]


RELAY = """
import asyncio

async def copy(source, target):
    while data := await source.read(65536):
        target.write(data)
        await target.drain()
    target.close()

async def relay(reader, writer):
    inside = await asyncio.open_connection({service!r}, {port})
    await asyncio.gather(copy(reader, inside[1]), copy(inside[0], writer), return_exceptions=True)

async def main():
    await (await asyncio.start_server(relay, "0.0.0.0", 9000)).serve_forever()

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def second_host(images: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherHost]:
    with other_host(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture(scope="module")
def registry(images: dict[str, str]) -> Iterator[str]:
    """A registry on this machine, as ``host:port``."""
    port = free_port()
    name = "campus-test-registry"
    docker("rm", "--force", name)
    docker("run", "--detach", "--name", name, "--publish", f"127.0.0.1:{port}:5000", images["REGISTRY_IMAGE"])
    yield f"127.0.0.1:{port}"
    docker("rm", "--force", "--volumes", name)


@pytest.fixture(scope="module")
def replicated(
    images: dict[str, str], second_host: OtherHost, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """The profile ha with the sandbox, at an address that the second host can reach."""
    folder = tmp_path_factory.mktemp("ha")
    values = {"COMPOSE_PROFILES": "ha,sandbox", "CAMPUS_ENV": "sandbox", "PREFECT_BIND": second_host.address}
    with started("campus-test-ha", folder, **values, **images) as stack:
        yield stack


def test_one_replica_of_two_is_enough(replicated: Stack) -> None:
    """Prevents a proxy that knows one replica only, and work that is done once for each of them."""
    replicated.campus("deploy")
    replicas = replicated.compose("ps", "--quiet", "api").split()
    assert len(replicas) == 2
    for replica in replicas:
        replicated.docker("stop", replica)
        assert replicated.deployments()
        run = replicated.start_run("accounts_to_engage")
        assert replicated.finished(run)[0] == "COMPLETED"
        replicated.docker("start", replica)
        replicated.up("api")

    runs = replicated.call(
        "POST", "/flow_runs/filter", flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}}
    )
    assert runs
    assert max(Counter((run["deployment_id"], run["expected_start_time"]) for run in runs).values()) == 1


def test_a_second_host_takes_over_with_the_image_from_the_registry(
    replicated: Stack, second_host: OtherHost, registry: str, images: dict[str, str], tmp_path: Path
) -> None:
    """Prevents a way past one machine that exists on paper only."""
    build = {name: value for name, value in images.items() if name.startswith("CAMPUS_")}
    replicated.campus("deploy", **(build | {"CAMPUS_IMAGE": "", "CAMPUS_REGISTRY": registry}))
    image = replicated.deployments()["patrons_to_alma"]["job_variables"]["image"]
    assert image.startswith(f"{registry}/campus-flows:")

    there = Stack(
        "campus",
        made_env(
            tmp_path / ".env",
            CAMPUS_API_URL=replicated.url,
            CAMPUS_DOCKER_SOCKET=str(second_host.socket),
            CAMPUS_IMAGE=image,
            PREFECT_AUTH_STRING=replicated.values["PREFECT_AUTH_STRING"],
            CAMPUS_NETWORK=replicated.values["CAMPUS_NETWORK"],
            CAMPUS_STATE_VOLUME=replicated.values["CAMPUS_STATE_VOLUME"],
        ),
        host=second_host.url,
    )
    there.compose("up", "--detach", "--wait", "--no-deps", "worker")
    replicated.compose("stop", "worker")
    reachable(replicated, second_host.address)

    run = replicated.start_run("patrons_to_alma")
    container = there.running(run)
    assert there.docker("inspect", "--format={{.Config.Image}}", container).strip() == image
    assert replicated.finished(run)[0] == "COMPLETED"
    assert replicated.received("alma-sftp")


def reachable(stack: Stack, address: str) -> None:
    """Gives the systems of a delivery an address that other hosts know, as an operator would: on their pages."""
    settings = {
        PREFECT_API_URL: stack.url,
        PREFECT_API_AUTH_STRING: stack.values["PREFECT_AUTH_STRING"],
    }
    with temporary_settings(settings):
        for kind, name, service, port in (
            (OracleDatabase, "warehouse-sandbox", "warehouse", 1521),
            (SftpServer, "alma-sftp-sandbox", "partner-sftp", 22),
        ):
            page = kind.load(name)
            relay = relayed(stack, service, port, address)
            type(page)(**(dict(page) | {"host": address, "port": relay})).save(name, overwrite=True)


def relayed(stack: Stack, service: str, port: int, address: str) -> int:
    """A port of this machine that leads to a service inside the stack's network."""
    outside = free_port()
    network, published = stack.values["CAMPUS_NETWORK"], f"{address}:{outside}:9000"
    script = RELAY.format(service=service, port=port)
    docker(
        "run", "--detach", "--network", network, "--publish", published, FLOWS_IMAGE, "python", "-c", script
    )
    return outside


def test_after_a_reboot_everything_is_there_again(
    images: dict[str, str], second_host: OtherHost, tmp_path: Path
) -> None:
    """Prevents an installation that has to be started by hand after every update of the host."""
    for image in {FLOWS_IMAGE, images["POSTGRES_IMAGE"]}:
        second_host.load(image)
    here = {"PREFECT_BIND": second_host.address, "CAMPUS_DOCKER_SOCKET": str(second_host.socket)}
    with started("campus-reboot", tmp_path, second_host.url, **here, **images) as stack:
        pool = stack.call("GET", "/work_pools/campus")
        automations = stack.call("POST", "/automations/filter")
        assert automations
        second_host.reboot()
        until(lambda: is_whole(stack), seconds=180, what="healthy stack after the reboot")
        assert stack.call("GET", "/work_pools/campus")["id"] == pool["id"]
        assert stack.call("POST", "/automations/filter") == automations
        until(lambda: "ONLINE" in workers(stack), seconds=60, what="worker that is online")


def workers(stack: Stack) -> set[str]:
    return {worker["status"] for worker in stack.call("POST", "/work_pools/campus/workers/filter")}


def is_whole(stack: Stack) -> bool:
    return all(
        stack.docker("inspect", "--format={{.State.Health.Status}}", stack.container(service)).strip()
        == "healthy"
        for service in ("postgres", "server", "worker")
    )
