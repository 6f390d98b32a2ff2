"""Whether journeys keep to rules about the order of two steps and the time between them: one pass per rule."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.kernels.inputs import journeys_of

KEPT, BROKEN, NOT_CONCERNED = 0, 1, 2
NO_EXCESS = -1


def needing(batch: Batch, step: int, earlier: int) -> NDArray[np.uint8]:
    """(journeys,) whether each ``step`` has an ``earlier`` one before it; journeys without ``step`` are not concerned."""
    found = np.full(batch.journeys, NOT_CONCERNED, np.uint8)
    _needing(*journeys_of(batch), step, earlier, found)
    return found


def forbidding(batch: Batch, step: int, after: int) -> NDArray[np.uint8]:
    """(journeys,) whether no ``step`` comes after an ``after``; journeys without ``after`` are not concerned."""
    found = np.full(batch.journeys, NOT_CONCERNED, np.uint8)
    _forbidding(*journeys_of(batch), step, after, found)
    return found


def timing(
    batch: Batch, step: int, since: int, limit: int, as_of: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """(journeys,) whether ``step`` follows each ``since`` within ``limit`` microseconds, and the longest excess.

    A ``since`` opens a wait unless one is open; the next ``step`` closes it. A wait that is still open counts up to
    ``as_of``: until the limit it concerns nobody. The excess is that of the latest wait, ``NO_EXCESS`` where it was kept.
    """
    found = np.full(batch.journeys, NOT_CONCERNED, np.uint8)
    excess = np.full(batch.journeys, NO_EXCESS, np.int64)
    _timing(*journeys_of(batch), step, since, limit, as_of, found, excess)
    return found, excess


@njit(cache=True, nogil=True)
def _needing(offsets, steps, times, selected, step, earlier, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    for journey in range(len(found)):
        if len(selected) and not selected[journey]:
            continue
        seen = False
        for event in range(offsets[journey], offsets[journey + 1]):
            if steps[event] == step:
                found[journey] = KEPT if seen and found[journey] != BROKEN else BROKEN
            if steps[event] == earlier:
                seen = True


@njit(cache=True, nogil=True)
def _forbidding(offsets, steps, times, selected, step, after, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    for journey in range(len(found)):
        if len(selected) and not selected[journey]:
            continue
        for event in range(offsets[journey], offsets[journey + 1]):
            if steps[event] == step and found[journey] == KEPT:
                found[journey] = BROKEN
                break
            if steps[event] == after:
                found[journey] = KEPT


@njit(cache=True, nogil=True)
def _timing(offsets, steps, times, selected, step, since, limit, as_of, found, excess):  # type: ignore[no-untyped-def]  # pragma: no cover
    for journey in range(len(found)):
        if len(selected) and not selected[journey]:
            continue
        waiting = False
        began = np.int64(0)
        for event in range(offsets[journey], offsets[journey + 1]):
            if waiting and steps[event] == step:
                _judge(times[event] - began - limit, journey, found, excess)
                waiting = False
            if not waiting and steps[event] == since:
                waiting, began = True, times[event]
        if waiting and as_of - began > limit:
            _judge(as_of - began - limit, journey, found, excess)


@njit(cache=True, nogil=True)
def _judge(over, journey, found, excess):  # type: ignore[no-untyped-def]  # pragma: no cover
    if over > 0:
        found[journey] = BROKEN
        excess[journey] = max(excess[journey], over)
    elif found[journey] == NOT_CONCERNED:
        found[journey] = KEPT
