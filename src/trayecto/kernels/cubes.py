"""Counts and sums of an outcome for all combinations of two or three coded columns: one walk over the rows each."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

COUNT, SUM, SQUARES = 0, 1, 2


@njit(cache=True, nogil=True)
def cube(
    first: NDArray[np.uint8],
    second: NDArray[np.uint8],
    third: NDArray[np.uint8],
    sizes: tuple[int, int, int],
    outcome: NDArray[np.float64],
) -> NDArray[np.float64]:  # pragma: no cover
    """(sizes…, 3) count, sum and sum of squares of the outcome in each cell; an axis of size 1 has codes of 0."""
    cells = np.zeros((sizes[0] * sizes[1] * sizes[2], 3))
    for row in range(len(outcome)):
        cell = (first[row] * sizes[1] + second[row]) * sizes[2] + third[row]
        value = outcome[row]
        cells[cell, COUNT] += 1.0
        cells[cell, SUM] += value
        cells[cell, SQUARES] += value * value
    return cells.reshape((sizes[0], sizes[1], sizes[2], 3))
