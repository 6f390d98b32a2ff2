"""Where it hurts: steps ranked by what goes wrong at them. It ranks what is *felt*, and names no culprit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np

import trayecto
from recorrido.journeys import bridge
from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.counting import weight_of
from recorrido.journeys.queries.figures import Figure
from recorrido.journeys.queries.filters import Filters
from recorrido.journeys.queries.lateness import Rule, late_filter, rules
from recorrido.journeys.queries.outcomes import lost_filter
from recorrido.journeys.queries.selections import Selection, all_journeys, at_step, select
from recorrido.journeys.queries.study import Study
from trayecto.questions import delays

FEW = 30  # under this many journeys a score is shown grey and ranked last


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
def where_it_hurts(study: Study, filters: Filters, *, compare: bool = True) -> WhereItHurts:
    """Rank the steps of the journeys that meet the filters. ``compare`` False leaves the previous period out."""
    before = filters.previous if compare else None
    earlier = (
        {h.step: h.score for h in where_it_hurts(study, before, compare=False).steps if not h.few}
        if before
        else {}
    )
    view = select(study, filters, all_journeys())
    hurts = [replace(hurt, previous_score=earlier.get(hurt.step)) for hurt in _hurts(study, filters, view)]
    hurts.sort(key=lambda hurt: (hurt.few, -hurt.score, -hurt.hurt.count, hurt.step))
    journeys = Figure(view.journey_count, all_journeys(), weight_of(view))
    return WhereItHurts(filters, journeys, tuple(hurts), study.blueprint.currency)


def _hurts(study: Study, filters: Filters, view: Any) -> list[Hurt]:
    fixed = rules(study, filters.start)
    asked = {step: rule.promise for step, rule in fixed.items() if rule.promise is not None}
    waits = {row.step: row for row in view.delays(asked).steps}
    steps = [row.step for row in view.map(percentiles=False).steps]
    return [_hurt(study, filters, view, step, fixed.get(step), waits.get(step)) for step in steps]


def _hurt(study: Study, filters: Filters, view: Any, step: str, rule: Rule | None, delay: Any) -> Hurt:
    touchpoint = study.blueprint.by_key.get(step)
    importance = touchpoint.importance if touchpoint else 0.0
    masks = _masks(study, filters, view, step, rule)
    reached = _figure(view, masks.reached, at_step(step))
    lost = _figure(view, masks.lost, Selection("lost", (step,)))
    late = _figure(view, masks.late, Selection("late", (step,)))
    share = (lost.best + late.best) / reached.best if reached.best else 0.0
    return Hurt(
        step=step,
        label=study.label(step),
        owner=study.owner_label(step),
        phase=touchpoint.phase if touchpoint else "",
        importance=importance,
        score=min(1.0, importance * share),
        previous_score=None,
        few=reached.count < FEW,
        reached=reached,
        lost=lost,
        late=late,
        hurt=_figure(view, masks.lost | masks.late, Selection("hurt", (step,))),
        gate=touchpoint is not None and touchpoint.gate is not None,
        wait=_wait(study, rule, delay),
        longest_wait_before=_before(study, filters, view, rule, delay) if late.count else None,
        value_at_stake=_value(study, masks),
        satisfaction=_satisfaction(study, masks),
    )


@dataclass(frozen=True)
class _Masks:
    """Which journeys of the log (inside the filters) reached the step, were lost at it, came late to it."""

    reached: Any
    lost: Any
    late: Any


def _masks(study: Study, filters: Filters, view: Any, step: str, rule: Rule | None) -> _Masks:
    nobody = np.zeros(view.total_journeys, np.bool_)
    inside = ~nobody if view.selection is None else view.selection
    lost = lost_filter(study, step).mask(view) & inside
    late = late_filter(study, filters, step).mask(view) & inside if rule else nobody
    return _Masks(trayecto.has(step).mask(view) & inside, lost, late)


def _figure(view: Any, mask: Any, selection: Selection) -> Figure:
    weighted = None if view.weights is None else float(view.weights[mask].sum())
    return Figure(int(np.count_nonzero(mask)), selection, weighted)


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


def _before(study: Study, filters: Filters, view: Any, rule: Rule | None, delay: Any) -> Before | None:
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


def _value(study: Study, masks: _Masks) -> float | None:
    if study.journey_type.value is None:
        return None
    values = _numbers(study, study.journey_type.value)
    chosen = (masks.lost | masks.late) & ~np.isnan(values)
    weights = study.log.weights
    return float((values[chosen] if weights is None else values[chosen] * weights[chosen]).sum())


def _satisfaction(study: Study, masks: _Masks) -> Satisfaction | None:
    if study.journey_type.satisfaction is None:
        return None
    scores = _numbers(study, study.journey_type.satisfaction)
    answered = ~np.isnan(scores)
    hurt = (masks.lost | masks.late) & answered
    others = masks.reached & answered & ~hurt
    return Satisfaction(*_mean(study, scores, hurt), *_mean(study, scores, others))


def _mean(study: Study, scores: Any, mask: Any) -> tuple[float | None, int]:
    answers = int(np.count_nonzero(mask))
    if not answers:
        return None, 0
    weights = study.log.weights
    return float(np.average(scores[mask], weights=None if weights is None else weights[mask])), answers


@kept
def _numbers(study: Study, attribute: str) -> Any:
    """An attribute of all journeys as floats; nothing known = NaN."""
    values = study.log.attributes[attribute].to_numpy()
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError):  # nobody ever answered: a column of nothing
        return np.full(len(values), np.nan)
