"""Waits: from one event of a journey to a later one, per event, per pair of steps, and grouped by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.kernels.arrays import frozen, mask_of
from trayecto.kernels.inputs import journeys_of

NONE = -1  # no such event, no wait
Clock = Callable[[NDArray[np.int64]], NDArray[np.int64]]  # moments to working time


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of events of the same journey; ``journeys`` counts from the first of the batch."""

    journeys: NDArray[np.int64]
    starts: NDArray[np.int64]  # microseconds since 1970
    ends: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grouped:
    """Values grouped by step code: step ``s`` owns ``values[bounds[s]:bounds[s + 1]]``."""

    bounds: NDArray[np.int64]
    values: NDArray[np.int64]

    def of(self, code: int) -> NDArray[np.int64]:
        return self.values[self.bounds[code] : self.bounds[code + 1]]


def pairs(batch: Batch, source: int, target: int, *, each: bool) -> Pairs:
    """Waits from ``source`` to ``target`` in the selected journeys.

    In log order the first source opens a wait and the first target after it closes it; with ``each`` the next
    source after that opens another, and so on. An event may close one wait and open the next.
    """
    arrays = *journeys_of(batch), source, target, each
    nothing = np.empty(0, dtype=np.int64)
    count = _pairs(*arrays, nothing, nothing, nothing)
    found = Pairs(*(np.empty(count, dtype=np.int64) for _ in range(3)))
    if count:
        _pairs(*arrays, found.journeys, found.starts, found.ends)
    return found


def origins(batch: Batch, since: NDArray[np.int64]) -> NDArray[np.int64]:
    """(events of the batch,) the place in the log where each event's wait began, or NONE.

    ``since[step]`` is the code of the step whose latest earlier occurrence begins the wait for ``step``, or NONE
    for the directly preceding event. Events of journeys that are not selected have none.
    """
    found = np.full(batch.offsets[-1] - batch.offsets[0], NONE, dtype=np.int64)
    latest = np.empty(batch.n_steps, dtype=np.int64)
    seen = np.full(batch.n_steps, NONE, dtype=np.int64)
    _origins(frozen(batch.offsets), frozen(batch.steps), mask_of(batch), frozen(since), latest, seen, found)
    return found


def waits_from(
    batch: Batch, began: NDArray[np.int64], clocks: dict[int, Clock] | None = None
) -> NDArray[np.int64]:
    """(events of the batch,) microseconds of each event's wait, or NONE; ``clocks`` time some steps otherwise."""
    low, high = batch.offsets[0], batch.offsets[-1]
    waits = np.empty(len(began), dtype=np.int64)
    _waits(frozen(batch.times[low:high]), frozen(batch.times), frozen(began), waits)
    for code, clock in (clocks or {}).items():
        timed = np.flatnonzero((batch.steps[low:high] == code) & (began != NONE))
        waits[timed] = clock(batch.times[low + timed]) - clock(batch.times[began[timed]])
    return waits


def by_step(
    batch: Batch, waits: NDArray[np.int64], wanted: NDArray[np.bool_], *, back: bool = False
) -> Grouped:
    """The waits of the wanted steps, grouped by the step that is waited for (``back``: by the one before it)."""
    arrays = frozen(batch.steps), batch.offsets[0] - back, frozen(waits), frozen(wanted)
    counts = np.zeros(batch.n_steps, dtype=np.int64)
    _count(*arrays, counts)
    bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    values = np.empty(bounds[-1], dtype=np.int64)
    _place(*arrays, bounds[:-1].copy(), values)
    return Grouped(bounds, values)


def joined(parts: tuple[Grouped, ...], code: int) -> NDArray[np.int64]:
    """One step's values from several batches."""
    return np.concatenate([part.of(code) for part in parts])


def percentile(values: NDArray[np.int64], percent: int) -> tuple[int, float]:
    """A percentile with linear interpolation: rounded down to whole units, and as it is.

    For whole numbers "more than the percentile" and "more than the percentile rounded down" are the same;
    the arithmetic is exact, so that a value that equals the percentile is never beyond it.
    """
    place, rest = divmod(percent * (len(values) - 1), 100)
    above = min(place + 1, len(values) - 1)
    ordered = np.partition(values, sorted({place, above}))
    low, high = int(ordered[place]), int(ordered[above])
    scaled = low * 100 + (high - low) * rest
    return scaled // 100, scaled / 100


def any_in_journey(batch: Batch, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(journeys,) whether one of a journey's events is flagged; ``flags`` goes by event of the batch."""
    passed = np.concatenate([[0], np.cumsum(flags)])
    places = batch.offsets - batch.offsets[0]
    return np.asarray(passed[places[1:]] > passed[places[:-1]])


@njit(cache=True, nogil=True)
def _pairs(  # type: ignore[no-untyped-def]
    offsets, steps, times, selected, source, target, each, journeys, starts, ends
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
                    journeys[count], starts[count], ends[count] = journey, times[start], times[event]
                count += 1
                start = NONE
                if not each:
                    break
            if start == NONE and steps[event] == source:
                start = event
    return count


@njit(cache=True, nogil=True)
def _origins(offsets, steps, selected, since, latest, seen, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    base = offsets[0]
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        low = offsets[journey]
        for event in range(low, offsets[journey + 1]):
            step = steps[event]
            wanted = since[step]
            if wanted == NONE:
                if event > low:
                    found[event - base] = event - 1
            elif seen[wanted] == journey:
                found[event - base] = latest[wanted]
            latest[step] = event
            seen[step] = journey


@njit(cache=True, nogil=True)
def _waits(own_times, times, began, waits):  # type: ignore[no-untyped-def]  # pragma: no cover
    for place in range(len(began)):
        waits[place] = NONE if began[place] == NONE else own_times[place] - times[began[place]]


@njit(cache=True, nogil=True)
def _count(steps, base, waits, wanted, counts):  # type: ignore[no-untyped-def]  # pragma: no cover
    for place in range(len(waits)):
        if waits[place] != NONE:
            step = steps[base + place]
            if wanted[step]:
                counts[step] += 1


@njit(cache=True, nogil=True)
def _place(steps, base, waits, wanted, nexts, values):  # type: ignore[no-untyped-def]  # pragma: no cover
    for place in range(len(waits)):
        if waits[place] != NONE:
            step = steps[base + place]
            if wanted[step]:
                values[nexts[step]] = waits[place]
                nexts[step] += 1
