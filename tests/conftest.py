"""Fixtures that every test of the whole house may use."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from house import House  # noqa: E402
from outside import Mover  # noqa: E402
from scene import Scene  # noqa: E402


@pytest.fixture(scope="session")
def house():
    """One house for all tests that leave it as they found it: running."""
    house = House()
    try:
        yield house.start()
    finally:
        house.remove()


@pytest.fixture
def own_house():
    """A house of the test's own, to break; not started yet."""
    house = House()
    try:
        yield house
    finally:
        house.remove()


@pytest.fixture
def lone_house():
    """A house of the test's own without spares, running."""
    house = House(spares=0)
    try:
        yield house.start()
    finally:
        house.remove()


@pytest.fixture(scope="session")
def scene(house):
    return Scene(house)


@pytest.fixture(scope="session")
def mover(house, scene):
    return Mover(house, scene)
