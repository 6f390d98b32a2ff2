"""Persons by the period of their first order, and what they order in the periods after it."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Layers of the tables: persons who order in the period, persons whose second order is in it, orders.
ACTIVE, AGAIN, ORDERS = range(3)
VALUE = (
    3  # a further layer of the weighed table: what the journeys are worth whose first order is in the period
)


@njit(cache=True, nogil=True)
def tables(
    rows: NDArray[np.int64],
    firsts: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    steps: NDArray[np.uint16],
    times: NDArray[np.int64],
    weights: NDArray[np.float64],
    wanted: NDArray[np.bool_],  # (n_steps,)
    values: NDArray[np.float64],  # (rows of the log,) or empty
    edges: NDArray[np.int64],  # (periods + 1,)
    counts: NDArray[np.int64],  # (periods, periods, 3) by first period and periods since
    weighed: NDArray[np.float64],  # (periods, periods, 4)
) -> None:  # pragma: no cover
    """Add the orders of every person to the tables."""
    periods = len(edges) - 1
    seen = np.full(periods, -1, np.int64)
    orders = np.zeros(periods, np.int64)
    heavy = np.zeros(periods)
    worth = np.zeros(periods)
    touched = np.empty(periods, np.int64)
    for person in range(len(firsts) - 1):
        first, used = np.iinfo(np.int64).max, 0
        weight = 1.0
        for at in range(firsts[person], firsts[person + 1]):
            row = rows[at]
            own = weights[row] if len(weights) else 1.0
            begun = False
            for event in range(starts[row], ends[row]):
                if not wanted[steps[event]]:
                    continue
                period = np.searchsorted(edges, times[event], side="right") - 1
                if seen[period] != person:
                    seen[period] = person
                    orders[period], heavy[period], worth[period] = 0, 0.0, 0.0
                    touched[used] = period
                    used += 1
                orders[period] += 1
                heavy[period] += own
                if not begun and len(values):
                    worth[period] += values[row] * own
                begun = True
                if times[event] < first:
                    first, weight = times[event], own
        if used == 0:
            continue
        mine = np.sort(touched[:used])
        cohort = mine[0]
        for period in mine:
            counts[cohort, period - cohort, ACTIVE] += 1
            counts[cohort, period - cohort, ORDERS] += orders[period]
            weighed[cohort, period - cohort, ACTIVE] += weight
            weighed[cohort, period - cohort, ORDERS] += heavy[period]
            weighed[cohort, period - cohort, VALUE] += worth[period]
        if orders[cohort] > 1 or used > 1:
            second = 0 if orders[cohort] > 1 else mine[1] - cohort
            counts[cohort, second, AGAIN] += 1
            weighed[cohort, second, AGAIN] += weight


@njit(cache=True, nogil=True)
def members(
    rows: NDArray[np.int64],
    firsts: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    steps: NDArray[np.uint16],
    times: NDArray[np.int64],
    wanted: NDArray[np.bool_],
    cohort_from: int,
    cohort_to: int,
    active_from: int,
    active_to: int,
    found: NDArray[np.bool_],  # (rows of the log,)
) -> int:  # pragma: no cover
    """Mark the rows with an order in ``[active_from, active_to)`` of the persons whose first order is in
    ``[cohort_from, cohort_to)``; returns how many persons have any."""
    persons = 0
    for person in range(len(firsts) - 1):
        first = np.iinfo(np.int64).max
        for at in range(firsts[person], firsts[person + 1]):
            for event in range(starts[rows[at]], ends[rows[at]]):
                if wanted[steps[event]] and times[event] < first:
                    first = times[event]
        if first < cohort_from or first >= cohort_to:
            continue
        any_row = False
        for at in range(firsts[person], firsts[person + 1]):
            row = rows[at]
            for event in range(starts[row], ends[row]):
                if wanted[steps[event]] and active_from <= times[event] < active_to:
                    found[row] = True
                    any_row = True
                    break
        persons += any_row
    return persons
