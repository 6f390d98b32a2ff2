"""Objects of several types walked one by one; what several of them do together counts once."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.kernels.flows import select

# Columns of the step tables: events, objects that have the step, times an object has it, objects that start and end with it.
EVENTS, OBJECTS, TOTAL, STARTS, ENDS = range(5)
STEP_WIDTH = 5
# Columns of the flow tables: objects that take it, times an object takes it.
FLOW_OBJECTS, FLOW_TOTAL = range(2)


@njit(cache=True, nogil=True)
def walk(
    offsets: NDArray[np.int64],  # (objects + 1,) places in ``events``
    kinds: NDArray[np.int32],  # (objects,)
    events: NDArray[np.int64],  # (relations,) event numbers, in log order within an object
    leads: NDArray[np.bool_],  # (relations,) the first of its type for its event
    alone: NDArray[np.bool_],  # (relations,) the only one of its type for its event
    steps: NDArray[np.uint16],  # (events,)
    n_steps: int,
    step_table: NDArray[np.int64],  # (kinds, n_steps, STEP_WIDTH)
    flow_table: NDArray[np.int64],  # (kinds, n_steps * n_steps, 2)
    single: NDArray[
        np.int64
    ],  # (relations, 3) kind, source event, target event of couples that no other object has
    shared: NDArray[np.int64],  # (relations, 3) the same of couples that another may have too
    counts: NDArray[np.int64],  # (2,) how many of each were written
) -> None:  # pragma: no cover
    step_seen = np.full(n_steps, -1, np.int64)
    flow_seen = np.full(n_steps * n_steps, -1, np.int64)
    for one in range(len(offsets) - 1):
        low, high, kind = offsets[one], offsets[one + 1], kinds[one]
        for at in range(low, high):
            step = np.intp(steps[events[at]])
            row = step_table[kind, step]
            row[EVENTS] += leads[at]
            row[TOTAL] += 1
            row[STARTS] += at == low
            row[ENDS] += at == high - 1
            if step_seen[step] != one:
                step_seen[step] = one
                row[OBJECTS] += 1
            if at == low:
                continue
            flow = np.intp(steps[events[at - 1]]) * n_steps + step
            flow_table[kind, flow, FLOW_TOTAL] += 1
            if flow_seen[flow] != one:
                flow_seen[flow] = one
                flow_table[kind, flow, FLOW_OBJECTS] += 1
            into = single if alone[at] or alone[at - 1] else shared
            which = 0 if alone[at] or alone[at - 1] else 1
            place = counts[which]
            counts[which] += 1
            into[place, 0], into[place, 1], into[place, 2] = kind, events[at - 1], events[at]


@njit(cache=True, nogil=True)
def run_figures(
    cells: NDArray[np.int64],  # (couples,)
    waits: NDArray[np.int64],
    n_cells: int,
    counts: NDArray[np.int64],  # (n_cells,)
    figures: NDArray[np.float64],  # (n_cells, 5) mean, median, p90, min, max in microseconds
) -> None:  # pragma: no cover
    """Count the waits of every cell and take their mean and quantiles (linear between the closest ranks)."""
    for i in range(len(cells)):
        counts[cells[i]] += 1
    edges = np.zeros(n_cells + 1, np.int64)
    for cell in range(n_cells):
        edges[cell + 1] = edges[cell] + counts[cell]
    free = edges[:-1].copy()
    values = np.empty(len(waits), np.int64)
    for i in range(len(cells)):
        values[free[cells[i]]] = waits[i]
        free[cells[i]] += 1
    for cell in range(n_cells):
        low, high = edges[cell], edges[cell + 1]
        if low == high:
            continue
        total, least, most = 0.0, values[low], values[low]
        for i in range(low, high):
            total += values[i]
            least, most = min(least, values[i]), max(most, values[i])
        figures[cell, 0] = total / (high - low)
        for column, fraction in ((1, 0.5), (2, 0.9)):
            place = fraction * (high - low - 1)
            rank = int(np.floor(place))
            lower = np.float64(select(values, low, high, rank))
            upper = np.float64(select(values, low, high, min(rank + 1, high - low - 1)))
            figures[cell, column] = lower + (upper - lower) * (place - rank)
        figures[cell, 3], figures[cell, 4] = least, most
