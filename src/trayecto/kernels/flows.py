"""Steps and flows of a run of journeys: counts, durations, and exact quantiles without sorting everything.

Quantiles take two scans. The first counts, per flow, how many durations fall into each bucket of a scale that grows
like a floating-point number; the merged counts say in which bucket each wanted rank lies. The second scan collects
only the durations of those buckets, and a quickselect finds the ranks among them.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Columns of the flow table, one cache line per flow. Sums are kept in two halves, so that they never overflow.
EVENTS, JOURNEYS, LAST_SEEN, SUM_LOW, SUM_HIGH, LEAST, MOST = range(7)
FLOW_WIDTH = 8
LOW_BITS = 32
# Columns of the step table.
STEP_EVENTS, STEP_JOURNEYS, STEP_SEEN, STARTS, ENDS = range(5)
STEP_WIDTH = 8
# Columns of the weighted tables.
W_EVENTS, W_JOURNEYS, W_STARTS, W_ENDS = range(4)
NEVER = np.iinfo(np.int64).max
OCTAVES = 50  # 2 ** 50 microseconds are 35 years; longer durations share the last bucket


@njit(cache=True, nogil=True, inline="always")
def bucket_of(duration, bits, last):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The bucket of a duration: 2 ** bits buckets per doubling, monotone, never beyond ``last``."""
    image = np.float64(duration).view(np.int64)
    bucket = (image >> (52 - bits)) - (1023 << bits) + 1
    return min(max(bucket, 0), last)


@njit(cache=True, nogil=True, inline="always")
def cell_of(source, target, n_steps, keys):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The row of a flow (codes as intp): its place in the square of all pairs, or among the sorted pairs ``keys`` that occur."""
    pair = source * n_steps + target
    if len(keys) == 0:
        return pair
    return np.searchsorted(keys, pair)


@njit(cache=True, nogil=True, inline="always")
def _count_step(table, step, stamp):  # type: ignore[no-untyped-def]  # pragma: no cover
    """One more event of a step; one more journey, unless this journey (``stamp``) had it before."""
    table[step, STEP_EVENTS] += 1
    if table[step, STEP_SEEN] != stamp:
        table[step, STEP_SEEN] = stamp
        table[step, STEP_JOURNEYS] += 1


@njit(cache=True, nogil=True, inline="always")
def _count_flow(table, cell, duration, stamp):  # type: ignore[no-untyped-def]  # pragma: no cover
    """One more event of a flow, with its duration."""
    table[cell, EVENTS] += 1
    if table[cell, LAST_SEEN] != stamp:
        table[cell, LAST_SEEN] = stamp
        table[cell, JOURNEYS] += 1
    table[cell, SUM_LOW] += duration & 0xFFFFFFFF
    table[cell, SUM_HIGH] += duration >> LOW_BITS
    table[cell, LEAST] = min(table[cell, LEAST], duration)
    table[cell, MOST] = max(table[cell, MOST], duration)


@njit(cache=True, nogil=True)
def scan_journeys(
    offsets: NDArray[np.int64],
    steps: NDArray[np.uint16],
    clocks: NDArray[np.int64],  # times as each clock reads them, one clock behind the other
    first_of: NDArray[
        np.int64
    ],  # (n_steps,) where event 0 of the log would stand in the clock that times a step
    selected: NDArray[np.bool_],
    n_steps: int,
    keys: NDArray[np.int64],
    bits: int,
    step_table: NDArray[np.int64],
    flow_table: NDArray[np.int64],
    histogram: NDArray[np.int32],
) -> tuple[int, int]:  # pragma: no cover
    """Fill the tables from the selected journeys; returns how many journeys and events there were."""
    journeys, events = 0, 0
    last_bucket = histogram.shape[1] - 1
    for journey in range(len(offsets) - 1):
        low, high = offsets[journey], offsets[journey + 1]
        if low == high or (len(selected) > 0 and not selected[journey]):
            continue
        journeys += 1
        events += high - low
        source = np.intp(steps[low])
        step_table[source, STARTS] += 1
        step_table[np.intp(steps[high - 1]), ENDS] += 1
        _count_step(step_table, source, journeys)
        for i in range(low + 1, high):
            target = np.intp(steps[i])
            _count_step(step_table, target, journeys)
            place = first_of[target] + i
            duration = clocks[place] - clocks[place - 1]
            cell = cell_of(source, target, n_steps, keys)
            _count_flow(flow_table, cell, duration, journeys)
            if last_bucket >= 0:
                histogram[cell, bucket_of(duration, bits, last_bucket)] += 1
            source = target
    return journeys, events


@njit(cache=True, nogil=True)
def scan_weights(
    offsets: NDArray[np.int64],
    steps: NDArray[np.uint16],
    selected: NDArray[np.bool_],
    weights: NDArray[np.float64],
    n_steps: int,
    keys: NDArray[np.int64],
    step_table: NDArray[np.float64],
    flow_table: NDArray[np.float64],
) -> float:  # pragma: no cover
    """The weighted counts beside those of ``scan_journeys``; returns the weight of all selected journeys."""
    whole = 0.0
    step_seen = np.full(len(step_table), -1, np.int64)
    flow_seen = np.full(len(flow_table), -1, np.int64)
    for journey in range(len(offsets) - 1):
        low, high = offsets[journey], offsets[journey + 1]
        if low == high or (len(selected) > 0 and not selected[journey]):
            continue
        weight = weights[journey]
        whole += weight
        step_table[steps[low], W_STARTS] += weight
        step_table[steps[high - 1], W_ENDS] += weight
        for i in range(low, high):
            step = steps[i]
            step_table[step, W_EVENTS] += weight
            if step_seen[step] != journey:
                step_seen[step] = journey
                step_table[step, W_JOURNEYS] += weight
            if i == low:
                continue
            cell = cell_of(np.intp(steps[i - 1]), np.intp(step), n_steps, keys)
            flow_table[cell, W_EVENTS] += weight
            if flow_seen[cell] != journey:
                flow_seen[cell] = journey
                flow_table[cell, W_JOURNEYS] += weight
    return whole


@njit(cache=True, nogil=True)
def gather(
    offsets: NDArray[np.int64],
    steps: NDArray[np.uint16],
    clocks: NDArray[np.int64],
    first_of: NDArray[np.int64],
    selected: NDArray[np.bool_],
    n_steps: int,
    keys: NDArray[np.int64],
    bits: int,
    slots: NDArray[np.int32],  # (flows, buckets) where the durations of a bucket go, or -1
    ends: NDArray[np.int64],  # (slots,) next free place of each slot in ``values``; moves on
    values: NDArray[np.int64],
) -> None:  # pragma: no cover
    """The second scan: write the durations that fall into a wanted bucket to their slot."""
    last_bucket = slots.shape[1] - 1
    for journey in range(len(offsets) - 1):
        low, high = offsets[journey], offsets[journey + 1]
        if low == high or (len(selected) > 0 and not selected[journey]):
            continue
        source = np.intp(steps[low])
        for i in range(low + 1, high):
            target = np.intp(steps[i])
            place = first_of[target] + i
            duration = clocks[place] - clocks[place - 1]
            cell = cell_of(source, target, n_steps, keys)
            slot = slots[cell, bucket_of(duration, bits, last_bucket)]
            if slot >= 0:
                values[ends[slot]] = duration
                ends[slot] += 1
            source = target


@njit(cache=True, nogil=True)
def append_runs(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    values: NDArray[np.int64],
    other_ends: NDArray[np.int64],
    other_values: NDArray[np.int64],
) -> None:  # pragma: no cover
    """Append every slot of another second scan to the slots of this one."""
    for slot in range(len(starts)):
        count = other_ends[slot] - starts[slot]
        for k in range(count):
            values[ends[slot] + k] = other_values[starts[slot] + k]
        ends[slot] += count


@njit(cache=True, nogil=True)
def select(values: NDArray[np.int64], low: int, high: int, rank: int) -> int:  # pragma: no cover
    """The value of rank ``rank`` (from 0) in ``values[low:high]``, by quickselect (Hoare); reorders the run."""
    wanted = low + rank
    high -= 1
    while low < high:
        middle = (low + high) // 2
        pivot = max(min(values[low], values[high]), min(max(values[low], values[high]), values[middle]))
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if wanted <= j:
            high = j
        elif wanted >= i:
            low = i
        else:
            return values[wanted]
    return values[wanted]


@njit(cache=True, nogil=True)
def select_ranks(
    values: NDArray[np.int64],
    lows: NDArray[np.int64],
    highs: NDArray[np.int64],
    ranks: NDArray[np.int64],
    found: NDArray[np.int64],
    first: int,
    last: int,
) -> None:  # pragma: no cover
    """``found[q]`` = the value of rank ``ranks[q]`` in the run ``lows[q] … highs[q] - 1``, for q in first … last - 1."""
    for query in range(first, last):
        found[query] = select(values, lows[query], highs[query], ranks[query])


@njit(cache=True, nogil=True)
def mark_pairs(
    offsets: NDArray[np.int64], steps: NDArray[np.uint16], n_steps: int, table: NDArray[np.int64]
) -> bool:  # pragma: no cover
    """Put every pair of neighbouring steps into a hash table of -1s; False when it grew more than half full."""
    mask, used = len(table) - 1, 0
    for journey in range(len(offsets) - 1):
        for i in range(offsets[journey] + 1, offsets[journey + 1]):
            pair = np.int64(steps[i - 1]) * n_steps + steps[i]
            place = ((pair * 0x9E3779B1) >> 7) & mask
            while table[place] != pair and table[place] != -1:
                place = (place + 1) & mask
            if table[place] == -1:
                table[place] = pair
                used += 1
                if used * 2 > len(table):
                    return False
    return True
