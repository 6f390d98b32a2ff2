"""Volume: events and journeys by step and period.

Definition. Periods are days, ISO weeks (from Monday), months or quarters of a time zone's calendar. An event belongs
to the period of its time; a journey counts for a step in every period in which it has that step, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Literal, cast, get_args
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.calendars import zone
from trayecto.errors import BadValue
from trayecto.kernels import volume as kernel
from trayecto.questions.shares import add_weighted, table_of, without_none
from trayecto.units import to_datetime, to_microseconds

Period = Literal["day", "week", "month", "quarter"]
MOST_CELLS = 20_000_000


@dataclass(frozen=True, slots=True)
class VolumeSummary:
    counts: NDArray[
        np.int64
    ]  # (n_steps + 1, periods, 2) events, journeys; the last row is all steps together
    weighted: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """One period, all steps together; ``start`` is its first day, ``begins``/``ends`` its moments (end exclusive)."""

    start: date
    begins: datetime
    ends: datetime
    events: int
    journeys: int
    weighted_events: float | None = None
    weighted_journeys: float | None = None


@dataclass(frozen=True, slots=True)
class StepVolume:
    step: str
    start: date  # first day of the period
    events: int
    journeys: int
    weighted_events: float | None = None
    weighted_journeys: float | None = None


@dataclass(frozen=True, slots=True)
class VolumeResult:
    """Periods without a gap, from the first to the last with an event; ``steps`` only where a step occurs."""

    period: Period
    tz: str
    periods: tuple[PeriodFigures, ...]
    steps: tuple[StepVolume, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "period": self.period,
            "tz": self.tz,
            "periods": [_plain(period) for period in self.periods],
            "steps": [_plain(step) for step in self.steps],
        }

    def to_arrow(self) -> pa.Table:
        """One row per step and period in which it occurs; ``start`` is a date."""
        return table_of(StepVolume, self.steps)


def ask(view: View, period: Period = "month", tz: str = "UTC") -> VolumeResult:
    """How much happened in each period, by step.

    Raises BadValue for an unknown period or time zone, and for more periods than can be shown.
    """
    starts = period_starts(view, period, tz)
    if len(starts) * len(view.step_names) > MOST_CELLS:
        raise BadValue(
            f"{len(starts)} periods of a {period} are too many for this log: choose a longer period."
        )
    edges = edges_of(starts, zone(tz))
    summary = engine.run(view.batches(), partial(scan, edges=edges), merge)
    return finish(summary, view.step_names, starts, edges, period, tz)


def scan(batch: Batch, edges: NDArray[np.int64]) -> VolumeSummary:
    return VolumeSummary(*kernel.tables(batch, edges))


def merge(a: VolumeSummary, b: VolumeSummary) -> VolumeSummary:
    return VolumeSummary(a.counts + b.counts, add_weighted(a.weighted, b.weighted))


def finish(
    summary: VolumeSummary,
    names: Sequence[str],
    starts: Sequence[date],
    edges: NDArray[np.int64],
    period: Period,
    tz: str,
) -> VolumeResult:
    busy = np.flatnonzero(summary.counts[-1, :, kernel.EVENTS])
    shown = range(busy[0], busy[-1] + 1) if len(busy) else range(0)
    periods = tuple(
        PeriodFigures(starts[p], to_datetime(edges[p]), to_datetime(edges[p + 1]), **_cell(summary, -1, p))
        for p in shown
    )
    steps = tuple(
        StepVolume(names[code], starts[p], **_cell(summary, code, p))
        for code in sorted(range(len(names)), key=names.__getitem__)
        for p in np.flatnonzero(summary.counts[code, :, kernel.EVENTS]).tolist()
    )
    return VolumeResult(period, tz, periods, steps)


def period_starts(view: View, period: Period, tz: str) -> list[date]:
    """First days of all periods that the log's events fall into, and of the one after (its end)."""
    if period not in get_args(Period):
        raise BadValue(f"'{period}' is not a period: write day, week, month or quarter.")
    local = zone(tz)
    ends = [found for found in engine.over(_ends, view.batches()) if found is not None]
    if not ends:
        return []
    first = to_datetime(min(low for low, _ in ends)).astimezone(local).date()
    last = to_datetime(max(high for _, high in ends)).astimezone(local).date()
    starts = [_floor(first, period)]
    while starts[-1] <= last:
        starts.append(next_start(starts[-1], period))
    return starts


def _ends(batch: Batch) -> tuple[int, int] | None:
    """The first and the last moment of the batch's live journeys; None when there are none."""
    filled = batch.offsets[1:] > batch.offsets[:-1]
    filled = filled if batch.live is None else filled & batch.live
    if not filled.any():
        return None
    first, last = batch.times[batch.offsets[:-1][filled]], batch.times[batch.offsets[1:][filled] - 1]
    return int(first.min()), int(last.max())


def _floor(day: date, period: Period) -> date:
    if period == "week":
        return day - timedelta(days=day.weekday())
    if period == "month":
        return day.replace(day=1)
    if period == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day


def next_start(start: date, period: Period) -> date:
    days = {"day": 1, "week": 7, "month": 31, "quarter": 92}[period]
    return _floor(start + timedelta(days=days), period)


def edges_of(starts: Sequence[date], local: ZoneInfo) -> NDArray[np.int64]:
    """The local midnights as UTC microseconds; at least one (empty) period."""
    if not starts:
        return np.zeros(2, dtype=np.int64)
    return np.array([to_microseconds(datetime.combine(day, time(), local)) for day in starts], dtype=np.int64)


def _cell(summary: VolumeSummary, row: int, period: int) -> dict[str, Any]:
    events, journeys = summary.counts[row, period].tolist()
    cell = {"events": events, "journeys": journeys}
    if summary.weighted is not None:
        weighed = summary.weighted[row, period].tolist()
        cell |= {"weighted_events": weighed[0], "weighted_journeys": weighed[1]}
    return cell


def _plain(figures: PeriodFigures | StepVolume) -> dict[str, Any]:
    """JSON-ready: dates and moments as ISO text."""
    entries = without_none(figures)
    return {
        key: cast(date, value).isoformat() if isinstance(value, date) else value
        for key, value in entries.items()
    }
