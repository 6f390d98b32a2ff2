"""What journeys do just before and just after a step."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.kernels.arrays import frozen, weights_of
from trayecto.kernels.inputs import journeys_of

ENDED, CUT = range(2)  # why a path has no further step: the journey has none, or it lies beyond the window


@njit(cache=True, nogil=True, inline="always")
def place_of(steps, low, high, code, last):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Where the first (``last``: the last) event of a step is, or -1."""
    if last:
        for event in range(high - 1, low - 1, -1):
            if steps[event] == code:
                return event
    else:
        for event in range(low, high):
            if steps[event] == code:
                return event
    return -1


@njit(cache=True, nogil=True)
def _count(offsets, steps, times, selected, weights, code, last, before, after, window, counts, weighed):  # type: ignore[no-untyped-def]  # pragma: no cover
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        low, high = offsets[journey], offsets[journey + 1]
        at = place_of(steps, low, high, code, last)
        if at < 0:
            continue
        for event in range(max(low, at - before), min(high, at + after + 1)):
            if abs(times[event] - times[at]) <= window:
                counts[event - at + before, steps[event]] += 1
                if len(weights):
                    weighed[event - at + before, steps[event]] += weights[journey]


def counted(
    batch: Batch, code: int, last: bool, before: int, after: int, window: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(levels, n_steps) journeys by the step at each level, counted and weighed; level ``before`` is the step itself."""
    shape = (before + after + 1, batch.n_steps)
    counts, weighed = np.zeros(shape, np.int64), np.zeros(shape if batch.weights is not None else (1, 1))
    _count(*journeys_of(batch), weights_of(batch), code, last, before, after, window, counts, weighed)
    return counts, weighed


@njit(cache=True, nogil=True)
def _join(  # type: ignore[no-untyped-def]
    offsets,
    steps,
    times,
    selected,
    weights,
    code,
    last,
    before,
    after,
    window,
    groups,
    bands,
    stops,
    w_bands,
    w_stops,
):  # pragma: no cover
    for journey in range(len(offsets) - 1):
        if len(selected) and not selected[journey]:
            continue
        low, high = offsets[journey], offsets[journey + 1]
        at = place_of(steps, low, high, code, last)
        if at < 0:
            continue
        weight = weights[journey] if len(weights) else 0.0
        for side in (1, -1):
            reach = after if side == 1 else before
            for away in range(reach):
                here, there = at + side * away, at + side * (away + 1)
                level = before + side * away
                own = groups[level, steps[here]]
                why = (
                    ENDED
                    if there < low or there >= high
                    else CUT
                    if abs(times[there] - times[at]) > window
                    else -1
                )
                if why >= 0:
                    edge = 0 if side == 1 else 1
                    stops[level, own, edge, why] += 1
                    w_stops[level, own, edge, why] += weight
                    break
                other = groups[level + side, steps[there]]
                left = min(level, level + side)
                source, target = (own, other) if side == 1 else (other, own)
                bands[left, source, target] += 1
                w_bands[left, source, target] += weight


def joined(
    batch: Batch,
    code: int,
    last: bool,
    before: int,
    after: int,
    window: int,
    groups: NDArray[np.int32],
    size: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """``bands`` (levels - 1, groups, groups) journeys from a group of one level to one of the next, ``stops`` (levels, groups,
    2, 2) those that go no further after (0) or before (1) it, by why; then both weighed."""
    levels = before + after + 1
    bands, stops = np.zeros((levels - 1, size, size), np.int64), np.zeros((levels, size, 2, 2), np.int64)
    w_bands, w_stops = np.zeros(bands.shape), np.zeros(stops.shape)
    _join(
        *journeys_of(batch), weights_of(batch), code, last, before, after, window, frozen(groups),
        bands, stops, w_bands, w_stops,
    )  # fmt: skip
    return bands, stops, w_bands, w_stops


@njit(cache=True, nogil=True)
def _around(offsets, steps, times, code, last, offset, window, wanted, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    for journey in range(len(offsets) - 1):
        low, high = offsets[journey], offsets[journey + 1]
        at = place_of(steps, low, high, code, last)
        there = at + offset
        if at < 0 or there < low or there >= high or abs(times[there] - times[at]) > window:
            continue
        found[journey] = len(wanted) == 0 or wanted[steps[there]]


def around(
    batch: Batch, code: int, last: bool, offset: int, window: int, wanted: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """(rows,) journeys with one of the ``wanted`` steps (empty: any) ``offset`` events after the step, within the window."""
    found = np.zeros(batch.journeys, np.bool_)
    offsets, steps, times, _selected = journeys_of(batch)
    _around(offsets, steps, times, code, last, offset, window, frozen(wanted), found)
    return found
