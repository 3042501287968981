"""One installation for all tests here: built, started, deployed once; gone afterwards."""

from collections.abc import Iterator

import pytest

from tests.docker.engine import build_images, need_engine
from tests.docker.stack import Stack, started


@pytest.fixture(scope="session")
def images() -> dict[str, str]:
    """The images, by the variable of ``.env`` that names each."""
    need_engine()
    return build_images()


@pytest.fixture(scope="session")
def stack(images: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A Prefect server, a worker and the sandbox's systems, from nothing, with every flow deployed."""
    folder = tmp_path_factory.mktemp("stack")
    with started(
        "campus-test", folder, COMPOSE_PROFILES="single,sandbox", CAMPUS_ENV="sandbox", **images
    ) as stack:
        stack.campus("deploy")
        yield stack
