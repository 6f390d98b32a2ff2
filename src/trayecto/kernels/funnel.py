"""How far each journey gets in a funnel: one pass over the events."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.kernels.arrays import frozen
from trayecto.kernels.inputs import NEVER, journeys_of


def depths(batch: Batch, codes: Sequence[int], window: int, *, strict: bool) -> NDArray[np.uint16]:
    """(journeys,) the length of the longest prefix of ``codes`` in each journey; 0 where not selected.

    ``window`` is in microseconds between the first and the last event of the prefix, inclusive.
    """
    found = np.zeros(batch.journeys, dtype=np.uint16)
    funnel = np.asarray(codes, dtype=np.int64)
    if strict:
        _strict_depths(*journeys_of(batch), frozen(funnel), window, found)
    else:
        highest, lower = _levels(funnel, batch.n_steps)
        _loose_depths(*journeys_of(batch), frozen(highest), frozen(lower), window, found)
    return found


def _levels(funnel: NDArray[np.int64], n_steps: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each step the highest level that asks for it, for each level the next lower one of the same step."""
    highest = np.full(n_steps, -1, dtype=np.int64)
    lower = np.full(len(funnel), -1, dtype=np.int64)
    for level, code in enumerate(funnel):
        lower[level] = highest[code]
        highest[code] = level
    return highest, lower


@njit(cache=True, nogil=True)
def _loose_depths(offsets, steps, times, selected, highest, lower, window, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Other steps may lie between.

    ``latest[k]`` is the latest start among all ways to match levels 0…k so far: the only one that matters,
    because a later start leaves more of the window whatever comes next. Levels are visited from high to low,
    so that one event never serves two levels of the same match.
    """
    levels = len(lower)
    latest = np.empty(levels, dtype=np.int64)
    for journey in range(len(found)):
        if len(selected) and not selected[journey]:
            continue
        latest[:] = NEVER
        best = 0
        for event in range(offsets[journey], offsets[journey + 1]):
            level = highest[steps[event]]
            while level >= 0:
                start = times[event] if level == 0 else latest[level - 1]
                if start != NEVER:
                    latest[level] = max(latest[level], start)
                    if level >= best and times[event] - start <= window:
                        best = level + 1
                level = lower[level]
            if best == levels:
                break
        found[journey] = best


@njit(cache=True, nogil=True)
def _strict_depths(offsets, steps, times, selected, funnel, window, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Each step directly after the one before; every occurrence of the first step is tried."""
    levels = len(funnel)
    for journey in range(len(found)):
        if len(selected) and not selected[journey]:
            continue
        best = 0
        end = offsets[journey + 1]
        for start in range(offsets[journey], end):
            level = 0
            while level < levels and start + level < end and steps[start + level] == funnel[level]:
                if level >= best and times[start + level] - times[start] <= window:
                    best = level + 1
                level += 1
            if best == levels:
                break
        found[journey] = best
