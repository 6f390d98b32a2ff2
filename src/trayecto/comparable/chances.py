"""The chance to belong to the first of two groups, from coded circumstances: logistic regression on an indicator per value.

Rows with the same values in everything are one *cell*; Newton's method walks the cells, of which there are far fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.kernels.normal import normal, sums_of

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.integer[Any]]

ROUNDS = 30  # of Newton's method
RIDGE = 1e-6
ENOUGH = 1e-5  # of a step: nothing moves any more
LARGEST = 2**62  # that a number for a cell may be


def chances(codes: Sequence[Ints], sizes: Sequence[int], first: Bools) -> Floats:
    """(rows,) of columns of ``codes`` (rows,) below ``sizes``, and of who is in the ``first`` group."""
    cells, of = cells_of(codes, sizes)
    whole = np.bincount(of, minlength=len(cells)).astype(float)
    return _fitted(_columns(cells), np.bincount(of, first, len(cells)).astype(float), whole)[of]


def cells_of(codes: Sequence[Ints], sizes: Sequence[int]) -> tuple[Ints, Ints]:
    """(cells, columns) each combination of codes that occurs, in order, and (rows,) the cell of each row."""
    if prod(sizes) >= LARGEST:
        cells, of = np.unique(np.stack(codes, axis=1), axis=0, return_inverse=True)
        return cells, of.reshape(-1)
    number = np.zeros(len(codes[0]), np.int64)
    for column, size in zip(codes, sizes, strict=True):
        number = number * size + column
    found = pc.dictionary_encode(pa.array(number))
    occurring = found.dictionary.to_numpy()
    order = np.argsort(occurring)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    left, columns = occurring[order], []
    for size in reversed(sizes):
        left, code = np.divmod(left, size)
        columns.append(code)
    return np.stack(columns[::-1], axis=1), place[found.indices.to_numpy()]


def _columns(cells: Ints) -> NDArray[np.int32]:
    """(cells, ones) the columns in which a cell has a one: the constant, and one for its value of each feature; the first
    value of each feature has none, and is told by -1."""
    places = [np.unique(cells[:, at], return_inverse=True)[1] for at in range(cells.shape[1])]
    widths = [int(one.max(initial=0)) for one in places]
    starts = list(accumulate(widths, initial=0))
    found = [np.where(one > 0, one + start, -1) for one, start in zip(places, starts, strict=False)]
    return np.stack([np.zeros(len(cells), np.int64), *found], axis=1).astype(np.int32)


def _fitted(columns: NDArray[np.int32], first: Floats, whole: Floats) -> Floats:
    """(cells,) chances by Newton's method; a touch of ridge keeps what separates the groups finite."""
    width = int(columns.max(initial=0)) + 1
    beta = np.zeros(width + 1)  # the last, which -1 leads to, is of no column and stays 0
    share = first.sum() / whole.sum()
    beta[0] = np.log(max(share, 1e-9) / max(1 - share, 1e-9))
    ridge = RIDGE * whole.sum()
    for _ in range(ROUNDS):
        chance = _logistic(sums_of(columns, beta))
        slopes, bends = normal(columns, first - whole * chance, whole * chance * (1 - chance), width + 1)
        inner = bends[:width, :width] + ridge * np.eye(width)
        step = np.linalg.solve(inner, slopes[:width] - ridge * beta[:width])
        beta[:width] += np.clip(step, -4, 4)
        if np.abs(step).max() < ENOUGH:
            break
    return _logistic(sums_of(columns, beta))


def _logistic(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))
