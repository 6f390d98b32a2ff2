"""Delays in plain Python."""

import itertools
from fractions import Fraction

from tests.trayecto.twins_figures import percentile


def waits_of(journey, step, since):
    """(place, place where the wait began, wait) of each occurrence of the step that has one."""
    found = []
    for place, (name, at) in enumerate(journey):
        if name != step:
            continue
        earlier = range(place) if since is None else [p for p in range(place) if journey[p][0] == since]
        if len(earlier):
            found.append((place, earlier[-1], at - journey[earlier[-1]][1]))
    return found


def medians(journeys):
    waits = {}
    for journey in journeys:
        for (_, before), (step, at) in itertools.pairwise(journey):
            waits.setdefault(step, []).append(at - before)
    return {step: percentile(group, Fraction(1, 2)) // 1 for step, group in waits.items()}


def threshold(journeys, step, since, within):
    if within is not None:
        return within
    waits = [wait for journey in journeys for _, _, wait in waits_of(journey, step, since)]
    return percentile(waits, Fraction(9, 10)) if waits else None


def late(journey, step, since, limit):
    """The first late (place, origin), or None."""
    if limit is None:
        return None
    return next(
        ((place, begun) for place, begun, wait in waits_of(journey, step, since) if wait > limit), None
    )


def excess_before(journey, step, since, limit, median_of):
    """Milliseconds of excess by earlier step, up to the first late arrival; and at the arrival itself."""
    place, begun = late(journey, step, since, limit)
    found = {}

    def excess(at):
        wait = journey[at][1] - journey[at - 1][1]
        return max(0, wait - median_of[journey[at][0]]) // 1000

    for at in range(1 if since is None else begun + 1, place):
        if journey[at][0] != step:
            found[journey[at][0]] = found.get(journey[at][0], 0) + excess(at)
    return found, excess(place)
