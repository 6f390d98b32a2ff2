"""Events and journeys by step and period."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.kernels.arrays import frozen, weights_of
from trayecto.kernels.inputs import journeys_of

EVENTS, JOURNEYS, LAST_JOURNEY = range(3)
WIDTH = 4  # cells of 32 bytes: two share a cache line, none straddles one


def tables(batch: Batch, edges: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64] | None]:
    """(n_steps + 1, periods, 2) events and journeys, counted and (with weights) weighed.

    Period ``p`` is from ``edges[p]`` to before ``edges[p + 1]``; every time lies in one. The last row counts all
    steps together: a journey once in every period in which it has an event.
    """
    shape = (batch.n_steps + 1, len(edges) - 1)
    cells = np.zeros((*shape, WIDTH), dtype=np.int64)
    cells[:, :, LAST_JOURNEY] = -1
    weighed = np.zeros((*shape, 2) if batch.weights is not None else (1, 1, 2), dtype=np.float64)
    _tables(*journeys_of(batch), weights_of(batch), frozen(edges), cells, weighed)
    counts = np.ascontiguousarray(cells[:, :, :LAST_JOURNEY])
    return counts, None if batch.weights is None else weighed


@njit(cache=True, nogil=True)
def _tables(offsets, steps, times, selected, weights, edges, cells, weighed):  # type: ignore[no-untyped-def]  # pragma: no cover
    everything = len(cells) - 1
    period = 0
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        for event in range(offsets[journey], offsets[journey + 1]):
            time = times[event]
            if not edges[period] <= time < edges[period + 1]:
                period = np.searchsorted(edges, time, side="right") - 1
            for row in (np.int64(steps[event]), np.int64(everything)):
                cell = cells[row, period]
                new = cell[LAST_JOURNEY] != journey
                cell[LAST_JOURNEY] = journey
                cell[EVENTS] += 1
                cell[JOURNEYS] += new
                if len(weights):
                    weighed[row, period, EVENTS] += weights[journey]
                    weighed[row, period, JOURNEYS] += weights[journey] * new
