"""What every test may use: a real PostgreSQL, a data folder, a cast of people."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Start the embedded server unless DATABASE_URL names one; the lock makes it one for all processes."""
    from django.conf import settings

    from recorrido.site import postgres

    if not os.environ.get("DATABASE_URL"):
        postgres.ensure_running(postgres.place_for(settings.RECORRIDO_DATA))


@pytest.fixture
def data_folder(settings, tmp_path: Path) -> Path:
    """A data folder of the test's own: journey logs and files made in it vanish with the test."""
    settings.RECORRIDO_DATA = tmp_path
    return tmp_path
