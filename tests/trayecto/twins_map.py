"""The map and the variants, counted the slow and obvious way."""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
from tests.trayecto.logs import chosen_journeys


def steps_of(view):
    """step -> (events, journeys, starts, ends), plain and weighted."""
    found = defaultdict(lambda: np.zeros((2, 4)))
    for journey, weight in chosen_journeys(view):
        names = [step for step, _ in journey]
        for step in set(names):
            counts = [names.count(step), 1, names[0] == step, names[-1] == step]
            found[step] += np.outer([1, weight], counts)
    return {step: (tuple(rows[0]), tuple(rows[1])) for step, rows in found.items()}


def flows_of(view, working=lambda step, at: at):
    """(source, target) -> (events, journeys), weighted likewise, and all durations in seconds."""
    counts, durations = defaultdict(lambda: np.zeros((2, 2))), defaultdict(list)
    for journey, weight in chosen_journeys(view):
        own = Counter()
        for (source, begun), (target, ended) in pairwise(journey):
            own[source, target] += 1
            durations[source, target].append((working(target, ended) - working(target, begun)) / 1e6)
        for flow, events in own.items():
            counts[flow] += np.outer([1, weight], [events, 1])
    return {flow: (tuple(rows[0]), tuple(rows[1]), durations[flow]) for flow, rows in counts.items()}


def figures(durations):
    """mean, median, p90, min, max by NumPy."""
    median, p90 = np.percentile(durations, [50, 90])
    return np.mean(durations), median, p90, min(durations), max(durations)


def variants_of(view):
    """sequence -> (journeys, weight, spans in seconds)."""
    found = defaultdict(lambda: [0, 0.0, []])
    for journey, weight in chosen_journeys(view):
        row = found[tuple(step for step, _ in journey)]
        row[0] += 1
        row[1] += weight
        row[2].append((journey[-1][1] - journey[0][1]) / 1e6)
    return dict(found)


def fewest_covering(counts, share=0.8):
    """The fewest of ``counts`` whose sum is at least the share of them all."""
    whole, running = sum(counts), 0
    for number, count in enumerate(sorted(counts, reverse=True), start=1):
        running += count
        if running >= share * whole - 1e-9:
            return number, running / whole
    return 0, 0.0
