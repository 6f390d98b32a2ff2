from __future__ import annotations

from recorrido.web.journeys.tests.conftest import aromo, weighted  # noqa: F401
