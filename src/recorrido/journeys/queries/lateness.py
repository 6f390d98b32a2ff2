"""Late: beyond the promise; for steps without one, beyond the 90th percentile of the 90 days before the period.

Each step's rule is fixed for a period before anything is counted, from the whole log: filters by channel or segment
change who is counted, never what counts as late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import trayecto
from recorrido.journeys import bridge
from recorrido.journeys.blueprint import Promise
from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.filters import Filters, known_step
from recorrido.journeys.queries.study import NOTHING, Study
from trayecto.filters import late_at
from trayecto.questions import delays

BASELINE = timedelta(days=90)
ENOUGH = 30  # fewer journeys in the baseline say nothing about what is usual


@dataclass(frozen=True)
class Rule:
    """When a step is late. ``promise`` is trayecto's; ``seconds`` the same as a number (working time where it has a
    calendar); ``promised`` False: nobody promised it, it is the usual wait. ``attribute``: the promised moment was
    on the event itself, and this journey attribute counts the steps that came after it."""

    step: str
    promise: delays.Promise | None
    seconds: float | None
    promised: bool
    written: Promise | None = None
    attribute: str = ""


@kept
def rules(study: Study, start: date | None) -> Mapping[str, Rule]:
    """The rule of every step of the log, for a period that begins on ``start`` (None: no period)."""
    promised = {rule.step: rule for rule in _promised(study)}
    baseline = _baseline(study, start)
    if baseline is None:
        return promised
    return promised | _usual_waits(
        study, baseline, [step for step in study.log.steps if step not in promised]
    )


def _promised(study: Study) -> list[Rule]:
    found = []
    for touchpoint in study.blueprint.measured:
        written = touchpoint.promise
        if written is None or touchpoint.key not in study.steps:
            continue
        if written.property:
            attribute = bridge.late_attribute(touchpoint)
            found.append(Rule(touchpoint.key, None, None, True, written, attribute))
        elif written.since is None or written.since in study.steps:
            promise = bridge.promise(study.blueprint, written)
            found.append(
                Rule(touchpoint.key, promise, bridge.seconds_of(study.blueprint, written), True, written)
            )
    return found


def _usual_waits(study: Study, baseline: tuple[datetime, datetime], steps: list[str]) -> dict[str, Rule]:
    usual = delays.usual_waits(study.log, baseline)
    known = {step: usual[step] for step in steps if step in usual}
    return {
        step: Rule(step, delays.Promise(limit), limit.total_seconds(), False) for step, limit in known.items()
    }


def _baseline(study: Study, start: date | None) -> tuple[datetime, datetime] | None:
    """The 90 days before the period, unless hardly anything started in them."""
    if start is None:
        return None
    end = datetime.combine(start, time(), ZoneInfo(study.blueprint.time_zone)).astimezone(UTC)
    begin = end - BASELINE
    started = study.log.where(trayecto.started_between(begin, end)).journey_count
    return (begin, end) if started >= ENOUGH else None


def late_filter(study: Study, filters: Filters, step: str) -> Any:
    """Journeys in which the step came late at least once."""
    rule = rules(study, filters.start).get(step)
    if rule is None:  # nothing was promised, and nothing before says what is usual
        return NOTHING if known_step(study, step) else None
    if rule.attribute:
        return trayecto.attribute(f'"{rule.attribute}" > 0')
    assert rule.promise is not None
    return late_at(step, rule.promise.within, rule.promise.since, rule.promise.calendar)


def late_steps_of(study: Study, filters: Filters, row: int) -> frozenset[str]:
    """The steps that came late in one journey."""
    present = {step for step, _at in study.log.steps_of(row)}
    known = [step for step in present if step in rules(study, filters.start)]
    return frozenset(step for step in known if late_filter(study, filters, step).mask(study.log)[row])
