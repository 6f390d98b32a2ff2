"""Sums of products of indicator columns, from codes: what least squares needs, without writing the columns out."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def gram(
    codes: NDArray[np.int32], extra: NDArray[np.float64], strata: NDArray[np.int32], width: int, n_strata: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:  # pragma: no cover
    """``products`` (columns, columns), ``sums`` (strata, columns), ``counts`` (strata,).

    The columns are ``width`` indicators – row ``i`` has those numbered in ``codes[i]`` – and then the columns of ``extra``.
    """
    indicators, others = codes.shape[1], extra.shape[1]
    products = np.zeros((width + others, width + others))
    sums = np.zeros((n_strata, width + others))
    counts = np.zeros(n_strata)
    for row in range(len(codes)):
        stratum = strata[row]
        counts[stratum] += 1.0
        for i in range(indicators):
            one = codes[row, i]
            sums[stratum, one] += 1.0
            for j in range(indicators):
                products[one, codes[row, j]] += 1.0
        for i in range(others):
            value = extra[row, i]
            if value == 0.0:
                continue
            sums[stratum, width + i] += value
            for j in range(indicators):
                products[codes[row, j], width + i] += value
                products[width + i, codes[row, j]] += value
            for j in range(others):
                products[width + i, width + j] += value * extra[row, j]
    return products, sums, counts


@njit(cache=True, nogil=True)
def residual_sums(
    codes: NDArray[np.int32],
    extra: NDArray[np.float64],
    strata: NDArray[np.int32],
    explained: NDArray[np.float64],
    level: NDArray[np.float64],
    outcome_explained: NDArray[np.float64],
    outcome_level: NDArray[np.float64],
    column: int,
    blocks: NDArray[np.int32],
    n_blocks: int,
) -> NDArray[np.float64]:  # pragma: no cover
    """(blocks, 2) sums of residual × outcome's residual, and of squared residuals, of the column ``column`` of ``extra``.

    A residual is the value without its level in the stratum and without what the other columns explain: ``explained``
    and ``outcome_explained`` hold their coefficients (0 for columns that do not count). The outcome is the last column.
    """
    indicators, others = codes.shape[1], extra.shape[1]
    width = len(explained) - others
    # Of the other columns few are held constant, and most often none: walking past their zeros took most of the time.
    held = np.flatnonzero((explained[width:-1] != 0) | (outcome_explained[width:-1] != 0))
    found = np.zeros((n_blocks, 2))
    for row in range(len(codes)):
        treated = extra[row, column] - level[strata[row]]
        outcome = extra[row, others - 1] - outcome_level[strata[row]]
        for i in range(indicators):
            treated -= explained[codes[row, i]]
            outcome -= outcome_explained[codes[row, i]]
        for other in held:
            treated -= explained[width + other] * extra[row, other]
            outcome -= outcome_explained[width + other] * extra[row, other]
        found[blocks[row], 0] += treated * outcome
        found[blocks[row], 1] += treated * treated
    return found
