"""Two sets of journeys compared in plain Python."""

import random
from collections import defaultdict
from itertools import pairwise
from math import erfc, sqrt
from statistics import median


def items_of(journey):
    names = [step for step, _at in journey]
    return {(name,) for name in names} | set(pairwise(names))


def counts(journeys):
    """(steps) -> journeys that have the step, or the flow."""
    found = defaultdict(int)
    for journey in journeys:
        for item in items_of(journey):
            found[item] += 1
    return found


def waits(journeys):
    """(step) and (source, target) -> waits in seconds."""
    found = defaultdict(list)
    for journey in journeys:
        for (source, begun), (target, ended) in pairwise(journey):
            found[target,].append((ended - begun) / 1e6)
            found[source, target].append((ended - begun) / 1e6)
    return found


def two_proportions(x, n, y, m):
    """The p-value of the textbook's pooled two-proportion z-test, two-sided."""
    pooled = (x + y) / (n + m)
    z = (y / m - x / n) / sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return erfc(abs(z) / sqrt(2))


def permuted(persons_a, persons_b, draws=4000):
    """The share of permutations of persons whose shares above the common median differ more, and half of those that differ
    as much; persons are lists of waits."""
    pool = persons_a + persons_b
    middle = median(wait for one in pool for wait in one)

    def apart(first, second):
        shares = []
        for group in (first, second):
            scores = [
                1.0 if wait > middle else 0.5 if wait == middle else 0.0 for one in group for wait in one
            ]
            shares.append(sum(scores) / len(scores))
        return abs(shares[1] - shares[0])

    luck = random.Random(5)
    seen, hits = apart(persons_a, persons_b), 0.0
    for _ in range(draws):
        luck.shuffle(pool)
        found = apart(pool[: len(persons_a)], pool[len(persons_a) :])
        hits += 0.5 if abs(found - seen) < 1e-12 else found > seen
    return hits / draws
