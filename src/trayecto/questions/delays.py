"""Delays: at which steps journeys arrive late, and at which earlier step the time was lost.

Definitions. The *wait* for a step runs to each of its occurrences from the latest earlier occurrence of ``since``
in the same journey, or from the directly preceding event when the promise names no ``since`` (an occurrence without
such a start has no wait). It is *late* when it is longer than what was promised (``within``), else than the 90th
percentile (linear interpolation) of the same wait over the journeys of the whole log that started in ``baseline``
(default: all of them), whatever is selected. A journey is late at a step when one of its waits for it is.

*Cause*: up to the first late arrival of each late journey, the wait of every earlier event from the one directly
before it is compared with the median of that step's waits in the baseline; the excess (never below zero) is summed
by step, and the step with the largest sum is where the time was lost. With ``since``, only events after it count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.errors import BadValue
from trayecto.kernels import delays as kernel
from trayecto.kernels import waits
from trayecto.kernels.inputs import FOREVER
from trayecto.questions.promised import (
    Baseline,
    Measured,
    Promise,
    Waiting,
    baseline_batches,
    measure,
    waiting_of,
)
from trayecto.questions.shares import table_of, without_none
from trayecto.units import SECOND

PERCENT = 90
MOST_STEPS = 4000  # beyond, the square table of causes would not fit

ThresholdFrom = Literal["promise", "p90"]


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What is late, by step, in microseconds."""

    thresholds: NDArray[np.int64]  # FOREVER where there is neither a promise nor a wait
    medians: NDArray[np.int64]  # of the waits from event to event
    promised: frozenset[int]  # steps whose threshold is a promise


@dataclass(frozen=True, slots=True)
class Cause:
    """The earlier step at which late journeys lost most time beyond that step's median wait."""

    step: str
    excess_seconds: float


@dataclass(frozen=True, slots=True)
class DelayStep:
    """One step. ``waits`` are occurrences with a wait, mean and median are theirs, in seconds (working time with a
    calendar); ``own_excess_seconds`` is the time lost by late arrivals in the very last stretch before the step."""

    step: str
    journeys: int
    waits: int
    late_journeys: int
    share_late: float  # of the journeys
    threshold: timedelta | None
    threshold_from: ThresholdFrom | None
    since: str | None
    mean: float | None
    median: float | None
    own_excess_seconds: float
    cause: Cause | None
    weighted_journeys: float | None = None
    weighted_late_journeys: float | None = None
    weighted_share_late: float | None = None


@dataclass(frozen=True, slots=True)
class DelaysResult:
    """The steps that occur, those late for most journeys first."""

    steps: tuple[DelayStep, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"steps": [_plain(step) for step in self.steps]}

    def to_arrow(self) -> pa.Table:
        """One row per step; the cause as ``cause_step`` and ``cause_excess_seconds``."""
        return table_of(_Row, map(_row, self.steps))


def ask(
    view: View, promises: Mapping[str, Promise] | None = None, baseline: Baseline | None = None
) -> DelaysResult:
    """Where the journeys of ``view`` arrive late.

    ``promises`` by step; ``baseline`` = (from, to) aware datetimes. Raises UnknownStep and BadValue.
    """
    if len(view.step_names) > MOST_STEPS:
        raise BadValue(f"Delays can be asked of logs with up to {MOST_STEPS} steps; this one has more.")
    promises = promises or {}
    waiting = waiting_of(view, promises)
    yardstick, measured = measure_up(view, promises, waiting, baseline)
    if view.selection is not None or baseline is not None:
        measured = measure(view.batches(), waiting)
    summary = engine.run(view.batches(), partial(scan, waiting=waiting, yardstick=yardstick), merge)
    return finish(summary, yardstick, measured, view.step_names, promises, weighted=view.weighted)


def measure_up(
    view: View, promises: Mapping[str, Promise], waiting: Waiting, baseline: Baseline | None
) -> tuple[Yardstick, Measured]:
    """What is late at each step, and the baseline's waits that say so."""
    measured = measure(baseline_batches(view, baseline), waiting)
    thresholds = np.full(len(view.step_names), FOREVER, dtype=np.int64)
    medians = np.full(len(view.step_names), FOREVER // 2, dtype=np.int64)
    promised = {view.code(step): length for step, p in promises.items() if (length := p.length()) is not None}
    work = partial(_step_yardstick, measured=measured, promised=promised)
    for code, (threshold, median) in enumerate(engine.each(work, range(len(view.step_names)))):
        thresholds[code] = FOREVER if threshold is None else threshold
        medians[code] = FOREVER // 2 if median is None else median
    return Yardstick(thresholds, medians, frozenset(promised)), measured


def usual_waits(view: View, baseline: Baseline | None = None) -> dict[str, timedelta]:
    """Beyond which wait each step is late where nothing is promised: what ``ask`` finds as ``threshold``, alone."""
    yardstick, _ = measure_up(view, {}, waiting_of(view, {}), baseline)
    known = zip(view.step_names, yardstick.thresholds.tolist(), strict=True)
    return {step: timedelta(microseconds=limit) for step, limit in known if limit != FOREVER}


def _step_yardstick(
    code: int, measured: Measured, promised: Mapping[int, int]
) -> tuple[int | None, int | None]:
    """A step's threshold and the median of its arrivals; None where nothing is known."""
    arriving, own = measured.arriving(code), measured.promised(code)
    if len(arriving) == 0:
        return promised.get(code), None
    median, p90 = (found[0] for found in waits.percentiles(arriving, 50, PERCENT))
    if code in promised:
        return promised[code], median
    if code in measured.special[0]:
        return (waits.percentile(own, PERCENT)[0] if len(own) else None), median
    return p90, median


def scan(batch: Batch, waiting: Waiting, yardstick: Yardstick) -> kernel.Lateness:
    clocked = waiting.clocked(batch)
    return kernel.lateness(batch, waiting.since, clocked, yardstick.thresholds, yardstick.medians)


def merge(a: kernel.Lateness, b: kernel.Lateness) -> kernel.Lateness:
    return kernel.Lateness(
        a.journeys + b.journeys, a.weighted + b.weighted, a.own + b.own, a.earlier + b.earlier
    )


def finish(
    summary: kernel.Lateness,
    yardstick: Yardstick,
    measured: Measured,
    names: Sequence[str],
    promises: Mapping[str, Promise],
    *,
    weighted: bool,
) -> DelaysResult:
    codes = np.flatnonzero(summary.journeys[:, kernel.REACHING]).tolist()
    spreads = engine.each(lambda code: _spread(measured.promised(code)), codes)
    steps = [
        _delay_step(code, summary, yardstick, spread, names, promises.get(names[code]), weighted)
        for code, spread in zip(codes, spreads, strict=True)
    ]
    return DelaysResult(
        tuple(sorted(steps, key=lambda step: (-step.late_journeys, -step.journeys, step.step)))
    )


class Spread(NamedTuple):
    waits: int
    mean: float | None  # seconds
    median: float | None


def _spread(found: NDArray[np.int64]) -> Spread:
    if len(found) == 0:
        return Spread(0, None, None)
    return Spread(len(found), float(found.mean()) / SECOND, waits.percentile(found, 50)[1] / SECOND)


def _delay_step(
    code: int,
    summary: kernel.Lateness,
    yardstick: Yardstick,
    spread: Spread,
    names: Sequence[str],
    promise: Promise | None,
    weighted: bool,
) -> DelayStep:
    journeys, late = map(int, summary.journeys[code])
    known = yardstick.thresholds[code] != FOREVER
    return DelayStep(
        step=names[code],
        journeys=journeys,
        waits=spread.waits,
        late_journeys=late,
        share_late=late / journeys,
        threshold=timedelta(microseconds=int(yardstick.thresholds[code])) if known else None,
        threshold_from=("promise" if code in yardstick.promised else "p90") if known else None,
        since=None if promise is None else promise.since,
        mean=spread.mean,
        median=spread.median,
        own_excess_seconds=int(summary.own[code]) / 1000,
        cause=_cause(summary.earlier[code], names),
        **(_weighted(summary.weighted[code]) if weighted else {}),
    )


def _weighted(row: NDArray[np.float64]) -> dict[str, Any]:
    journeys, late = map(float, row)
    return {
        "weighted_journeys": journeys,
        "weighted_late_journeys": late,
        "weighted_share_late": late / journeys if journeys else 0.0,
    }


def _cause(excess: NDArray[np.int64], names: Sequence[str]) -> Cause | None:
    """The largest excess; among equal ones the first name."""
    most = int(excess.max())
    if most == 0:
        return None
    step = min(names[code] for code in np.flatnonzero(excess == most).tolist())
    return Cause(step, most / 1000)


def _plain(step: DelayStep) -> dict[str, Any]:
    """JSON-ready: the threshold in seconds, unknown figures as null."""
    unknown = {"threshold_from": None, "since": None, "mean": None, "median": None, "cause": None}
    entries = unknown | without_none(step)
    entries.pop("threshold", None)
    seconds = None if step.threshold is None else step.threshold.total_seconds()
    return entries | {"threshold_seconds": seconds}


@dataclass(frozen=True, slots=True)
class _Row:
    """A step's figures in one flat row."""

    step: str
    journeys: int
    waits: int
    late_journeys: int
    share_late: float
    threshold_seconds: float | None
    threshold_from: str | None
    since: str | None
    mean: float | None
    median: float | None
    own_excess_seconds: float
    cause_step: str | None
    cause_excess_seconds: float | None
    weighted_journeys: float | None = None
    weighted_late_journeys: float | None = None
    weighted_share_late: float | None = None


def _row(step: DelayStep) -> _Row:
    entries = _plain(step)
    cause = entries.pop("cause") or {"step": None, "excess_seconds": None}
    return _Row(**entries, cause_step=cause["step"], cause_excess_seconds=cause["excess_seconds"])
