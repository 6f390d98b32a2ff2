"""Durations: how long it takes from one step to another.

Definition. In log order the first ``source`` of a journey opens a wait and the first ``target`` after it closes
it. ``which="first"`` takes that one pair per journey; ``which="each"`` goes on: the next source after the close
opens another wait. An event may close one wait and open the next (``source == target`` measures the time between
repetitions). Durations are calendar time, or working time with a ``calendar``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.calendars import Calendar
from trayecto.errors import BadValue
from trayecto.kernels.waits import pairs, percentile
from trayecto.questions.shares import table_of, without_none
from trayecto.units import SECOND

Which = Literal["first", "each"]
PERCENTS = tuple(range(0, 101, 5))


@dataclass(frozen=True, slots=True)
class DurationsParams:
    source: int
    target: int
    which: Which
    calendar: Calendar | None


@dataclass(frozen=True, slots=True)
class DurationsSummary:
    journeys: int  # with at least one pair
    durations: NDArray[np.int64]  # microseconds, one per pair
    weights: NDArray[np.float64] | None  # of each pair's journey
    weighted_journeys: float | None


@dataclass(frozen=True, slots=True)
class DurationFigures:
    """Seconds; the weighted mean when journeys carry weights."""

    mean: float
    median: float
    p90: float
    min: float
    max: float
    weighted_mean: float | None = None


@dataclass(frozen=True, slots=True)
class Quantile:
    share: float  # of the pairs that take at most …
    seconds: float


@dataclass(frozen=True, slots=True)
class DurationsResult:
    """``seconds`` is None and ``quantiles`` empty when no journey has the pair."""

    source: str
    target: str
    which: Which
    journeys: int
    pairs: int
    seconds: DurationFigures | None
    quantiles: tuple[Quantile, ...]  # every 5 %, from the minimum to the maximum
    weighted_journeys: float | None = None
    weighted_pairs: float | None = None

    def to_dict(self) -> dict[str, Any]:
        seconds = None if self.seconds is None else without_none(self.seconds)
        return without_none(self) | {
            "seconds": seconds,
            "quantiles": [without_none(q) for q in self.quantiles],
        }

    def to_arrow(self) -> pa.Table:
        """One row per quantile: share, seconds."""
        return table_of(Quantile, self.quantiles)


def ask(
    view: View, source: str, target: str, which: Which = "first", calendar: Calendar | None = None
) -> DurationsResult:
    """How long the journeys of ``view`` take from ``source`` to ``target``.

    Raises UnknownStep, and BadValue when ``which`` is neither "first" nor "each".
    """
    params = durations_params(view, source, target, which, calendar)
    summary = engine.run(view.batches(), partial(scan, params=params), merge)
    return finish(summary, source, target, which)


def durations_params(
    view: View, source: str, target: str, which: Which, calendar: Calendar | None
) -> DurationsParams:
    """The question in codes, checked."""
    if which not in ("first", "each"):
        raise BadValue(f"which = '{which}' is not known: write 'first' or 'each'.")
    return DurationsParams(view.code(source), view.code(target), which, calendar)


def scan(batch: Batch, params: DurationsParams) -> DurationsSummary:
    journeys, durations = pair_durations(batch, params)
    distinct = np.unique(journeys)
    if batch.weights is None:
        return DurationsSummary(len(distinct), durations, None, None)
    weighed = float(batch.weights[distinct].sum())
    return DurationsSummary(len(distinct), durations, batch.weights[journeys], weighed)


def pair_durations(batch: Batch, params: DurationsParams) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The journey (counted from the batch's first) and the microseconds of every pair."""
    found = pairs(batch, params.source, params.target, each=params.which == "each")
    if params.calendar is None:
        return found.journeys, found.ends - found.starts
    return found.journeys, params.calendar.working(found.ends) - params.calendar.working(found.starts)


def merge(a: DurationsSummary, b: DurationsSummary) -> DurationsSummary:
    durations = np.concatenate([a.durations, b.durations])
    if a.weights is None or b.weights is None or a.weighted_journeys is None or b.weighted_journeys is None:
        return DurationsSummary(a.journeys + b.journeys, durations, None, None)
    weights = np.concatenate([a.weights, b.weights])
    return DurationsSummary(
        a.journeys + b.journeys, durations, weights, a.weighted_journeys + b.weighted_journeys
    )


def finish(summary: DurationsSummary, source: str, target: str, which: Which) -> DurationsResult:
    return DurationsResult(
        source,
        target,
        which,
        summary.journeys,
        len(summary.durations),
        _figures(summary),
        _quantiles(summary.durations),
        summary.weighted_journeys,
        None if summary.weights is None else float(summary.weights.sum()),
    )


def _figures(summary: DurationsSummary) -> DurationFigures | None:
    durations = summary.durations
    if len(durations) == 0:
        return None
    return DurationFigures(
        mean=float(durations.mean()) / SECOND,
        median=percentile(durations, 50)[1] / SECOND,
        p90=percentile(durations, 90)[1] / SECOND,
        min=int(durations.min()) / SECOND,
        max=int(durations.max()) / SECOND,
        weighted_mean=_weighted_mean(durations, summary.weights),
    )


def _weighted_mean(durations: NDArray[np.int64], weights: NDArray[np.float64] | None) -> float | None:
    if weights is None or not weights.sum():
        return None
    return float(np.average(durations, weights=weights)) / SECOND


def _quantiles(durations: NDArray[np.int64]) -> tuple[Quantile, ...]:
    if len(durations) == 0:
        return ()
    ordered = np.sort(durations)
    return tuple(Quantile(percent / 100, percentile(ordered, percent)[1] / SECOND) for percent in PERCENTS)
