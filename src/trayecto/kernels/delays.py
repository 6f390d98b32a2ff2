"""Late waits and where the time was lost before them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.kernels.arrays import frozen, mask_of, weights_of
from trayecto.kernels.waits import NONE

MILLISECOND = (
    1000  # excess is summed in whole milliseconds: microseconds of millions of journeys would overflow
)
# Columns of the tables of journeys.
REACHING, WAITING, LATE = range(3)


@dataclass(frozen=True, slots=True)
class Lateness:
    journeys: NDArray[np.int64]  # (n_steps, 3) journeys that have the step, wait for it, are late at it
    weighted: NDArray[np.float64]  # (n_steps, 3) the same, weighed; zeros without weights
    own: NDArray[np.int64]  # (n_steps,) milliseconds of excess at the late arrivals themselves
    earlier: NDArray[np.int64]  # (n_steps, n_steps) milliseconds of excess at the steps before a late arrival


def lateness(
    batch: Batch,
    began: NDArray[np.int64],
    waits: NDArray[np.int64],
    thresholds: NDArray[np.int64],
    medians: NDArray[np.int64],
    spans: NDArray[np.bool_],
) -> Lateness:
    """Who arrives late at which step, and the excess waits up to the first late arrival of each journey.

    ``began`` and ``waits`` go by event of the batch, ``thresholds`` (of those waits) and ``medians`` (of the waits
    from event to event) by step, in microseconds. ``spans[step]``: only events since the wait began are looked at.
    """
    size = batch.n_steps
    found = Lateness(
        np.zeros((size, 3), dtype=np.int64),
        np.zeros((size, 3), dtype=np.float64),
        np.zeros(size, dtype=np.int64),
        np.zeros((size, size), dtype=np.int64),
    )
    marks = np.full((size, 3), -1, dtype=np.int64)
    _lateness(
        frozen(batch.offsets), frozen(batch.steps), frozen(batch.times), mask_of(batch), weights_of(batch),
        frozen(began), frozen(waits), frozen(thresholds), frozen(medians), frozen(spans),
        marks, found.journeys, found.weighted, found.own, found.earlier,
    )  # fmt: skip
    return found


@njit(cache=True, nogil=True)
def _once(marks, journeys, weighted, step, column, journey, weight):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Count the journey in a column of the step's row; False when it was counted there before."""
    if marks[step, column] == journey:
        return False
    marks[step, column] = journey
    journeys[step, column] += 1
    weighted[step, column] += weight
    return True


@njit(cache=True, nogil=True)
def _excess(steps, times, medians, event):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Milliseconds by which the wait for an event, from the one before it, is beyond its step's median."""
    return max(0, times[event] - times[event - 1] - medians[steps[event]]) // MILLISECOND


@njit(cache=True, nogil=True)
def _lateness(  # type: ignore[no-untyped-def]
    offsets, steps, times, selected, weights,
    began, waits, thresholds, medians, spans,
    marks, journeys, weighted, own, earlier,
):  # fmt: skip # pragma: no cover
    base = offsets[0]
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        weight = weights[journey] if len(weights) else 0.0
        low = offsets[journey]
        for event in range(low, offsets[journey + 1]):
            step = steps[event]
            _once(marks, journeys, weighted, step, REACHING, journey, weight)
            wait = waits[event - base]
            if wait == NONE:
                continue
            _once(marks, journeys, weighted, step, WAITING, journey, weight)
            if wait <= thresholds[step] or not _once(marks, journeys, weighted, step, LATE, journey, weight):
                continue
            own[step] += _excess(steps, times, medians, event)
            first = began[event - base] + 1 if spans[step] else low + 1
            for before in range(first, event):
                if steps[before] != step:
                    earlier[step, steps[before]] += _excess(steps, times, medians, before)
