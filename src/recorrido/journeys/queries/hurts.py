"""Where it hurts: steps ranked by what goes wrong at them. It ranks what is *felt*, and names no culprit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from recorrido.journeys import bridge
from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.counting import weight_of
from recorrido.journeys.queries.figures import Figure
from recorrido.journeys.queries.filters import Filters
from recorrido.journeys.queries.lateness import Rule, late_filter
from recorrido.journeys.queries.selections import Selection, all_journeys
from recorrido.journeys.queries.study import Study
from recorrido.journeys.queries.tallies import Lookout, Masks, Tally, tallies
from trayecto.questions import delays


@dataclass(frozen=True)
class Wait:
    """How long the step is waited for, in seconds (``working``: of the owner's working time)."""

    median: float | None
    mean: float | None
    limit: float | None  # beyond this the step is late
    promised: bool  # the limit is a promise; else the usual wait before the period
    working_days: float | None  # the promise, as written
    per_day: float | None  # seconds of one working day, to say the wait in working days
    since: str | None


@dataclass(frozen=True)
class Before:
    """The earlier step with the largest excess wait among the late journeys: a place to look, not a verdict."""

    step: str
    label: str
    owner: str
    excess_seconds: float


@dataclass(frozen=True)
class Satisfaction:
    """Mean score of the journeys with this step that were lost or late there, and of the others with this step."""

    hurt: float | None
    hurt_answers: int
    others: float | None
    others_answers: int


@dataclass(frozen=True)
class Hurt:
    """One step of the ranking. ``score`` = importance × (lost + late) ÷ reached, from 0 to 1."""

    step: str
    label: str
    owner: str
    phase: str
    importance: float
    score: float
    previous_score: float | None
    few: bool
    reached: Figure
    lost: Figure
    late: Figure
    hurt: Figure  # lost or late, each journey once
    gate: bool
    wait: Wait | None
    longest_wait_before: Before | None
    value_at_stake: float | None  # order value of the journeys lost or late here
    satisfaction: Satisfaction | None


@dataclass(frozen=True)
class WhereItHurts:
    """All steps that happened, the most painful first. ``currency`` is that of ``value_at_stake``."""

    filters: Filters
    journeys: Figure
    steps: tuple[Hurt, ...]
    currency: str


@kept
def where_it_hurts(study: Study, filters: Filters) -> WhereItHurts:
    """Rank the steps of the journeys that meet the filters, beside their scores in the previous equal period."""
    before = filters.previous
    earlier = tallies(study, before) if before else {}
    lookout = Lookout(study, filters)
    found = tallies(study, filters)
    hurts = [_hurt(study, filters, lookout, step, tally, earlier.get(step)) for step, tally in found.items()]
    hurts.sort(key=lambda hurt: (hurt.few, -hurt.score, -hurt.hurt.count, hurt.step))
    journeys = Figure(lookout.view.journey_count, all_journeys(), weight_of(lookout.view))
    return WhereItHurts(filters, journeys, tuple(hurts), study.blueprint.currency)


def _hurt(
    study: Study, filters: Filters, lookout: Lookout, step: str, tally: Tally, before: Tally | None
) -> Hurt:
    touchpoint = study.blueprint.by_key.get(step)
    masks = lookout.masks(step, tally)
    return Hurt(
        step=step,
        label=study.label(step),
        owner=study.owner_label(step),
        phase=touchpoint.phase if touchpoint else "",
        importance=tally.importance,
        score=tally.score,
        previous_score=before.score if before and not before.few else None,
        few=tally.few,
        reached=tally.reached,
        lost=tally.lost,
        late=tally.late,
        hurt=lookout.figure(masks.hurt, Selection("hurt", (step,))),
        gate=touchpoint is not None and touchpoint.gate is not None,
        wait=_wait(study, tally.rule, tally.delay),
        longest_wait_before=_before(study, filters, lookout.view, tally) if tally.late.count else None,
        value_at_stake=_value(study, masks),
        satisfaction=_satisfaction(study, masks),
    )


def _wait(study: Study, rule: Rule | None, delay: Any) -> Wait | None:
    if rule is None or delay is None:
        return None
    written = rule.written
    working = written is not None and written.within is None and written.property is None
    return Wait(
        median=delay.median,
        mean=delay.mean,
        limit=rule.seconds,
        promised=rule.promised,
        working_days=written.working_days if written else None,
        per_day=bridge.calendar_of(study.blueprint, written.calendar).day / 1e6
        if written and working
        else None,
        since=written.since if written else None,
    )


def _before(study: Study, filters: Filters, view: Any, tally: Tally) -> Before | None:
    rule, delay = tally.rule, tally.delay
    if (
        rule is not None and rule.attribute
    ):  # promised on the events: ask the late journeys alone, all of them late
        late = view.where(late_filter(study, filters, rule.step))
        rows = late.delays({rule.step: delays.Promise(timedelta(0))}).steps
        delay = next((row for row in rows if row.step == rule.step), None)
    if delay is None or delay.cause is None:
        return None
    step = delay.cause.step
    return Before(step, study.label(step), study.owner_label(step), delay.cause.excess_seconds)


def _value(study: Study, masks: Masks) -> float | None:
    if study.journey_type.value is None:
        return None
    values = _numbers(study, study.journey_type.value)
    chosen = masks.hurt & ~np.isnan(values)
    weights = study.log.weights
    return float((values[chosen] if weights is None else values[chosen] * weights[chosen]).sum())


def _satisfaction(study: Study, masks: Masks) -> Satisfaction | None:
    if study.journey_type.satisfaction is None:
        return None
    scores = _numbers(study, study.journey_type.satisfaction)
    answered = ~np.isnan(scores)
    hurt = masks.hurt & answered
    others = masks.reached & answered & ~hurt
    return Satisfaction(*_mean(study, scores, hurt), *_mean(study, scores, others))


def _mean(study: Study, scores: Any, mask: Any) -> tuple[float | None, int]:
    answers = int(np.count_nonzero(mask))
    if not answers:
        return None, 0
    weights = study.log.weights
    return float(np.average(scores[mask], weights=None if weights is None else weights[mask])), answers


def _numbers(study: Study, attribute: str) -> Any:
    """An attribute of all rows as floats; nothing known = NaN. Kept with the study, not with the answers: it is as
    long as the log."""
    if attribute not in study.numbers:
        values = study.log.attributes[attribute].to_numpy()
        try:
            study.numbers[attribute] = values.astype(np.float64)
        except (TypeError, ValueError):  # nobody ever answered: a column of nothing
            study.numbers[attribute] = np.full(len(values), np.nan)
    return study.numbers[attribute]
