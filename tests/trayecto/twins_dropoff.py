"""Open, reached, lost in plain Python."""

import itertools
from fractions import Fraction

from tests.trayecto.twins_figures import percentile


def limits(chosen, given=None):
    """The limit of each step: given, else p95 of the waits after it, else p95 of all waits; None unknown."""
    waits = {}
    for journey, _ in chosen:
        for (step, at), (_, then) in itertools.pairwise(journey):
            waits.setdefault(step, []).append(then - at)
    everything = [wait for group in waits.values() for wait in group]
    fallback = percentile(everything, Fraction(95, 100)) if everything else None
    measured = {step: percentile(group, Fraction(95, 100)) for step, group in waits.items()}
    return lambda step: (given or {}).get(step, measured.get(step, fallback))


def state(journey, goal, limit_of, as_of):
    if any(step in goal for step, _ in journey):
        return "reached"
    step, at = journey[-1]
    limit = limit_of(step)
    return "lost" if limit is not None and as_of - at > limit else "open"
