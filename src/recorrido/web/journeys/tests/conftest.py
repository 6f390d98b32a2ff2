from __future__ import annotations

from collections.abc import Iterator

import pytest

from recorrido.company.models import Staff
from recorrido.web.tests.retailers import filled


@pytest.fixture(scope="module")
def aromo(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[dict[str, Staff]]:
    """The demo's retailer, small; staff by role."""
    with django_db_blocker.unblock(), filled("aromo", tmp_path_factory.mktemp("aromo")) as staff:
        yield staff


@pytest.fixture(scope="module")
def weighted(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[dict[str, Staff]]:
    """Orders with weights; staff by role."""
    with django_db_blocker.unblock(), filled("weighted", tmp_path_factory.mktemp("weighted")) as staff:
        yield staff
