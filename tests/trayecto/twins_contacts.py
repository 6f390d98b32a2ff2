"""Slow twins of the questions on contacts: loops over journeys, word by word as the definitions say."""

from __future__ import annotations

from collections import Counter
from math import sqrt


def counts(journeys, groups, channel_of):
    """By (step, channel): contacts, weighed, journeys that have it. ``journeys``: (steps with times, weight)."""
    of = {step: group for group, steps in groups.items() for step in steps}
    contacts, weighed, having = Counter(), Counter(), Counter()
    for journey, weight in journeys:
        cells = [(step, channel_of(step, at) or "") for step, at in journey if step in of]
        for cell in cells:
            contacts[cell] += 1
            weighed[cell] += weight
        for cell in set(cells):
            having[cell] += 1
    return contacts, weighed, having


def share_of(journeys, steps, all_steps):
    """The share of ``steps`` in all contacts with its linearised 90 % interval."""
    parts = [sum(step in steps for step, _ in journey) * weight for journey, weight in journeys]
    wholes = [sum(step in all_steps for step, _ in journey) * weight for journey, weight in journeys]
    whole = sum(wholes)
    if not whole:
        return 0.0, 0.0, 0.0
    ratio = sum(parts) / whole
    spread = sum((part - ratio * all_) ** 2 for part, all_ in zip(parts, wholes, strict=True))
    error = 1.6448536269514722 * sqrt(spread) / whole
    return ratio, max(0.0, ratio - error), min(1.0, ratio + error)
