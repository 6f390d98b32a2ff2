"""Open, reached, lost: one rule for every page.

A journey without a goal step is lost when the wait at its last step is longer than that step's limit, else open.
Limits come from the whole log, never from a filtered view, so that a journey is lost on every page or on none.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from recorrido.journeys.blueprint import Promise, Touchpoint
from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.study import NOTHING, Study
from trayecto.filters import ends_with, lost, lost_at, open_, open_at
from trayecto.units import parse_duration

REACHED, OPEN, LOST = "reached", "open", "lost"


@kept
def limits(study: Study) -> dict[str, timedelta]:
    """After which wait at its last step a journey counts as lost: what the blueprint says, else the promise that
    runs from there, else the 95th percentile of the waits of all journeys that went on."""
    promised = promised_limits(study)
    known = {step: limit for step, limit in promised.items() if step in study.steps}
    if not study.goal:
        return known
    return dict(study.log.dropoff(study.goal, limits=known).limits)


def promised_limits(study: Study) -> dict[str, timedelta]:
    found: dict[str, timedelta] = {}
    for touchpoint in study.blueprint.measured:
        since = touchpoint.promise.since if touchpoint.promise else None
        if touchpoint.promise is not None and since is not None:
            length = calendar_length(touchpoint.promise)
            found[since] = max(found.get(since, timedelta()), length)
    written = {t.key: _length(t) for t in study.blueprint.measured if t.lost_after}
    return {step: limit for step, limit in (found | written).items() if limit}


def _length(touchpoint: Touchpoint) -> timedelta:
    return duration(touchpoint.lost_after or "")


def calendar_length(promise: Promise) -> timedelta:
    """The promise in calendar time, rounded up: five working days may take seven days, six hours of work a day."""
    if promise.within:
        return duration(promise.within)
    days = promise.working_days if promise.working_days is not None else (promise.working_hours or 0) / 8
    weeks, rest = divmod(days, 5)
    return timedelta(days=weeks * 7 + (rest + 2 if rest else 0))


def duration(text: str) -> timedelta:
    return timedelta(microseconds=parse_duration(text))


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
