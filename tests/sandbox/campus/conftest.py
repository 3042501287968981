"""Campuses that the tests of this folder read; nobody may change them."""

import pytest

from common.sandbox.campus import Campus, build_campus


@pytest.fixture(scope="session")
def campus() -> Campus:
    """The campus of the demo: 5,000 people."""
    return build_campus()


@pytest.fixture(scope="session")
def small_campus() -> Campus:
    """The smallest campus there is, of another seed."""
    return build_campus(seed=3, people=200)
