"""Promises, and the waits that they are measured by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import numpy as np
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.calendars import Calendar
from trayecto.kernels import waits
from trayecto.units import parse_duration, to_microseconds

Baseline = tuple[
    datetime | None, datetime | None
]  # aware; from (inclusive) and to (exclusive), None for no bound


@dataclass(frozen=True, slots=True)
class Promise:
    """Arrival ``within`` a time, counted from the latest ``since`` (None: the event before), in a calendar's time.

    ``within`` is a length such as "3d", a timedelta, or with a calendar "5 working days" or hours; None measures
    the wait without promising anything.
    """

    within: str | timedelta | None = None
    since: str | None = None
    calendar: Calendar | None = None

    def length(self) -> int | None:
        """Microseconds promised (of working time with a calendar); BadValue when they cannot be understood."""
        if self.within is None:
            return None
        return parse_duration(self.within) if self.calendar is None else self.calendar.length(self.within)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the wait for each step is measured, in codes."""

    since: NDArray[np.int64]  # (n_steps,) code of the step it is counted from, or NONE for the event before
    calendars: Mapping[int, Calendar]  # steps whose wait is working time

    def special(self) -> list[int]:
        """Steps whose wait is not simply the time since the event before."""
        return sorted({*np.flatnonzero(self.since != waits.NONE).tolist(), *self.calendars})

    def of(self, batch: Batch, code: int) -> tuple[waits.Waits, NDArray[np.int64]]:
        """The waits for one step and their microseconds."""
        found = waits.arrivals(batch, code, int(self.since[code]))
        if code not in self.calendars:
            return found, found.ends - found.starts
        working = self.calendars[code].working
        return found, working(found.ends) - working(found.starts)

    def clocked(self, batch: Batch) -> NDArray[np.int64]:
        """By event of the batch the wait in working time, NONE for other steps; empty without calendars."""
        if not self.calendars:
            return waits.NOTHING
        lengths = np.full(batch.offsets[-1] - batch.offsets[0], waits.NONE, dtype=np.int64)
        for code in self.calendars:
            found, length = self.of(batch, code)
            lengths[found.places] = length
        return lengths


@dataclass(frozen=True, slots=True)
class Measured:
    """Waits of some journeys, one group per batch."""

    arrivals: list[waits.Grouped]  # between neighbouring events, by the step arrived at
    special: list[dict[int, NDArray[np.int64]]]  # of steps whose wait is measured otherwise

    def arriving(self, code: int) -> NDArray[np.int64]:
        return waits.joined(self.arrivals, code)

    def promised(self, code: int) -> NDArray[np.int64]:
        if code in self.special[0]:
            return np.concatenate([part[code] for part in self.special])
        return self.arriving(code)


def waiting_of(view: View, promises: Mapping[str, Promise]) -> Waiting:
    """How the promises measure waits; UnknownStep for steps that the log does not have."""
    since = np.full(len(view.step_names), waits.NONE, dtype=np.int64)
    calendars: dict[int, Calendar] = {}
    for step, promise in promises.items():
        code = view.code(step)
        if promise.since is not None:
            since[code] = view.code(promise.since)
        if promise.calendar is not None:
            calendars[code] = promise.calendar
    return Waiting(since, calendars)


def baseline_batches(view: View, baseline: Baseline | None) -> list[Batch]:
    """All journeys of the log, or those that started in the baseline, whatever is selected."""
    low, high = (None, None) if baseline is None else baseline
    start = None if low is None else to_microseconds(low)
    end = None if high is None else to_microseconds(high)
    return engine.over(partial(_started, start=start, end=end), view.batches())


def _started(batch: Batch, start: int | None, end: int | None) -> Batch:
    if start is None and end is None:
        return batch.unfiltered
    chosen = batch.offsets[1:] > batch.offsets[:-1]
    if batch.live is not None:
        chosen &= batch.live
    started = batch.times[batch.offsets[:-1][chosen]]
    inside = np.ones(len(started), dtype=np.bool_) if start is None else started >= start
    chosen[chosen] = inside if end is None else inside & (started < end)
    return replace(batch, selected=chosen)


def measure(batches: Sequence[Batch], waiting: Waiting) -> Measured:
    """The waits of the selected journeys, grouped by step."""
    every = range(batches[0].n_steps)
    arrivals = engine.over(partial(waits.by_step, wanted=every), batches)
    return Measured(arrivals, engine.over(partial(_special, waiting=waiting), batches))


def _special(batch: Batch, waiting: Waiting) -> dict[int, NDArray[np.int64]]:
    return {code: waiting.of(batch, code)[1] for code in waiting.special()}
