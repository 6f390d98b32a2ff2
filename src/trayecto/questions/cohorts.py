"""Cohorts: who comes back, by the period of the first order.

Definition. An order is an event whose step is one of ``steps``. A person's cohort is the period (month or ISO week, of a
time zone's calendar) of the earliest order among the journeys asked. In cell ``k`` of a cohort stand its persons with
an order in the ``k``-th period after it (**retention**), those whose second order came by the end of that period
(**again**), and the orders of that period. A cell is observed when its period had ended at the moment the log speaks
of (``as_of``); a cell that is not carries its counts so far and no share, and takes no part in the curve.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Literal, cast, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.batch import View
from trayecto.calendars import zone
from trayecto.chance import LEVEL, wilson
from trayecto.errors import BadValue, UnknownAttribute, did_you_mean
from trayecto.kernels import cohorts as kernel
from trayecto.kernels.arrays import NO_WEIGHTS, frozen
from trayecto.money import Interval
from trayecto.persons import PersonBatch, by_person, over_persons
from trayecto.questions.volume import edges_of, next_start, period_starts
from trayecto.units import to_microseconds

By = Literal["month", "week"]
MOST_PERIODS = 520
VALUE, NOTHING = "value", np.empty(0)  # the mark of a journey: what it is worth


@dataclass(frozen=True)
class Params:
    """The question in arrays."""

    wanted: NDArray[np.bool_]  # (n_steps,) which steps are an order
    edges: NDArray[np.int64]  # (periods + 1,)

    @property
    def periods(self) -> int:
        return len(self.edges) - 1


@dataclass(frozen=True)
class CohortSummary:
    counts: NDArray[np.int64]  # (cohort, periods since, 3): see kernels.cohorts
    weighed: NDArray[np.float64]  # (cohort, periods since, 4)


@dataclass(frozen=True)
class Cell:
    """A cohort in one period since its first. ``retention`` and ``again`` are None where the period had not ended."""

    period: int
    observed: bool
    persons: int
    again_persons: int
    orders: int
    orders_per_person: float
    retention: Interval | None
    again: Interval | None
    value: float | None = None
    weighted_persons: float | None = None
    weighted_again_persons: float | None = None
    weighted_orders: float | None = None

    def to_dict(self) -> dict[str, Any]:
        told = {
            name: getattr(self, name) for name in ("period", "observed", "persons", "again_persons", "orders")
        }
        told["orders_per_person"] = self.orders_per_person
        for name in ("retention", "again"):
            share = getattr(self, name)
            told[name] = None if share is None else share.to_dict()
        extra = ("value", "weighted_persons", "weighted_again_persons", "weighted_orders")
        return told | {name: value for name in extra if (value := getattr(self, name)) is not None}


@dataclass(frozen=True)
class Cohort:
    """The persons whose first order was in the period that begins on ``start``."""

    start: date
    persons: int
    cells: tuple[Cell, ...]
    weighted_persons: float | None = None

    def to_dict(self) -> dict[str, Any]:
        told: dict[str, Any] = {"start": self.start.isoformat(), "persons": self.persons}
        if self.weighted_persons is not None:
            told["weighted_persons"] = self.weighted_persons
        return told | {"cells": [cell.to_dict() for cell in self.cells]}


@dataclass(frozen=True)
class CurvePoint:
    """All cohorts that are observed ``period`` periods after their first, together."""

    period: int
    cohorts: int
    persons: int
    retained: int
    retention: Interval
    again: Interval

    def to_dict(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in ("period", "cohorts", "persons", "retained")}
        return told | {"retention": self.retention.to_dict(), "again": self.again.to_dict()}


@dataclass(frozen=True)
class CohortsResult:
    """Cohorts by time, those without persons left out; the first may hold persons who had ordered before the log begins."""

    by: By
    tz: str
    steps: tuple[str, ...]
    persons: int
    orders: int
    level: float
    cohorts: tuple[Cohort, ...]
    curve: tuple[CurvePoint, ...]
    weighted_persons: float | None = None

    def to_dict(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "by": self.by, "tz": self.tz, "steps": list(self.steps), "persons": self.persons,
            "orders": self.orders, "level": self.level,
        }  # fmt: skip
        if self.weighted_persons is not None:
            told["weighted_persons"] = self.weighted_persons
        told["cohorts"] = [cohort.to_dict() for cohort in self.cohorts]
        return told | {"curve": [point.to_dict() for point in self.curve]}

    def to_arrow(self) -> pa.Table:
        """A row per cohort and period; shares as ``retention``, ``retention_low`` and ``retention_high``."""
        return pa.Table.from_pylist(
            [_flat(one.start, one.persons, cell) for one in self.cohorts for cell in one.cells]
        )


def _flat(start: date, size: int, cell: Cell) -> dict[str, Any]:
    told = cell.to_dict() | {"start": start, "cohort_persons": size}
    for name in ("retention", "again"):
        share = getattr(cell, name)
        told[name] = None if share is None else share.expected
        told[f"{name}_low"] = None if share is None else share.low
        told[f"{name}_high"] = None if share is None else share.high
    return told


def ask(
    view: View,
    steps: Collection[str],
    by: str = "month",
    *,
    periods: int | None = None,
    tz: str = "UTC",
    value: str | None = None,
    level: float = LEVEL,
) -> CohortsResult:
    """Who orders again. ``steps``: those that are an order; ``value``: a journey attribute in money; ``periods``: how many
    after the first are told (None: all).

    Raises UnknownStep, UnknownAttribute, and BadValue for a period, a zone or a log without persons.
    """
    starts = _starts(view, by, tz)
    params = Params(_wanted(view, steps), edges_of(starts, zone(tz)))
    marks = {} if value is None else {VALUE: view.asked(partial(_values, name=value))}
    summary = over_persons(view, partial(scan, params=params), merge, marks)
    if not summary.counts.any() and not view.asked(_named).any():
        raise BadValue("The log names no persons: cohorts need to know whose journey each is.")
    asked = (cast("By", by), tz, tuple(steps), level, value is not None, view.weighted)
    complete = int(np.searchsorted(params.edges, to_microseconds(view.as_of), side="right")) - 1
    return finish(summary, starts, complete, periods, asked)


def scan(batch: PersonBatch, params: Params) -> CohortSummary:
    batch, size = batch.named, params.periods
    found = CohortSummary(np.zeros((size, size, 3), np.int64), np.zeros((size, size, 4)))
    kernel.tables(
        frozen(batch.rows), frozen(batch.firsts), frozen(batch.starts), frozen(batch.ends), frozen(batch.steps),
        frozen(batch.times), NO_WEIGHTS if batch.weights is None else frozen(batch.weights),
        frozen(params.wanted), frozen(batch.marks.get(VALUE, NOTHING)), frozen(params.edges), found.counts, found.weighed,
    )  # fmt: skip
    return found


def merge(a: CohortSummary, b: CohortSummary) -> CohortSummary:
    return CohortSummary(a.counts + b.counts, a.weighed + b.weighed)


Asked = tuple[By, str, tuple[str, ...], float, bool, bool]


def finish(
    summary: CohortSummary, starts: Sequence[date], complete: int, periods: int | None, asked: Asked
) -> CohortsResult:
    """``complete``: how many periods had ended when the log speaks."""
    by, tz, steps, level, _worth, weighted = asked
    sizes = summary.counts[:, 0, kernel.ACTIVE]
    last = min(complete, len(starts) - 2)  # the period in which the log speaks
    cohorts = tuple(
        _cohort(
            summary,
            place,
            starts[place],
            min(last - place, last if periods is None else periods),
            complete,
            asked,
        )
        for place in np.flatnonzero(sizes).tolist()
    )
    return CohortsResult(
        by, tz, steps, int(sizes.sum()), int(summary.counts[:, :, kernel.ORDERS].sum()), level, cohorts,
        _curve(cohorts, level), float(summary.weighed[:, 0, kernel.ACTIVE].sum()) if weighted else None,
    )  # fmt: skip


def _cohort(
    summary: CohortSummary, place: int, start: date, most: int, complete: int, asked: Asked
) -> Cohort:
    level, worth, weighted = asked[3:]
    counts, weighed = summary.counts[place], summary.weighed[place]
    again = np.cumsum(counts[:, kernel.AGAIN]), np.cumsum(weighed[:, kernel.AGAIN])
    size = int(counts[0, kernel.ACTIVE])
    cells = []
    for period in range(max(most, 0) + 1):
        observed = place + period < complete
        active, orders = int(counts[period, kernel.ACTIVE]), int(counts[period, kernel.ORDERS])
        cells.append(Cell(
            period, observed, active, int(again[0][period]), orders, orders / size,
            wilson(active, size, level) if observed else None,
            wilson(int(again[0][period]), size, level) if observed else None,
            float(weighed[period, kernel.VALUE]) if worth else None,
            float(weighed[period, kernel.ACTIVE]) if weighted else None,
            float(again[1][period]) if weighted else None,
            float(weighed[period, kernel.ORDERS]) if weighted else None,
        ))  # fmt: skip
    return Cohort(start, size, tuple(cells), float(weighed[0, kernel.ACTIVE]) if weighted else None)


def _curve(cohorts: Sequence[Cohort], level: float) -> tuple[CurvePoint, ...]:
    points = []
    for period in range(max((len(one.cells) for one in cohorts), default=0)):
        cells = [(one, one.cells[period]) for one in cohorts if len(one.cells) > period]
        seen = [(one.persons, cell) for one, cell in cells if cell.observed]
        persons, retained = sum(size for size, _ in seen), sum(cell.persons for _, cell in seen)
        retention, again = (
            wilson(retained, persons, level),
            wilson(sum(c.again_persons for _, c in seen), persons, level),
        )
        if retention is not None and again is not None:
            points.append(CurvePoint(period, len(seen), persons, retained, retention, again))
    return tuple(points)


def rows_behind(
    view: View, steps: Collection[str], by: str, tz: str, cohort: date, period: int | None
) -> tuple[NDArray[np.bool_], int]:
    """The journeys behind a cell: those with an order in it of the persons of the cohort that begins on ``cohort``
    (``period`` None: every journey of theirs with an order). (rows,) mask, and how many persons they are of.

    Raises BadValue for a day on which no period begins.
    """
    starts = _starts(view, by, tz)
    if cohort not in starts[:-1]:
        raise BadValue(f"No {by} of this log begins on {cohort.isoformat()}.")
    edges, place = edges_of(starts, zone(tz)), starts.index(cohort)
    found = np.zeros(view.attributes.num_rows, np.bool_)
    active = (place, len(starts) - 1) if period is None else (place + period, place + period + 1)
    if active[0] < 0 or active[1] > len(starts) - 1:
        return found, 0
    batch = by_person(view).named
    persons = kernel.members(
        frozen(batch.rows), frozen(batch.firsts), frozen(batch.starts), frozen(batch.ends), frozen(batch.steps),
        frozen(batch.times), frozen(_wanted(view, steps)),
        edges[place], edges[place + 1], edges[active[0]], edges[active[1]], found,
    )  # fmt: skip
    return found, int(persons)


def _starts(view: View, by: str, tz: str) -> list[date]:
    """The first days of all periods from the first event to the moment the log speaks of, and of the one after."""
    if by not in get_args(By):
        raise BadValue(f"'{by}' is not a period of cohorts: write month or week.")
    starts = period_starts(view, cast("By", by), tz)
    today = view.as_of.astimezone(zone(tz)).date()
    while starts and starts[-1] <= today:
        starts.append(next_start(starts[-1], cast("By", by)))
    if len(starts) > MOST_PERIODS:
        raise BadValue(f"{len(starts) - 1} {by}s are too many for cohorts: choose a longer period.")
    return starts


def _wanted(view: View, steps: Collection[str]) -> NDArray[np.bool_]:
    if isinstance(steps, str) or not steps:
        raise BadValue("Cohorts need the steps that are an order: a list of at least one.")
    wanted = np.zeros(max(len(view.step_names), 1), np.bool_)
    wanted[[view.code(step) for step in steps]] = True
    return wanted


def _named(lines: pa.Table) -> NDArray[np.bool_]:
    """(rows,) whether the journey names a person."""
    return np.asarray(lines["person"].is_valid().to_numpy(), np.bool_)


def _values(lines: pa.Table, name: str) -> NDArray[np.float64]:
    known = lines.column_names
    if name not in known:
        raise UnknownAttribute(f"The journeys have no attribute '{name}'.{did_you_mean(name, known)}")
    column = lines[name]
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise BadValue(f"The attribute '{name}' is no number: the value of a cohort is a sum.")
    found: NDArray[np.float64] = pc.fill_null(column.cast(pa.float64()), 0.0).to_numpy()
    return found
