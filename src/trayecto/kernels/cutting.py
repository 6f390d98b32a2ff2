"""Cut lives into journeys: mark the events that begin one."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def cut_plain(
    offsets: NDArray[np.int64],
    steps: NDArray[np.uint16],
    times: NDArray[np.int64],
    starts: NDArray[np.bool_],
    ends: NDArray[np.bool_],
    gap: int,
    begins: NDArray[np.bool_],
) -> None:  # pragma: no cover
    """A start step begins a journey, an end step is the last of one, a pause longer than ``gap`` ends one."""
    for life in range(len(offsets) - 1):
        low, high = offsets[life], offsets[life + 1]
        for i in range(low, high):
            begins[i] = i == low or starts[steps[i]] or ends[steps[i - 1]] or times[i] - times[i - 1] > gap


@njit(cache=True, nogil=True)
def cut_anchored(
    offsets: NDArray[np.int64],
    steps: NDArray[np.uint16],
    times: NDArray[np.int64],
    anchor: NDArray[np.bool_],
    opening: NDArray[np.bool_],
    close: NDArray[np.bool_],
    before: int,
    after: int,
    gap: int,
    begins: NDArray[np.bool_],
) -> None:  # pragma: no cover
    """One journey per group of anchors (see Boundaries); the stretches between journeys are cut by ``gap``."""
    for life in range(len(offsets) - 1):
        low, high = offsets[life], offsets[life + 1]
        stray = low  # first event that no anchored journey has taken yet
        floor = low  # an opening stands at or behind this place: past the last close of the journey before
        while floor < high:
            first = _next_anchor(steps, anchor, floor, high)
            if first == high:
                _cut_stray(times, stray, high, gap, begins)
                break
            opens = _opening(steps, times, opening, before, floor, first)
            _cut_stray(times, stray, opens, gap, begins)
            begins[opens] = True
            last_close = _last_close(steps, times, anchor, close, after, first, high)
            stray = high if last_close < 0 else _end(steps, times, anchor, last_close, after, high)
            floor = high if last_close < 0 else last_close + 1


@njit(cache=True, nogil=True)
def _next_anchor(steps, anchor, low, high):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(low, high):
        if anchor[steps[i]]:
            return i
    return high


@njit(cache=True, nogil=True)
def _opening(steps, times, opening, before, floor, first):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The earliest event at or behind ``floor``, at most ``before`` ahead of the anchor, whose step may open."""
    for i in range(floor, first):
        if times[first] - times[i] <= before and opening[steps[i]]:
            return i
    return first


@njit(cache=True, nogil=True)
def _last_close(steps, times, anchor, close, after, first, high):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The place of the journey's last close: each further one lies within ``after`` of the one before; -1: none."""
    last = -1
    for i in range(first + 1, high):
        if last >= 0 and (times[i] - times[last] > after or anchor[steps[i]]):
            break
        if close[steps[i]]:
            last = i
    return last


@njit(cache=True, nogil=True)
def _end(steps, times, anchor, last_close, after, high):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The place behind the last event within ``after`` of the last close."""
    for i in range(last_close + 1, high):
        if times[i] - times[last_close] > after:
            return i
    return high


@njit(cache=True, nogil=True)
def _cut_stray(times, low, high, gap, begins):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Cut events outside anchored journeys where a pause is longer than ``gap``; the first begins a journey."""
    for i in range(low, high):
        begins[i] = i == low or times[i] - times[i - 1] > gap
