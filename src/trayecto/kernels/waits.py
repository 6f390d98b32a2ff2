"""Waits: from one event of a journey to a later one, per pair of steps and grouped by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.kernels.arrays import frozen
from trayecto.kernels.inputs import journeys_of

NONE = -1  # no such step, event or wait
Values = NDArray[np.int64]
NOTHING = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Waits:
    """Waits from one event of a journey to a later one, in log order of the later one."""

    journeys: Values  # counted from the first of the batch
    starts: Values  # microseconds since 1970
    ends: Values
    places: Values  # of the later event, counted from the first of the batch


@dataclass(frozen=True, slots=True)
class Grouped:
    """Values grouped by step code: step ``s`` owns ``values[bounds[s]:bounds[s + 1]]``."""

    bounds: Values
    values: Values

    def of(self, code: int) -> Values:
        return self.values[self.bounds[code] : self.bounds[code + 1]]


def pairs(batch: Batch, source: int, target: int, *, each: bool) -> Waits:
    """Waits from ``source`` to ``target`` in the selected journeys.

    In log order the first source opens a wait and the first target after it closes it; with ``each`` the next
    source after that opens another, and so on. An event may close one wait and open the next.
    """
    arrays = *journeys_of(batch), source, target, each
    found = _room(_pairs(*arrays, NOTHING, NOTHING, NOTHING, NOTHING))
    if len(found.starts):
        _pairs(*arrays, found.journeys, found.starts, found.ends, found.places)
    return found


def arrivals(batch: Batch, step: int, since: int) -> Waits:
    """The wait for each occurrence of ``step`` in the selected journeys, where it has one.

    It begins at the latest earlier occurrence of ``since``; at the directly preceding event when that is NONE.
    """
    arrays = *journeys_of(batch), step, since
    found = _room(_arrivals(*arrays, NOTHING, NOTHING, NOTHING, NOTHING))
    if len(found.starts):
        _arrivals(*arrays, found.journeys, found.starts, found.ends, found.places)
    return found


def _room(size: int) -> Waits:
    return Waits(*(np.empty(size, dtype=np.int64) for _ in range(4)))


def by_step(batch: Batch, wanted: Sequence[int], *, after: bool = False) -> Grouped:
    """The waits between neighbouring events of the selected journeys, grouped by the step that is arrived at
    (``after``: by the step that is left); only of the wanted steps."""
    flags = np.zeros(batch.n_steps, dtype=np.bool_)
    flags[list(wanted)] = True
    arrays = *journeys_of(batch), frozen(flags), np.int64(after)
    counts = np.zeros(batch.n_steps, dtype=np.int64)
    _count_by_step(*arrays, counts)
    bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    values = np.empty(bounds[-1], dtype=np.int64)
    _place_by_step(*arrays, bounds[:-1].copy(), values)
    return Grouped(bounds, values)


def joined(parts: Sequence[Grouped], code: int) -> Values:
    """One step's values from several batches."""
    return np.concatenate([part.of(code) for part in parts])


def percentile(values: Values, percent: int) -> tuple[int, float]:
    """A percentile with linear interpolation: rounded down to whole units, and as it is."""
    return percentiles(values, percent)[0]


def percentiles(values: Values, *percents: int) -> list[tuple[int, float]]:
    """Percentiles with linear interpolation: each rounded down to whole units, and as it is.

    For whole numbers "more than the percentile" and "more than the percentile rounded down" are the same;
    the arithmetic is exact, so that a value that equals the percentile is never beyond it.
    """
    last = len(values) - 1
    ranks = [divmod(percent * last, 100) for percent in percents]
    places = {min(place + step, last) for place, _ in ranks for step in (0, 1)}
    ordered = np.partition(values, sorted(places))
    return [_between(int(ordered[place]), int(ordered[min(place + 1, last)]), rest) for place, rest in ranks]


def _between(low: int, high: int, hundredths: int) -> tuple[int, float]:
    scaled = low * 100 + (high - low) * hundredths
    return scaled // 100, scaled / 100


@njit(cache=True, nogil=True)
def _pairs(  # type: ignore[no-untyped-def]
    offsets, steps, times, selected, source, target, each, journeys, starts, ends, places
):  # pragma: no cover
    """Count the pairs; write them where there is room."""
    count = 0
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        start = NONE
        for event in range(offsets[journey], offsets[journey + 1]):
            if start != NONE and steps[event] == target:
                if len(starts):
                    journeys[count], places[count] = journey, event - offsets[0]
                    starts[count], ends[count] = times[start], times[event]
                count += 1
                start = NONE
                if not each:
                    break
            if start == NONE and steps[event] == source:
                start = event
    return count


@njit(cache=True, nogil=True)
def _arrivals(  # type: ignore[no-untyped-def]
    offsets, steps, times, selected, step, since, journeys, starts, ends, places
):  # pragma: no cover
    """Count the arrivals; write them where there is room."""
    count = 0
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        start = NONE
        for event in range(offsets[journey], offsets[journey + 1]):
            if start != NONE and steps[event] == step:
                if len(starts):
                    journeys[count], places[count] = journey, event - offsets[0]
                    starts[count], ends[count] = times[start], times[event]
                count += 1
            if since == NONE or steps[event] == since:
                start = event
    return count


@njit(cache=True, nogil=True)
def _count_by_step(offsets, steps, times, selected, wanted, after, counts):  # type: ignore[no-untyped-def]  # pragma: no cover
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        for event in range(offsets[journey] + 1, offsets[journey + 1]):
            step = steps[event - after]
            if wanted[step]:
                counts[step] += 1


@njit(cache=True, nogil=True)
def _place_by_step(  # type: ignore[no-untyped-def]
    offsets, steps, times, selected, wanted, after, nexts, values
):  # pragma: no cover
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        for event in range(offsets[journey] + 1, offsets[journey + 1]):
            step = steps[event - after]
            if wanted[step]:
                values[nexts[step]] = times[event] - times[event - 1]
                nexts[step] += 1
