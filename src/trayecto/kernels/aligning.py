"""The cheapest way to explain a sequence of steps by an automaton: steps taken together, inserted or skipped.

Exact: a shortest path through (events read, state), column by column. Within a column skips are relaxed over the
edges in their order until nothing changes; an automaton without loops needs one sweep and one that finds no change.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

TOGETHER, INSERTED, SKIPPED = 0, 1, 2
KINDS = 3

Edges = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]  # sources, step codes, targets


def align(
    offsets: NDArray[np.int64],
    steps: NDArray[np.uint16],
    edges: Edges,
    accepting: NDArray[np.bool_],
    inserting: NDArray[np.float64],
    skipping: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int32]]:
    """Costs (sequences,), and the moves of each: ``moves[bounds[i]:bounds[i + 1]]``, a move being code × 3 + kind.

    ``inserting`` and ``skipping`` are positive costs by step code. Of equally cheap explanations the one is given that,
    read from the end, takes together before it inserts, and inserts before it skips.
    """
    count = len(offsets) - 1
    costs, bounds = np.empty(count), np.zeros(count + 1, np.int64)
    moves = _align(offsets, steps, *edges, accepting, inserting, skipping, costs, bounds)
    return costs, bounds, moves


@njit(cache=True, nogil=True)
def _align(offsets, steps, sources, codes, targets, accepting, inserting, skipping, costs, bounds):  # type: ignore[no-untyped-def]  # pragma: no cover
    longest = 0
    for i in range(len(offsets) - 1):
        longest = max(longest, offsets[i + 1] - offsets[i])
    table = np.empty((longest + 1, len(accepting)))
    moves = np.empty(max(16, len(steps)), np.int32)
    written = 0
    for i in range(len(offsets) - 1):
        journey = steps[offsets[i] : offsets[i + 1]]
        _fill(table, journey, sources, codes, targets, inserting, skipping)
        state = _best_end(table[len(journey)], accepting)
        costs[i] = table[len(journey), state]
        first = written
        place = len(journey)
        while place > 0 or state != 0:
            if written == len(moves):
                moves = np.concatenate((moves, np.empty(len(moves), np.int32)))
            place, state, move = _back(
                table, journey, place, state, sources, codes, targets, inserting, skipping
            )
            moves[written] = move
            written += 1
        moves[first:written] = moves[first:written][::-1].copy()
        bounds[i + 1] = written
    return moves[:written].copy()


@njit(cache=True, nogil=True)
def _fill(table, journey, sources, codes, targets, inserting, skipping):  # type: ignore[no-untyped-def]  # pragma: no cover
    table[0, :] = np.inf
    table[0, 0] = 0.0
    _skip(table[0], sources, codes, targets, skipping)
    for place in range(1, len(journey) + 1):
        code = journey[place - 1]
        before, now = table[place - 1], table[place]
        now[:] = before + inserting[code]
        for edge in range(len(sources)):
            if codes[edge] == code and before[sources[edge]] < now[targets[edge]]:
                now[targets[edge]] = before[sources[edge]]
        _skip(now, sources, codes, targets, skipping)


@njit(cache=True, nogil=True)
def _skip(column, sources, codes, targets, skipping):  # type: ignore[no-untyped-def]  # pragma: no cover
    changed = True
    while changed:
        changed = False
        for edge in range(len(sources)):
            cost = column[sources[edge]] + skipping[codes[edge]]
            if cost < column[targets[edge]]:
                column[targets[edge]] = cost
                changed = True


@njit(cache=True, nogil=True)
def _best_end(column, accepting):  # type: ignore[no-untyped-def]  # pragma: no cover
    best = -1
    for state in range(len(column)):
        if accepting[state] and (best < 0 or column[state] < column[best]):
            best = state
    return best


@njit(cache=True, nogil=True)
def _back(table, journey, place, state, sources, codes, targets, inserting, skipping):  # type: ignore[no-untyped-def]  # pragma: no cover
    """One move back: the same sums as on the way there, so equality is exact."""
    cost = table[place, state]
    if place > 0:
        code = np.int64(journey[place - 1])
        for edge in range(len(sources)):
            if targets[edge] == state and codes[edge] == code and table[place - 1, sources[edge]] == cost:
                return place - 1, np.int64(sources[edge]), code * KINDS + TOGETHER
        if table[place - 1, state] + inserting[code] == cost:
            return place - 1, np.int64(state), code * KINDS + INSERTED
    for edge in range(len(sources)):
        if targets[edge] == state and table[place, sources[edge]] + skipping[codes[edge]] == cost:
            return place, np.int64(sources[edge]), np.int64(codes[edge]) * KINDS + SKIPPED
    return np.int64(-1), np.int64(-1), np.int64(-1)
