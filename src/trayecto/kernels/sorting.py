"""From events in arrival order to journeys in time order: a counting sort by journey, then by time where needed."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

SHORT = 48  # runs up to this length are sorted by insertion


@njit(cache=True, nogil=True)
def count_codes(codes: NDArray[np.int32], size: int) -> NDArray[np.int64]:  # pragma: no cover
    """How often each code 0 … size - 1 occurs; codes below 0 are left out."""
    counts = np.zeros(size, np.int64)
    for code in codes:
        if code >= 0:
            counts[code] += 1
    return counts


@njit(cache=True, nogil=True)
def place_rows(
    codes: NDArray[np.int32], starts: NDArray[np.int64], rows: NDArray[np.uint32]
) -> None:  # pragma: no cover
    """Write row numbers grouped by code, in input order inside a group; ``starts`` is consumed."""
    for row in range(len(codes)):
        code = codes[row]
        if code >= 0:
            rows[starts[code]] = row
            starts[code] += 1


@njit(cache=True, nogil=True)
def _insertion(
    keys: NDArray[np.int64], rows: NDArray[np.uint32], low: int, high: int
) -> None:  # pragma: no cover
    for i in range(low + 1, high):
        key, row = keys[i], rows[i]
        j = i
        while j > low and keys[j - 1] > key:
            keys[j] = keys[j - 1]
            rows[j] = rows[j - 1]
            j -= 1
        keys[j] = key
        rows[j] = row


@njit(cache=True, nogil=True)
def sort_groups(
    offsets: NDArray[np.int64], first: int, last: int, keys: NDArray[np.int64], rows: NDArray[np.uint32]
) -> None:  # pragma: no cover
    """Sort groups ``first … last - 1`` by key, stable, carrying the rows along; ordered groups cost one pass."""
    for group in range(first, last):
        low, high = offsets[group], offsets[group + 1]
        ordered = True
        for i in range(low + 1, high):
            if keys[i - 1] > keys[i]:
                ordered = False
                break
        if ordered:
            continue
        if high - low <= SHORT:
            _insertion(keys, rows, low, high)
        else:
            order = np.argsort(keys[low:high], kind="mergesort")
            keys[low:high] = keys[low:high][order]
            rows[low:high] = rows[low:high][order]


@njit(cache=True, nogil=True)
def take_into(source, rows, target, low, high):  # type: ignore[no-untyped-def]  # pragma: no cover
    """``target[low:high] = source[rows[low:high]]`` without a temporary index array."""
    for i in range(low, high):
        target[i] = source[rows[i]]


@njit(cache=True, nogil=True)
def first_valid(
    offsets: NDArray[np.int64], rows: NDArray[np.uint32], valid: NDArray[np.bool_], backwards: bool
) -> NDArray[np.int64]:  # pragma: no cover
    """Per journey the row of its first (last, backwards) valid event, or -1; an empty ``valid`` means all are."""
    found = np.full(len(offsets) - 1, -1, np.int64)
    for journey in range(len(offsets) - 1):
        low, high = offsets[journey], offsets[journey + 1]
        for k in range(high - low):
            row = rows[high - 1 - k] if backwards else rows[low + k]
            if len(valid) == 0 or valid[row]:
                found[journey] = row
                break
    return found


@njit(cache=True, nogil=True)
def sum_valid(offsets, rows, values, valid):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Per journey the sum of the valid values of its events; an empty ``valid`` means all are."""
    totals = np.zeros(len(offsets) - 1, values.dtype)
    for journey in range(len(offsets) - 1):
        for i in range(offsets[journey], offsets[journey + 1]):
            if len(valid) == 0 or valid[rows[i]]:
                totals[journey] += values[rows[i]]
    return totals


@njit(cache=True, nogil=True)
def order_dates(
    offsets: NDArray[np.int64],
    times: NDArray[np.int64],
    rows: NDArray[np.uint32],
    date_only: NDArray[np.bool_],
    position: NDArray[np.int32],
    day: int,
) -> None:  # pragma: no cover
    """Order events whose time is only a date by blueprint position, within their day and journey.

    Among themselves they stand by position; among events with a time of day (which keep their order) each stands
    after the last one of its day whose position is not beyond its own, and takes that one's time, so that times
    never decrease. ``date_only`` and ``position`` go by row, ``times`` and ``rows`` by place; both are rewritten.
    """
    for journey in range(len(offsets) - 1):
        low, high = offsets[journey], offsets[journey + 1]
        _dates_first(times, rows, date_only, position, low, high)
        for i in range(high - 1, low - 1, -1):
            if date_only[rows[i]]:
                _move_back(times, rows, date_only, position, day, i, high)


@njit(cache=True, nogil=True)
def _dates_first(times, rows, date_only, position, low, high):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Among equal times: dates before times of day, dates by position; stable."""
    for i in range(low + 1, high):
        time, row = times[i], rows[i]
        if not date_only[row]:
            continue
        j = i
        while j > low and times[j - 1] == time:
            other = rows[j - 1]
            if date_only[other] and position[other] <= position[row]:
                break
            rows[j] = other
            j -= 1
        rows[j] = row


@njit(cache=True, nogil=True)
def _move_back(times, rows, date_only, position, day, i, high):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Move the date-only event at place ``i`` behind the last timed event of its day that comes before it."""
    row, time = rows[i], times[i]
    target = i
    j = i + 1
    while j < high and times[j] < time + day:
        if not date_only[rows[j]] and position[rows[j]] <= position[row]:
            target = j
        j += 1
    moved_time = times[target]
    for k in range(i, target):
        rows[k] = rows[k + 1]
        times[k] = times[k + 1]
    rows[target] = row
    times[target] = moved_time
