from __future__ import annotations

from recorrido.journeys.tests.conftest import shop  # noqa: F401
