"""After which wait at its last step a journey counts as lost, by the blueprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from trayecto.blueprint import Blueprint, JourneyType, Promise, Touchpoint
from trayecto.log.journeylog import JourneyLog
from trayecto.units import parse_duration


def limits_of(
    log: JourneyLog, blueprint: Blueprint, journey_type: JourneyType
) -> Mapping[str, timedelta | None]:
    """What the blueprint says, else the promise that runs from the step, else the 95th percentile of the waits of all
    journeys that went on; None where nothing says it. Always of the whole log, so that a journey is lost in every view of
    it or in none."""
    promised = promised_limits(blueprint)
    steps = set(log.steps)
    known = {step: limit for step, limit in promised.items() if step in steps}
    goal = [step for step in journey_type.goal if step in steps]
    if not goal:
        return known
    return replace(log, selection=None).dropoff(goal, limits=known).limits


def promised_limits(blueprint: Blueprint) -> dict[str, timedelta]:
    """Step → the longest promise that runs since it, or what is written as ``lost_after``."""
    found: dict[str, timedelta] = {}
    for touchpoint in blueprint.measured:
        since = touchpoint.promise.since if touchpoint.promise else None
        if touchpoint.promise is not None and since is not None:
            found[since] = max(found.get(since, timedelta()), calendar_length(touchpoint.promise))
    written = {t.key: _length(t) for t in blueprint.measured if t.lost_after}
    return {step: limit for step, limit in (found | written).items() if limit}


def _length(touchpoint: Touchpoint) -> timedelta:
    return _duration(touchpoint.lost_after or "")


def calendar_length(promise: Promise) -> timedelta:
    """The promise in calendar time, rounded up: five working days may take seven days, six hours of work a day."""
    if promise.within:
        return _duration(promise.within)
    days = promise.working_days if promise.working_days is not None else (promise.working_hours or 0) / 8
    weeks, rest = divmod(days, 5)
    return timedelta(days=weeks * 7 + (rest + 2 if rest else 0))


def _duration(text: str) -> timedelta:
    return timedelta(microseconds=parse_duration(text))
