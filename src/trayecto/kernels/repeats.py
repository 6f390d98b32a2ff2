"""Steps that come again in the same journey."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.kernels.arrays import frozen, mask_of, weights_of

# Columns of the tables: events, then journeys counted once each.
EVENTS, EXTRA, DIRECT, RETURNS, JOURNEYS, REPEATING, DIRECTLY, RETURNING = range(8)
# Bits of a journey's flags.
REPEATS_BIT, DIRECT_BIT, RETURN_BIT = 1, 2, 4


def tables(batch: Batch) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(n_steps, 8) what is repeated in the selected journeys, counted and weighed (zeros without weights)."""
    counts = np.zeros((batch.n_steps, 8), dtype=np.int64)
    weighed = np.zeros((batch.n_steps, 8), dtype=np.float64)
    marks = np.full((batch.n_steps, 4), -1, dtype=np.int64)
    arrays = frozen(batch.offsets), frozen(batch.steps), mask_of(batch), weights_of(batch)
    _tables(*arrays, marks, counts, weighed)
    return counts, weighed


def flags(batch: Batch, code: int) -> NDArray[np.uint8]:
    """(journeys,) bits of what a journey repeats: the step ``code``, or any step when it is -1."""
    found = np.zeros(batch.journeys, dtype=np.uint8)
    seen = np.full(batch.n_steps, -1, dtype=np.int64)
    _flags(frozen(batch.offsets), frozen(batch.steps), mask_of(batch), code, seen, found)
    return found


@njit(cache=True, nogil=True)
def _add(counts, weighed, step, column, weight):  # type: ignore[no-untyped-def]  # pragma: no cover
    counts[step, column] += 1
    weighed[step, column] += weight


@njit(cache=True, nogil=True)
def _once(marks, counts, weighed, step, kind, journey, weight):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Count the journey in its column unless it was counted there before."""
    if marks[step, kind] != journey:
        marks[step, kind] = journey
        _add(counts, weighed, step, JOURNEYS + kind, weight)


@njit(cache=True, nogil=True)
def _tables(offsets, steps, selected, weights, marks, counts, weighed):  # type: ignore[no-untyped-def]  # pragma: no cover
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        weight = weights[journey] if len(weights) else 0.0
        for event in range(offsets[journey], offsets[journey + 1]):
            step = steps[event]
            _add(counts, weighed, step, EVENTS, weight)
            if marks[step, 0] != journey:
                _once(marks, counts, weighed, step, 0, journey, weight)
                continue
            direct = steps[event - 1] == step
            _add(counts, weighed, step, EXTRA, weight)
            _add(counts, weighed, step, DIRECT if direct else RETURNS, weight)
            _once(marks, counts, weighed, step, 1, journey, weight)
            _once(marks, counts, weighed, step, 2 if direct else 3, journey, weight)


@njit(cache=True, nogil=True)
def _flags(offsets, steps, selected, code, seen, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        flag = 0
        for event in range(offsets[journey], offsets[journey + 1]):
            step = steps[event]
            if code >= 0 and step != code:
                continue
            if seen[step] == journey:
                flag |= REPEATS_BIT | (DIRECT_BIT if steps[event - 1] == step else RETURN_BIT)
            seen[step] = journey
        found[journey] = flag
