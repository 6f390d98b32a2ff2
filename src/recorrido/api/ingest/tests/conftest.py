from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from recorrido.api.ingest.limits import Limits
from recorrido.api.ingest.tests.door import Door
from recorrido.company.actions import make_api_key


@pytest.fixture
def key(transactional_db) -> tuple:
    """A write key of the source "shop" and its secret."""
    return make_api_key(actor=None, name="Web shop", scopes=["ingest"], source="shop", country="CL")


@pytest.fixture
def open_door(key) -> Iterator[Callable[..., Door]]:
    """Open a door with limits of one's own; closed, and everything written, at the end of the test."""
    doors: list[Door] = []

    def open_one(limits: Limits = Limits()) -> Door:
        doors.append(Door(key[1], limits))
        return doors[-1]

    yield open_one
    for door in doors:
        door.close()


@pytest.fixture
def door(open_door) -> Door:
    return open_door()
