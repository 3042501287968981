"""Every kind of file store, found in the files beside this one."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.common.connectors.stores.place import Place

KINDS = sorted(
    path.stem
    for path in Path(__file__).parent.glob("*.py")
    if path.stem not in ("conftest", "place") and not path.stem.startswith("test_")
)


@pytest.fixture(scope="session", params=KINDS)
def running_place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """The servers of one kind, for the session."""
    with import_module(f"tests.common.connectors.stores.{request.param}").place(request) as place:
        yield place


@pytest.fixture
def place(running_place: Place, request: pytest.FixtureRequest) -> Iterator[Place]:
    """One kind of file store, empty; skips where it has not the abilities that the test is marked to need."""
    for marker in request.node.iter_markers("needs"):
        for ability in marker.args:
            if ability in running_place.cannot:
                pytest.skip(running_place.cannot[ability])
    running_place.clear()
    yield running_place
    running_place.clear()
