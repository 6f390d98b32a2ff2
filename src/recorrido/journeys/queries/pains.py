"""How much a step hurts, in the five classes of the map's colours."""

from __future__ import annotations

from recorrido.journeys.queries.hurts import Hurt
from trayecto.draw import PAIN_BREAKS


def pain_level(hurt: Hurt) -> int | None:
    """From 0 (none) to 4 (worst), as on the map; None: too few journeys to say."""
    return None if hurt.few else sum(hurt.score >= edge for edge in PAIN_BREAKS)
