"""Open, reached, lost: one rule for every page.

A journey without a goal step is lost when the wait at its last step is longer than that step's limit, else open.
Limits come from the whole log, never from a filtered view, so that a journey is lost on every page or on none.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from recorrido.journeys import bridge
from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.study import NOTHING, Study
from trayecto.filters import ends_with, lost, lost_at, open_, open_at

REACHED, OPEN, LOST = "reached", "open", "lost"


@kept
def limits(study: Study) -> dict[str, timedelta | None]:
    """After which wait at its last step a journey counts as lost: what the blueprint says, else the promise that
    runs from there, else the 95th percentile of the waits of all journeys that went on."""
    return dict(bridge.limits_of(study.log, study.blueprint, study.journey_type))


def lost_filter(study: Study, step: str) -> Any:
    return lost_at(step, study.goal, limits(study)) if study.goal else NOTHING


def open_filter(study: Study, step: str) -> Any:
    return open_at(step, study.goal, limits(study)) if study.goal else ends_with(step)


def lost_anywhere(study: Study) -> Any:
    return lost(study.goal, limits(study)) if study.goal else NOTHING


def open_anywhere(study: Study) -> Any:
    return open_(study.goal, limits(study)) if study.goal else ~NOTHING


def outcome_of(study: Study, row: int) -> str:
    """What became of one journey: reached, open or lost."""
    if study.reached.mask(study.log)[row]:
        return REACHED
    return LOST if lost_anywhere(study).mask(study.log)[row] else OPEN
