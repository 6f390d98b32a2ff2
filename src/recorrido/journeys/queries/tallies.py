"""Reached, lost and late by step: all steps counted at once, a few passes over the log whatever their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.counting import weight_of
from recorrido.journeys.queries.figures import Figure
from recorrido.journeys.queries.filters import Filters
from recorrido.journeys.queries.lateness import Rule, late_filter, rules
from recorrido.journeys.queries.outcomes import limits, lost_anywhere
from recorrido.journeys.queries.selections import Selection, all_journeys, at_step, select
from recorrido.journeys.queries.study import Study

FEW = 30  # under this many journeys a score is shown grey and ranked last


@dataclass(frozen=True)
class Tally:
    """What the score of a step is made of. ``delay``: trayecto's figures of the waits for it, if there are any."""

    reached: Figure
    lost: Figure
    late: Figure
    importance: float
    rule: Rule | None
    delay: Any

    @property
    def score(self) -> float:
        share = (self.lost.best + self.late.best) / self.reached.best if self.reached.best else 0.0
        return min(1.0, self.importance * share)

    @property
    def few(self) -> bool:
        return self.reached.count < FEW


@kept
def tallies(study: Study, filters: Filters) -> Mapping[str, Tally]:
    """A tally of every step that the journeys under the filters have."""
    view = select(study, filters, all_journeys())
    fixed = rules(study, filters.start)
    asked = {step: rule.promise for step, rule in fixed.items() if rule.promise is not None}
    delays = {row.step: row for row in view.delays(asked).steps}
    lost = (
        {row.step: row for row in view.dropoff(study.goal, limits=limits(study)).steps} if study.goal else {}
    )
    found = {}
    for row in view.map(percentiles=False).steps:
        touchpoint = study.blueprint.by_key.get(row.step)
        rule = fixed.get(row.step)
        found[row.step] = Tally(
            reached=Figure(row.journeys, at_step(row.step), row.weighted_journeys),
            lost=_lost(view, row.step, lost.get(row.step)),
            late=_late(study, filters, view, row.step, rule, delays.get(row.step)),
            importance=touchpoint.importance if touchpoint else 0.0,
            rule=rule,
            delay=delays.get(row.step),
        )
    return found


def _lost(view: Any, step: str, row: Any) -> Figure:
    selection = Selection("lost", (step,))
    return Figure(row.lost, selection, row.weighted_lost) if row else _none(view, selection)


def _late(study: Study, filters: Filters, view: Any, step: str, rule: Rule | None, delay: Any) -> Figure:
    selection = Selection("late", (step,))
    if rule is None:
        return _none(view, selection)
    if rule.attribute:
        late = view.where(late_filter(study, filters, step))
        return Figure(late.journey_count, selection, weight_of(late))
    if delay is None:
        return _none(view, selection)
    return Figure(delay.late_journeys, selection, delay.weighted_late_journeys)


def _none(view: Any, selection: Selection) -> Figure:
    return Figure(0, selection, 0.0 if view.has_weights else None)


@dataclass(frozen=True)
class Masks:
    """Which journeys of the log, under the filters, reached a step and which were lost or late there."""

    reached: Any
    hurt: Any


class Lookout:
    """Finds the journeys behind tallies; looks for lost ones once for all steps."""

    def __init__(self, study: Study, filters: Filters) -> None:
        self._study = study
        self._filters = filters
        self.view = select(study, filters, all_journeys())
        everybody = np.ones(self.view.total_rows, np.bool_)
        self._inside = everybody if self.view.chosen is None else self.view.chosen
        self._lost = lost_anywhere(study).mask(self.view) & self._inside
        self._last = self.view.last_steps

    def masks(self, step: str, tally: Tally) -> Masks:
        hurt = self._lost & (self._last == self.view.code(step))
        if tally.late.count:
            hurt |= late_filter(self._study, self._filters, step).mask(self.view) & self._inside
        selected = Selection("step", (step,)).resolve(self._study, self._filters)
        return Masks(selected.mask(self.view) & self._inside if selected is not None else self._inside, hurt)

    def figure(self, mask: Any, selection: Selection) -> Figure:
        weighted = None if self.view.weights is None else float(self.view.weights[mask].sum())
        return Figure(int(np.count_nonzero(mask)), selection, weighted)
