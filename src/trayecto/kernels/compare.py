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


@njit(cache=True, nogil=True, inline="always")
def _note(item, side, weight, stamp, person, seen, mine, in_a, in_b, table, touched, used):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The item occurs in a journey: once, however often it does; returns how many items the person has now."""
    if seen[item] == stamp:
        return used
    seen[item] = stamp
    if mine[item] != person:
        mine[item] = person
        touched[used] = item
        used += 1
    if side & 1:
        table[item, COUNT_A] += 1
        in_a[item] += weight
    if side & 2:
        table[item, COUNT_B] += 1
        in_b[item] += weight
    return used


@njit(cache=True, nogil=True, inline="always")
def _fold(touched, in_a, in_b, n, m, table):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Add what a person has of each item to the sums, and forget the person."""
    for item in touched:
        a, b = in_a[item], in_b[item]
        in_a[item], in_b[item] = 0.0, 0.0
        table[item, SUM_A] += a
        table[item, SUM_B] += b
        table[item, AA] += a * a
        table[item, AN] += a * n
        table[item, BB] += b * b
        table[item, BM] += b * m
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
    mine = np.full(items, -1, np.int64)
    in_a, in_b = np.zeros(items), np.zeros(items)
    touched = np.empty(items, np.int64)
    for person in range(len(firsts) - 1):
        used = 0
        n, m = 0.0, 0.0
        for at in range(firsts[person], firsts[person + 1]):
            row = rows[at]
            side = sides[row]
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
            for event in range(low, high):
                step = np.intp(steps[event])
                used = _note(step, side, weight, at, person, seen, mine, in_a, in_b, table, touched, used)
                table[step, EVENTS_A] += side & 1
                table[step, EVENTS_B] += side >> 1
                if event > low:
                    flow = n_steps + cell_of(np.intp(steps[event - 1]), step, n_steps, keys)
                    used = _note(flow, side, weight, at, person, seen, mine, in_a, in_b, table, touched, used)
                    table[flow, EVENTS_A] += side & 1
                    table[flow, EVENTS_B] += side >> 1
            if variants[row] >= 0:
                item = n_steps + cells + variants[row]
                used = _note(item, side, weight, at, person, seen, mine, in_a, in_b, table, touched, used)
        whole[WEIGHT_A] += n
        whole[WEIGHT_B] += m
        whole[NN] += n * n
        whole[MM] += m * m
        whole[NM] += n * m
        whole[PERSONS_A] += n > 0
        whole[PERSONS_B] += m > 0
        _fold(touched[:used], in_a, in_b, n, m, table)


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
    persons: NDArray[np.int64],
    sources: NDArray[np.uint16],
    of_side: NDArray[np.uint8],
) -> None:  # pragma: no cover
    """The waits before each step, person after person, with the step that was left and the side of the journey."""
    for person in range(len(firsts) - 1):
        for at in range(firsts[person], firsts[person + 1]):
            row = rows[at]
            if sides[row] == 0:
                continue
            for event in range(starts[row] + 1, ends[row]):
                place = places[steps[event]]
                places[steps[event]] += 1
                waits[place] = times[event] - times[event - 1]
                persons[place] = rows[firsts[person]]
                sources[place] = steps[event - 1]
                of_side[place] = sides[row]


@njit(cache=True, nogil=True)
def sorted_by_source(
    sources: NDArray[np.uint16],
    n_steps: int,
    waits: NDArray[np.int64],
    persons: NDArray[np.int64],
    of_side: NDArray[np.uint8],
    out_waits: NDArray[np.int64],
    out_persons: NDArray[np.int64],
    out_side: NDArray[np.uint8],
    edges: NDArray[np.int64],  # (n_steps + 1,)
) -> None:  # pragma: no cover
    """The waits before one step, by the step that was left; persons stay in their order."""
    edges[:] = 0
    for i in range(len(sources)):
        edges[sources[i] + 1] += 1
    for step in range(n_steps):
        edges[step + 1] += edges[step]
    free = edges[:-1].copy()
    for i in range(len(sources)):
        place = free[sources[i]]
        free[sources[i]] += 1
        out_waits[place], out_persons[place], out_side[place] = waits[i], persons[i], of_side[i]


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
def _above(wait, median):  # type: ignore[no-untyped-def]  # pragma: no cover
    return 1.0 if wait > median else 0.5 if wait == median else 0.0


@njit(cache=True, nogil=True)
def side_by_side(
    waits: NDArray[np.int64],
    persons: NDArray[np.int64],
    of_side: NDArray[np.uint8],
    reach: float,
    found: NDArray[np.float64],  # (13,)
) -> None:  # pragma: no cover
    """Of each side: count, median, p90, and the ends of the median's interval; then the z of the median test.

    ``found``: count, median, p90, low, high of A, the same of B, persons of A, persons of B, z. The waits of a person
    follow each other.
    """
    room = np.empty(len(waits), np.int64)
    for place, side in enumerate((1, 2)):
        size = 0
        for i in range(len(waits)):
            if of_side[i] & side:
                room[size] = waits[i]
                size += 1
        base = 5 * place
        found[base] = size
        if size == 0:
            continue
        mine = room[:size]
        median = _place(mine, 0, size, 0.5 * (size - 1))
        spread, groups = _spread(waits, persons, of_side, side, median)
        error = reach * np.sqrt(spread) / size
        found[base + 1] = median
        found[base + 3] = _beside(mine, max(0.5 - error, 0.0) * (size - 1), median)
        found[base + 4] = _beside(mine, min(0.5 + error, 1.0) * (size - 1), median)
        found[base + 2] = _place(mine, 0, size, 0.9 * (size - 1))
        found[10 + place] = groups
    found[12] = _z(waits, persons, of_side, found[0], found[5])


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
def _spread(waits, persons, of_side, side, median):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Of one side: the sum over persons of (waits above the median less half of all)², and how many persons there are."""
    spread, groups = 0.0, 0
    score, own, last = 0.0, 0, np.int64(-1)
    for i in range(len(waits)):
        if persons[i] != last:
            spread += score * score
            groups += own > 0
            score, own, last = 0.0, 0, persons[i]
        if of_side[i] & side:
            score += _above(waits[i], median) - 0.5
            own += 1
    return spread + score * score, groups + (own > 0)


@njit(cache=True, nogil=True)
def _z(waits, persons, of_side, n, m):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Mood's median test with persons as units: how far the share above the common median differs between the sides.

    The variance is the sum over persons of (s - p c)², where s is the person's part of the difference, c what it would
    be if all waits were above, and p the share of all that are; it is opened up, so that one walk is enough.
    """
    if n == 0 or m == 0:
        return 0.0
    both = np.empty(np.int64(n + m), np.int64)
    size = 0
    for i in range(len(waits)):
        both[size] = waits[i]
        size += 1
        if of_side[i] == 3:
            both[size] = waits[i]
            size += 1
    median = _place(both, 0, size, 0.5 * (size - 1))
    above_a, above_b = 0.0, 0.0
    s, c, ss, sc, cc, last = 0.0, 0.0, 0.0, 0.0, 0.0, np.int64(-1)
    for i in range(len(waits)):
        if persons[i] != last:
            ss += s * s
            sc += s * c
            cc += c * c
            s, c, last = 0.0, 0.0, persons[i]
        score = _above(waits[i], median)
        if of_side[i] & 1:
            above_a += score
            s -= score / n
            c -= 1.0 / n
        if of_side[i] & 2:
            above_b += score
            s += score / m
            c += 1.0 / m
    pooled = (above_a + above_b) / (n + m)
    spread = ss + s * s - 2 * pooled * (sc + s * c) + pooled * pooled * (cc + c * c)
    if spread <= 1e-18:
        return 0.0
    return (above_b / m - above_a / n) / np.sqrt(spread)
