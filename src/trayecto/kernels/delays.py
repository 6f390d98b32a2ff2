"""Late waits and where the time was lost before them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.kernels.arrays import frozen, weights_of
from trayecto.kernels.inputs import journeys_of
from trayecto.kernels.waits import NONE

MILLISECOND = (
    1000  # excess is summed in whole milliseconds: microseconds of millions of journeys would overflow
)
REACHING, LATE = range(2)  # columns of the tables of journeys


@dataclass(frozen=True, slots=True)
class Lateness:
    journeys: NDArray[np.int64]  # (n_steps, 2) journeys that have the step, that are late at it
    weighted: NDArray[np.float64]  # (n_steps, 2) the same, weighed; zeros without weights
    own: NDArray[np.int64]  # (n_steps,) milliseconds of excess at the late arrivals themselves
    earlier: NDArray[np.int64]  # (n_steps, n_steps) milliseconds of excess at the steps before a late arrival


def lateness(
    batch: Batch,
    since: NDArray[np.int64],
    clocked: NDArray[np.int64],
    thresholds: NDArray[np.int64],
    medians: NDArray[np.int64],
) -> Lateness:
    """Who arrives late at which step, and the excess waits up to the first late arrival of each journey.

    By step: ``since`` (the code whose latest earlier occurrence begins the wait, or NONE for the event before;
    only events after it are looked at for excess), ``thresholds`` of those waits and ``medians`` of the waits
    between neighbouring events, in microseconds. ``clocked``, by event of the batch or empty: waits measured in
    another time, NONE for the others.
    """
    size = batch.n_steps
    found = Lateness(
        np.zeros((size, 2), dtype=np.int64),
        np.zeros((size, 2), dtype=np.float64),
        np.zeros(size, dtype=np.int64),
        np.zeros((size, size), dtype=np.int64),
    )
    last = np.full((size, 2), NONE, dtype=np.int64)  # place of the latest occurrence, journey it was in
    late = np.full(size, NONE, dtype=np.int64)  # latest journey that was late
    _lateness(
        *journeys_of(batch), weights_of(batch), frozen(since), frozen(clocked), frozen(thresholds),
        frozen(medians), last, late, found.journeys, found.weighted, found.own, found.earlier,
    )  # fmt: skip
    return found


@njit(cache=True, nogil=True)
def _excess(steps, times, medians, event):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Milliseconds by which the wait for an event, from the one before it, is beyond its step's median."""
    return max(0, times[event] - times[event - 1] - medians[steps[event]]) // MILLISECOND


@njit(cache=True, nogil=True)
def _origin(last, wanted, event, low, journey):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The place where the wait for an event began, or NONE."""
    if wanted == NONE:
        return event - 1 if event > low else NONE
    return last[wanted, 0] if last[wanted, 1] == journey else NONE


@njit(cache=True, nogil=True)
def _lateness(  # type: ignore[no-untyped-def]
    offsets, steps, times, selected, weights, since, clocked, thresholds,
    medians, last, late, journeys, weighted, own, earlier,
):  # fmt: skip # pragma: no cover
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        weight = weights[journey] if len(weights) else 0.0
        low = offsets[journey]
        for event in range(low, offsets[journey + 1]):
            step = steps[event]
            origin = _origin(last, since[step], event, low, journey)
            if last[step, 1] != journey:
                journeys[step, REACHING] += 1
                weighted[step, REACHING] += weight
            last[step, 0], last[step, 1] = event, journey
            if origin == NONE or late[step] == journey:
                continue
            wait = clocked[event - offsets[0]] if len(clocked) else NONE
            if wait == NONE:
                wait = times[event] - times[origin]
            if wait <= thresholds[step]:
                continue
            late[step] = journey
            journeys[step, LATE] += 1
            weighted[step, LATE] += weight
            own[step] += _excess(steps, times, medians, event)
            for before in range(low + 1 if since[step] == NONE else origin + 1, event):
                if steps[before] != step:
                    earlier[step, steps[before]] += _excess(steps, times, medians, before)
