"""The page of cohorts: who orders again, by the month or week of the first order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import trayecto
from recorrido.journeys.errors import BadSelection
from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.filters import Filters, known_step
from recorrido.journeys.queries.selections import Selection, all_journeys, register_selection, select
from recorrido.journeys.queries.study import Study
from trayecto.filters import Rows
from trayecto.questions.cohorts import rows_behind

MONTH, WEEK = "month", "week"
PERIODS = {MONTH: (6, 12, 24), WEEK: (8, 12, 26)}
LEVELS = 9  # shades of the table


@dataclass(frozen=True)
class CohortsQuestion:
    """``by`` month or week, ``periods`` after the first, ``steps`` that are an order (none: the blueprint's anchors, else the
    goal). In the URL: ``by=month&periods=12&order=…``."""

    by: str = MONTH
    periods: int = 12
    steps: tuple[str, ...] = ()

    @classmethod
    def decode(cls, query: str) -> CohortsQuestion:
        pairs = parse_qsl(query.removeprefix("?"))
        told = dict(pairs)
        by = told.get("by", MONTH)
        by = by if by in PERIODS else MONTH
        wanted = told.get("periods", "")
        periods = int(wanted) if wanted.isdigit() and int(wanted) in PERIODS[by] else 12
        return cls(by, periods, tuple(value for name, value in pairs if name == "order" and value))


@dataclass(frozen=True)
class CohortCell:
    """A cohort in one period. ``persons`` lead to their journeys with an order in it; shares are None where the period had not
    ended; ``shade``: 0 … 8 by the share, beside the highest after the first period."""

    period: int
    observed: bool
    persons: int
    selection: Selection
    share: float | None
    low: float | None
    high: float | None
    again: float | None
    orders: int
    value: float | None
    shade: int


@dataclass(frozen=True)
class Cohort:
    start: date
    persons: int
    selection: Selection
    cells: tuple[CohortCell, ...]


@dataclass(frozen=True)
class CurvePoint:
    """All cohorts that were observed so long: the share that orders in this period, and that ordered again by its end."""

    period: int
    cohorts: int
    persons: int
    retained: int
    share: float
    low: float
    high: float
    again: float
    again_low: float
    again_high: float


@dataclass(frozen=True)
class Cohorts:
    filters: Filters
    question: CohortsQuestion
    steps: tuple[str, ...]
    labels: tuple[str, ...]
    persons: int
    orders: int
    with_value: bool
    cohorts: tuple[Cohort, ...]
    curve: tuple[CurvePoint, ...]


@kept
def cohorts(study: Study, filters: Filters, question: CohortsQuestion) -> Cohorts:
    """Cohorts of the journeys that meet the filters, of all times: a period would hide the first orders.

    Raises BadSelection for a step that never happens, and for journeys without persons.
    """
    everywhen = filters.without_period
    steps = order_steps(study, question)
    value = study.journey_type.value
    try:
        result = select(study, everywhen, all_journeys()).cohorts(
            list(steps),
            question.by,
            periods=question.periods,
            tz=study.blueprint.time_zone,
            value=value or None,
        )
    except trayecto.TrayectoError as error:
        raise BadSelection(str(error)) from error
    most = max(
        (c.retention.expected for one in result.cohorts for c in one.cells[1:] if c.retention), default=0.0
    )
    return Cohorts(
        filters=everywhen,
        question=question,
        steps=steps,
        labels=tuple(study.label(step) for step in steps),
        persons=result.persons,
        orders=result.orders,
        with_value=bool(value),
        cohorts=tuple(_cohort(one, question, steps, most) for one in result.cohorts),
        curve=tuple(_point(one) for one in result.curve),
    )


def order_steps(study: Study, question: CohortsQuestion) -> tuple[str, ...]:
    """The steps that are an order: those asked for, else the anchors of these journeys, else their goal."""
    if question.steps:
        return tuple(known_step(study, step) for step in question.steps)
    cut = study.journey_type.boundaries
    anchors = tuple(step for step in (cut.anchor if cut else ()) if step in study.steps)
    return anchors or study.goal


def _cohort(one: Any, question: CohortsQuestion, steps: tuple[str, ...], most: float) -> Cohort:
    asked = (question.by, one.start.isoformat())
    cells = tuple(_cell(cell, asked, steps, most) for cell in one.cells)
    return Cohort(one.start, one.persons, Selection("cohort", (*asked, "", *steps)), cells)


def _cell(cell: Any, asked: tuple[str, str], steps: tuple[str, ...], most: float) -> CohortCell:
    share = cell.retention
    return CohortCell(
        period=cell.period,
        observed=cell.observed,
        persons=cell.persons,
        selection=Selection("cohort", (*asked, str(cell.period), *steps)),
        share=share.expected if share else None,
        low=share.low if share else None,
        high=share.high if share else None,
        again=cell.again.expected if cell.again else None,
        orders=cell.orders,
        value=cell.value,
        shade=_shade(share.expected if share else 0.0, most),
    )


def _shade(share: float, most: float) -> int:
    return min(int(LEVELS * share / most), LEVELS - 1) if most else 0


def _point(one: Any) -> CurvePoint:
    share, again = one.retention, one.again
    return CurvePoint(
        one.period, one.cohorts, one.persons, one.retained, share.expected, share.low, share.high,
        again.expected, again.low, again.high,
    )  # fmt: skip


def _of_cohort(study: Study, filters: Filters, by: str, start: str, period: str, *steps: str) -> Any:
    """``cohort:BY,START,PERIOD,S1,S2…``: journeys with an order in the period of the persons of a cohort."""
    view = select(study, filters.without_period, all_journeys())
    since = int(period) if period else None
    zone = study.blueprint.time_zone
    rows, _persons = rows_behind(view, steps, by, zone, date.fromisoformat(start), since)
    return Rows(rows)


register_selection("cohort", _of_cohort)
