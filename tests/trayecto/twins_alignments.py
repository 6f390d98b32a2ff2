"""The plain twins of alignments: sequences by trying, and Dijkstra's search over what the path still allows."""

import heapq
from itertools import count, product

from trayecto.conformance.paths import after, allows_end, next_steps


def allowed(path, journey):
    """Whether the path allows the journey, step by step."""
    for name in journey:
        path = after(path, name)
    return allows_end(path)


def words(path, longest, names):
    """All sequences that the path allows, up to a length."""
    return {
        word for size in range(longest + 1) for word in product(names, repeat=size) if allowed(path, word)
    }


def cheapest(path, journey, inserting, skipping):
    """The least cost of an alignment."""
    tie, done = count(), set()
    waiting = [(0.0, 0, 0, path)]
    while waiting:
        cost, _, place, state = heapq.heappop(waiting)
        if (place, state) in done:
            continue
        done.add((place, state))
        if place == len(journey) and allows_end(state):
            return cost
        for name in next_steps(state):
            heapq.heappush(waiting, (cost + skipping.get(name, 1), next(tie), place, after(state, name)))
            if place < len(journey) and journey[place] == name:
                heapq.heappush(waiting, (cost, next(tie), place + 1, after(state, name)))
        if place < len(journey):
            heapq.heappush(waiting, (cost + inserting.get(journey[place], 1), next(tie), place + 1, state))
    return float("inf")
