"""Events of chosen steps by cell (group of steps, value of a column), with their squares and products within journeys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.kernels.arrays import NO_CODES, frozen, weights_of
from trayecto.kernels.inputs import journeys_of

NOT_COUNTED = -1


@dataclass(frozen=True)
class Cells:
    """(groups, values + 1) arrays; the last value is *none*. ``n``: events of a journey in the cell, ``N``: in all cells, both
    weighed."""

    events: NDArray[np.int64]
    weighed: NDArray[np.float64]
    journeys: NDArray[np.int64]  # that have the cell
    squares: NDArray[np.float64]  # Σ n²
    products: NDArray[np.float64]  # Σ n·N
    whole: NDArray[np.float64]  # (2,) Σ N², Σ N

    def __add__(self, other: Cells) -> Cells:
        return Cells(
            self.events + other.events,
            self.weighed + other.weighed,
            self.journeys + other.journeys,
            self.squares + other.squares,
            self.products + other.products,
            self.whole + other.whole,
        )


def cells(batch: Batch, group_of: NDArray[np.int64], groups: int, column: str | None, values: int) -> Cells:
    """``group_of``: (steps,) the group of each step, NOT_COUNTED for none; ``column``: an event column with ``values`` values."""
    codes = batch.columns.get(column) if column else None
    shape = (groups, values + 1)
    found = Cells(
        np.zeros(shape, dtype=np.int64),
        np.zeros(shape, dtype=np.float64),
        np.zeros(shape, dtype=np.int64),
        np.zeros(shape, dtype=np.float64),
        np.zeros(shape, dtype=np.float64),
        np.zeros(2, dtype=np.float64),
    )
    told = NO_CODES if codes is None else frozen(codes)
    _count(
        *journeys_of(batch), weights_of(batch), told, frozen(group_of),
        found.events, found.weighed, found.journeys, found.squares, found.products, found.whole,
    )  # fmt: skip
    return found


@njit(cache=True, nogil=True)
def _count(  # type: ignore[no-untyped-def]  # pragma: no cover
    offsets,
    steps,
    times,
    selected,
    weights,
    codes,
    group_of,
    events,
    weighed,
    journeys,
    squares,
    products,
    whole,
):
    width = events.shape[1]
    mine = np.zeros(events.size, dtype=np.int64)
    touched = np.zeros(events.size, dtype=np.int64)
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        weight = weights[journey] if len(weights) else 1.0
        found, total = 0, 0
        for event in range(offsets[journey], offsets[journey + 1]):
            group = group_of[steps[event]]
            if group < 0:
                continue
            value = codes[event] if len(codes) else -1
            cell = group * width + (value if value >= 0 else width - 1)
            if not mine[cell]:
                touched[found] = cell
                found += 1
            mine[cell] += 1
            total += 1
        for place in range(found):
            cell = touched[place]
            row, value = cell // width, cell % width
            count = mine[cell]
            events[row, value] += count
            weighed[row, value] += weight * count
            journeys[row, value] += 1
            squares[row, value] += (weight * count) ** 2
            products[row, value] += weight * count * weight * total
            mine[cell] = 0
        whole[0] += (weight * total) ** 2
        whole[1] += weight * total
