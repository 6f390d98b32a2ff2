"""The mark on a person's page: an open journey that left the regular path or is likely to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from recorrido.journeys.errors import JourneysError
from recorrido.journeys.leaving import leaving_of_person
from recorrido.journeys.queries import blueprint_in_force
from recorrido.web.reasons import reason_text


@dataclass(frozen=True)
class Mark:
    left: bool
    step: str
    stands_at: str
    score: float | None
    reasons: tuple[str, ...]
    as_of: datetime | None


def leaving_mark(person_id: int) -> dict[str, Any]:
    """``leaving`` for the template; None for who has no such journey."""
    found = leaving_of_person(person_id)
    if found is None:
        return {"leaving": None}
    analysis, told = found
    try:
        _version, blueprint = blueprint_in_force()
    except JourneysError:
        return {"leaving": None}
    language = get_language() or "es"
    if analysis.journey_type not in blueprint.journeys:
        return {"leaving": None}
    mark = Mark(
        left=told["state"] == "left",
        step=blueprint.label(told["step"], language) if told["step"] else "",
        stands_at=blueprint.label(told["last_step"], language),
        score=told["score"],
        reasons=tuple(reason_text(blueprint, analysis.journey_type, one) for one in told["reasons"]),
        as_of=analysis.as_of,
    )
    return {"leaving": mark}
