"""Events and journeys by step and period."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.kernels.arrays import frozen, weights_of
from trayecto.kernels.inputs import journeys_of

EVENTS, JOURNEYS = range(2)


def tables(batch: Batch, edges: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(n_steps + 1, periods, 2) events and journeys, counted and weighed (zeros without weights).

    Period ``p`` is from ``edges[p]`` to before ``edges[p + 1]``; every time lies in one. The last row counts all
    steps together: a journey once in every period in which it has an event.
    """
    shape = (batch.n_steps + 1, len(edges) - 1, 2)
    counts = np.zeros(shape, dtype=np.int64)
    weighed = np.zeros(shape, dtype=np.float64)
    marks = np.full(shape[:2], -1, dtype=np.int64)
    _tables(*journeys_of(batch), weights_of(batch), frozen(edges), marks, counts, weighed)
    return counts, weighed


@njit(cache=True, nogil=True)
def _tables(  # type: ignore[no-untyped-def]
    offsets, steps, times, selected, weights, edges, marks, counts, weighed
):  # pragma: no cover
    everything = len(counts) - 1
    period = 0
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        weight = weights[journey] if len(weights) else 0.0
        for event in range(offsets[journey], offsets[journey + 1]):
            time = times[event]
            if not edges[period] <= time < edges[period + 1]:
                period = np.searchsorted(edges, time, side="right") - 1
            for row in (np.int64(steps[event]), np.int64(everything)):
                new = marks[row, period] != journey
                marks[row, period] = journey
                counts[row, period, EVENTS] += 1
                counts[row, period, JOURNEYS] += new
                weighed[row, period, EVENTS] += weight
                weighed[row, period, JOURNEYS] += weight * new
