"""The normal equations of a regression on indicators, from codes: a row has few ones, and only these are walked."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def sums_of(columns: NDArray[np.int32], beta: NDArray[np.float64]) -> NDArray[np.float64]:  # pragma: no cover
    """(rows,) the sum of the coefficients of each row's columns (rows, ones)."""
    found = np.zeros(len(columns))
    for row in range(len(columns)):
        for place in range(columns.shape[1]):
            found[row] += beta[columns[row, place]]
    return found


@njit(cache=True, nogil=True)
def normal(
    columns: NDArray[np.int32], slopes: NDArray[np.float64], bends: NDArray[np.float64], width: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # pragma: no cover
    """(width,) sums of ``slopes`` (rows,) by column, and (width, width) sums of ``bends`` (rows,) by pair of columns."""
    slope, bend = np.zeros(width), np.zeros((width, width))
    for row in range(len(columns)):
        for i in range(columns.shape[1]):
            one = columns[row, i]
            slope[one] += slopes[row]
            for j in range(columns.shape[1]):
                bend[one, columns[row, j]] += bends[row]
    return slope, bend
