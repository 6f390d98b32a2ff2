"""Group journeys by their exact sequence of steps: a hash table whose hits are compared step by step."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True, inline="always")
def _hash(steps, low, high):  # type: ignore[no-untyped-def]  # pragma: no cover
    value = np.uint64(high - low)
    for i in range(low, high):
        value = (value ^ np.uint64(steps[i])) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(32)
    return value


@njit(cache=True, nogil=True, inline="always")
def _same(steps, low, high, other_steps, other, other_end):  # type: ignore[no-untyped-def]  # pragma: no cover
    if high - low != other_end - other:
        return False
    for k in range(high - low):  # noqa: SIM110  a generator is slow in a kernel
        if steps[low + k] != other_steps[other + k]:
            return False
    return True


@njit(cache=True, nogil=True)
def group(
    offsets: NDArray[np.int64],
    steps: NDArray[np.uint16],
    selected: NDArray[np.bool_],
    ids: NDArray[np.int32],
    examples: NDArray[np.int64],
) -> int:  # pragma: no cover
    """Number the distinct sequences in order of appearance.

    Writes the number of each journey to ``ids`` (-1: not selected) and the first journey of each number to
    ``examples``; returns how many there are.
    """
    journeys = len(offsets) - 1
    size = 16
    while size < 2 * journeys:
        size *= 2
    numbers = np.full(size, -1, np.int32)
    hashes = np.empty(size, np.uint64)
    distinct = 0
    for journey in range(journeys):
        low, high = offsets[journey], offsets[journey + 1]
        if len(selected) > 0 and not selected[journey]:
            ids[journey] = -1
            continue
        value = _hash(steps, low, high)
        place = np.int64(value & np.uint64(size - 1))
        while True:
            number = numbers[place]
            if number < 0:
                numbers[place] = number = distinct
                hashes[place] = value
                examples[distinct] = journey
                distinct += 1
                break
            if hashes[place] == value:
                example = examples[number]
                if _same(steps, low, high, steps, offsets[example], offsets[example + 1]):
                    break
            place = (place + 1) & (size - 1)
        ids[journey] = number
    return distinct


@njit(cache=True, nogil=True)
def copy_runs(
    offsets: NDArray[np.int64],
    steps: NDArray[np.uint16],
    chosen: NDArray[np.int64],
    out_offsets: NDArray[np.int64],
    out_steps: NDArray[np.uint16],
) -> None:  # pragma: no cover
    """Write the steps of the chosen journeys one behind the other, where ``out_offsets`` says."""
    for k in range(len(chosen)):
        low = offsets[chosen[k]]
        for i in range(out_offsets[k + 1] - out_offsets[k]):
            out_steps[out_offsets[k] + i] = steps[low + i]


@njit(cache=True, nogil=True)
def _before(a, b, counts, offsets, steps):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Whether sequence ``a`` ranks before ``b``: more frequent, then by its steps, then shorter."""
    if counts[a] != counts[b]:
        return counts[a] > counts[b]
    low, other = offsets[a], offsets[b]
    length, other_length = offsets[a + 1] - low, offsets[b + 1] - other
    for k in range(min(length, other_length)):
        if steps[low + k] != steps[other + k]:
            return steps[low + k] < steps[other + k]
    return length < other_length


@njit(cache=True, nogil=True)
def rank_by_frequency(
    counts: NDArray[np.int64], offsets: NDArray[np.int64], steps: NDArray[np.uint16], order: NDArray[np.int64]
) -> None:  # pragma: no cover
    """Sort ``order`` (numbers of distinct sequences) by falling count, equal counts by steps: a merge sort."""
    size = len(order)
    spare = np.empty_like(order)
    width = 1
    while width < size:
        for low in range(0, size, 2 * width):
            middle, high = min(low + width, size), min(low + 2 * width, size)
            i, j = low, middle
            for k in range(low, high):
                if j >= high or (i < middle and not _before(order[j], order[i], counts, offsets, steps)):
                    spare[k] = order[i]
                    i += 1
                else:
                    spare[k] = order[j]
                    j += 1
        order[:] = spare
        width *= 2


@njit(cache=True, nogil=True)
def merge_ranks(
    kept: NDArray[np.int64], moved: NDArray[np.int64], counts: NDArray[np.int64], offsets: NDArray[np.int64],
    steps: NDArray[np.uint16], order: NDArray[np.int64],
) -> None:  # pragma: no cover  # fmt: skip
    """Merge two runs of variants, each ranked by ``rank_by_frequency``, into one."""
    i, j = 0, 0
    for k in range(len(order)):
        if j >= len(moved) or (i < len(kept) and not _before(moved[j], kept[i], counts, offsets, steps)):
            order[k] = kept[i]
            i += 1
        else:
            order[k] = moved[j]
            j += 1


@njit(cache=True, nogil=True)
def spread_by_code(
    codes: NDArray[np.int32],
    spans: NDArray[np.int64],
    selected: NDArray[np.bool_],
    starts: NDArray[np.int64],
    values: NDArray[np.int64],
) -> None:  # pragma: no cover
    """Write the span of each selected journey whose code is below ``len(starts)`` to the run of its code."""
    for journey in range(len(codes)):
        code = codes[journey]
        if 0 <= code < len(starts) and (len(selected) == 0 or selected[journey]):
            values[starts[code]] = spans[journey]
            starts[code] += 1


@njit(cache=True, nogil=True)
def count_selected(
    codes: NDArray[np.int32], selected: NDArray[np.bool_], weights: NDArray[np.float64], counts: NDArray[np.int64],
    weighted: NDArray[np.float64],
) -> None:  # pragma: no cover  # fmt: skip
    """Count the selected journeys of each code, and sum their weights when there are any."""
    for journey in range(len(codes)):
        if len(selected) > 0 and not selected[journey]:
            continue
        counts[codes[journey]] += 1
        if len(weights) > 0:
            weighted[codes[journey]] += weights[journey]
