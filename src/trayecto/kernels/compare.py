"""Two sets of journeys side by side: who has what, person by person, and how long it took."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.kernels.flows import cell_of, select

A, B = 1, 2  # bits of a journey's side: in the one set, in the other, in both
# Columns of an item's table. Of every person with a of the item's journeys in the one set and b in the other, and n and m
# journeys in them at all (weighed, if they carry weights): sums of a, b, a², an, b², bm, ab, am + bn.
COUNT_A, COUNT_B, SUM_A, SUM_B, AA, AN, BB, BM, AB, CROSS = range(10)
EVENTS_A, EVENTS_B = 10, 11
WIDTH = 12
# The same of all journeys: n, m, n², m², nm, and sums of squared weights.
ALL_A, ALL_B, WEIGHT_A, WEIGHT_B, NN, MM, NM, SQUARES_A, SQUARES_B, BOTH, PERSONS_A, PERSONS_B = range(12)
# The mark of a wait, one number: whose it is (the first row of the person), the step that was left, the journey's side.
SIDE_BITS, PERSON_SHIFT = 2, 18


@njit(cache=True, nogil=True, inline="always")
def _note(item, side, weight, stamp, first, seen, in_a, in_b, journeys, touched, used):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The item occurs in a journey: once, however often it does; returns how many items the person has now."""
    last = seen[item]
    if last == stamp:
        return used
    seen[item] = stamp
    if last < first:
        touched[used] = item
        used += 1
    journeys[item, side] += 1
    if side & 1:
        in_a[item] += weight
    if side & 2:
        in_b[item] += weight
    return used


@njit(cache=True, nogil=True, inline="always")
def _fold(touched, in_a, in_b, n, m, table):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Add what a person has of each item to the sums, and forget the person. Most persons are in one set only."""
    for item in touched:
        a, b = in_a[item], in_b[item]
        in_a[item], in_b[item] = 0.0, 0.0
        if a != 0.0:
            table[item, SUM_A] += a
            table[item, AA] += a * a
            table[item, AN] += a * n
        if b != 0.0:
            table[item, SUM_B] += b
            table[item, BB] += b * b
            table[item, BM] += b * m
        if n != 0.0 and m != 0.0:
            table[item, AB] += a * b
            table[item, CROSS] += a * m + b * n


@njit(cache=True, nogil=True)
def count(
    rows: NDArray[np.int64],
    firsts: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    steps: NDArray[np.uint16],
    weights: NDArray[np.float64],
    sides: NDArray[np.uint8],  # (rows of the log,)
    variants: NDArray[np.int32],  # (rows of the log,) place of the variant among those compared, or -1
    n_steps: int,
    keys: NDArray[np.int64],
    cells: int,
    table: NDArray[np.float64],  # (n_steps + cells + variants, WIDTH)
    whole: NDArray[np.float64],  # (12,)
) -> None:  # pragma: no cover
    """Add every person to the tables."""
    items = len(table)
    seen = np.full(items, -1, np.int64)
    in_a, in_b = np.zeros(items), np.zeros(items)
    journeys, events = np.zeros((items, 4), np.int64), np.zeros((items, 4), np.int64)  # by side
    touched = np.empty(items, np.int64)
    for person in range(len(firsts) - 1):
        used = 0
        n, m = 0.0, 0.0
        first = firsts[person]
        for at in range(first, firsts[person + 1]):
            row = rows[at]
            side = np.intp(sides[row])
            if side == 0:
                continue
            weight = weights[row] if len(weights) else 1.0
            if side & 1:
                whole[ALL_A] += 1
                whole[SQUARES_A] += weight * weight
                n += weight
            if side & 2:
                whole[ALL_B] += 1
                whole[SQUARES_B] += weight * weight
                m += weight
            whole[BOTH] += side == 3
            low, high = starts[row], ends[row]
            before = np.intp(0)
            for event in range(low, high):
                step = np.intp(steps[event])
                used = _note(step, side, weight, at, first, seen, in_a, in_b, journeys, touched, used)
                events[step, side] += 1
                if event > low:
                    flow = n_steps + cell_of(before, step, n_steps, keys)
                    used = _note(flow, side, weight, at, first, seen, in_a, in_b, journeys, touched, used)
                    events[flow, side] += 1
                before = step
            if variants[row] >= 0:
                item = n_steps + cells + variants[row]
                used = _note(item, side, weight, at, first, seen, in_a, in_b, journeys, touched, used)
        whole[WEIGHT_A] += n
        whole[WEIGHT_B] += m
        whole[NN] += n * n
        whole[MM] += m * m
        whole[NM] += n * m
        whole[PERSONS_A] += n > 0
        whole[PERSONS_B] += m > 0
        _fold(touched[:used], in_a, in_b, n, m, table)
    for item in range(items):
        table[item, COUNT_A] += journeys[item, 1] + journeys[item, 3]
        table[item, COUNT_B] += journeys[item, 2] + journeys[item, 3]
        table[item, EVENTS_A] += events[item, 1] + events[item, 3]
        table[item, EVENTS_B] += events[item, 2] + events[item, 3]


@njit(cache=True, nogil=True)
def waits_before(
    rows: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    steps: NDArray[np.uint16],
    sides: NDArray[np.uint8],
    counts: NDArray[np.int64],  # (n_steps,)
) -> None:  # pragma: no cover
    """How many waits lead to each step."""
    for at in range(len(rows)):
        row = rows[at]
        if sides[row]:
            for event in range(starts[row] + 1, ends[row]):
                counts[steps[event]] += 1


@njit(cache=True, nogil=True)
def gather(
    rows: NDArray[np.int64],
    firsts: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    steps: NDArray[np.uint16],
    times: NDArray[np.int64],
    sides: NDArray[np.uint8],
    places: NDArray[np.int64],  # (n_steps,) where the waits before each step go; moves on
    waits: NDArray[np.int64],
    marks: NDArray[np.int64],
) -> None:  # pragma: no cover
    """The waits before each step, person after person, each with its mark: see ``SIDE_BITS``."""
    for person in range(len(firsts) - 1):
        first = rows[firsts[person]] << PERSON_SHIFT
        for at in range(firsts[person], firsts[person + 1]):
            row = rows[at]
            if sides[row] == 0:
                continue
            mark = first | np.int64(sides[row])
            for event in range(starts[row] + 1, ends[row]):
                place = places[steps[event]]
                places[steps[event]] = place + 1
                waits[place] = times[event] - times[event - 1]
                marks[place] = mark | np.int64(steps[event - 1]) << SIDE_BITS


@njit(cache=True, nogil=True)
def sorted_by_source(
    n_steps: int,
    waits: NDArray[np.int64],
    marks: NDArray[np.int64],
    out_waits: NDArray[np.int64],
    out_marks: NDArray[np.int64],
    edges: NDArray[np.int64],  # (n_steps + 1,)
) -> None:  # pragma: no cover
    """The waits before one step, by the step that was left; persons stay in their order."""
    edges[:] = 0
    for mark in marks:
        edges[_source(mark) + 1] += 1
    for step in range(n_steps):
        edges[step + 1] += edges[step]
    free = edges[:-1].copy()
    for i in range(len(marks)):
        source = _source(marks[i])
        place = free[source]
        free[source] = place + 1
        out_waits[place], out_marks[place] = waits[i], marks[i]


@njit(cache=True, nogil=True, inline="always")
def _source(mark):  # type: ignore[no-untyped-def]  # pragma: no cover
    return (mark >> SIDE_BITS) & 0xFFFF


@njit(cache=True, nogil=True)
def _place(values, low, high, place):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The value at a place between two ranks of ``values``, by linear interpolation; both lie in ``low … high - 1``, or the
    upper one at ``high``, and all ranks outside are where they belong."""
    rank = np.int64(np.floor(place))
    lower = np.float64(select(values, low, high, rank - low))
    if rank + 1 < high:
        upper = values[rank + 1]
        for i in range(rank + 2, high):
            upper = min(upper, values[i])
    elif high < len(values):
        upper = values[high]
    else:
        return lower
    return lower + (np.float64(upper) - lower) * (place - rank)


@njit(cache=True, nogil=True, inline="always")
def _halves(wait, median):  # type: ignore[no-untyped-def]  # pragma: no cover
    """How far a wait is above the median, in halves: 2 above, 1 at it, 0 below. Sums, not branches: chance decides."""
    return np.intp(wait > median) + np.intp(wait >= median)


@njit(cache=True, nogil=True)
def side_by_side(
    waits: NDArray[np.int64],
    marks: NDArray[np.int64],
    reach: float,
    found: NDArray[np.float64],  # (13,)
) -> None:  # pragma: no cover
    """Of each side: count, median, p90, and the ends of the median's interval; then the z of the median test.

    ``found``: count, median, p90, low, high of A, the same of B, persons of A, persons of B, z. The waits of a person
    follow each other.
    """
    rooms = np.empty((2, len(waits) + 1), np.int64)
    n, m = np.intp(0), np.intp(0)
    for i in range(len(waits)):
        rooms[0, n] = rooms[1, m] = waits[i]
        n += np.intp(marks[i] & 1)
        m += np.intp(marks[i] >> 1 & 1)
    for place, size in enumerate((n, m)):
        base = 5 * place
        found[base] = size
        if size == 0:
            continue
        mine = rooms[place, :size]
        median = _place(mine, 0, size, 0.5 * (size - 1))
        spread, groups = _spread(waits, marks, place, median)
        error = reach * np.sqrt(spread) / size
        found[base + 1] = median
        found[base + 3] = _beside(mine, max(0.5 - error, 0.0) * (size - 1), median)
        found[base + 4] = _beside(mine, min(0.5 + error, 1.0) * (size - 1), median)
        found[base + 2] = _beside(mine, 0.9 * (size - 1), median)
        found[10 + place] = groups
    if n and m:
        found[12] = _z(waits, marks, n, m, _common_median(waits, marks, n, m, rooms))
    else:
        found[12] = 0.0


@njit(cache=True, nogil=True)
def _beside(values, place, median):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The value at a place, once the median is where it belongs: only one half is looked at."""
    middle = np.int64(np.floor(0.5 * (len(values) - 1)))
    rank = np.int64(np.floor(place))
    if rank < middle:
        return _place(values, 0, middle, place)
    if rank > middle:
        return _place(values, middle + 1, len(values), place)
    return _place(values, middle, len(values), place)


@njit(cache=True, nogil=True)
def _spread(waits, marks, bit, median):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Of one side: the sum over persons of (waits above the median less half of all)², and how many persons there are."""
    spread, groups = 0.0, 0
    score, own, last = np.int64(0), np.int64(0), np.int64(-1)
    for i in range(len(waits)):
        person = marks[i] >> PERSON_SHIFT
        if person != last:
            spread += 0.25 * (score * score)
            groups += own > 0
            score, own, last = np.int64(0), np.int64(0), person
        mine = marks[i] >> bit & 1
        score += mine * (_halves(waits[i], median) - 1)
        own += mine
    return spread + 0.25 * (score * score), groups + (own > 0)


@njit(cache=True, nogil=True)
def _common_median(waits, marks, n, m, rooms):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The median of both sides together, a wait of both counting twice: it lies between theirs, so that few waits are
    looked at. ``rooms``: the waits of each side, its median where it belongs; overwritten."""
    lows, highs = np.empty(2, np.int64), np.empty(2, np.int64)
    for place, size in enumerate((n, m)):
        middle = (size - 1) // 2
        lows[place] = highs[place] = rooms[place, middle]
        if size % 2 == 0:
            highs[place] = rooms[place, middle + 1 : size].min()
    low, high = lows.min(), highs.max()
    room = np.empty(n + m + 1, np.int64)
    below, size = np.intp(0), np.intp(0)
    for i in range(len(waits)):
        wait, sides = waits[i], np.intp(marks[i] & 1) + np.intp(marks[i] >> 1 & 1)
        below += sides * np.intp(wait < low)
        room[size] = wait
        size += np.intp((wait >= low) & (wait <= high) & (sides > 0))
        room[size] = wait
        size += np.intp((wait >= low) & (wait <= high) & (sides > 1))
    return _place(room[:size], 0, size, 0.5 * (n + m - 1) - below)


@njit(cache=True, nogil=True)
def _z(waits, marks, n, m, median):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Mood's median test with persons as units: how far the share above the common median differs between the sides.

    The variance is the sum over persons of (s - p c)², where s is the person's part of the difference, c what it would
    be if all waits were above, and p the share of all that are; it is opened up, so that one walk is enough.
    """
    parts = np.array([[0.0, 0.5 / n, 1.0 / n], [0.0, 0.5 / m, 1.0 / m]])
    above_a, above_b = np.int64(0), np.int64(0)  # in halves
    s, c, ss, sc, cc, last = 0.0, 0.0, 0.0, 0.0, 0.0, np.int64(-1)
    for i in range(len(waits)):
        person = marks[i] >> PERSON_SHIFT
        if person != last:
            ss += s * s
            sc += s * c
            cc += c * c
            s, c, last = 0.0, 0.0, person
        in_a, in_b = np.intp(marks[i] & 1), np.intp(marks[i] >> 1 & 1)
        halves = _halves(waits[i], median)
        above_a += in_a * halves
        above_b += in_b * halves
        s = s - parts[0, in_a * halves] + parts[1, in_b * halves]
        c = c - parts[0, 2 * in_a] + parts[1, 2 * in_b]
    pooled = 0.5 * (above_a + above_b) / (n + m)
    spread = ss + s * s - 2 * pooled * (sc + s * c) + pooled * pooled * (cc + c * c)
    if spread <= 1e-18:
        return 0.0
    return (0.5 * above_b / m - 0.5 * above_a / n) / np.sqrt(spread)
