"""Small runs that several tests read; simulating is deterministic, so sharing them hides nothing."""

from __future__ import annotations

import pytest

from recorrido.simulator.emit import tell
from recorrido.simulator.model import World, simulate
from recorrido.simulator.parsing import load_scenario
from recorrido.simulator.scenario import Scenario, resized
from recorrido.simulator.stream import in_time_order


@pytest.fixture(scope="session")
def aromo() -> Scenario:
    """The demo at a tenth of its size."""
    return resized(load_scenario("aromo"), customers=10_000)


@pytest.fixture(scope="session")
def world(aromo: Scenario) -> World:
    return simulate(aromo)


@pytest.fixture(scope="session")
def rows(world: World) -> list:
    """(source, row) of all events, in time order."""
    return list(in_time_order(tell(world)))
