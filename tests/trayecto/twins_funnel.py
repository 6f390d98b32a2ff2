"""The funnel by brute force: every way to pick the events."""

from itertools import combinations


def depth(journey, funnel, window, strict):
    """Longest prefix of ``funnel`` in ``journey`` ((step, time), …); ``window`` None = no limit."""
    return max((k for k in range(len(funnel) + 1) if _occurs(journey, funnel[:k], window, strict)), default=0)


def _occurs(journey, prefix, window, strict):
    return not prefix or any(
        _fits(journey, places, prefix, window, strict)
        for places in combinations(range(len(journey)), len(prefix))
    )


def _fits(journey, places, prefix, window, strict):
    if [journey[place][0] for place in places] != list(prefix):
        return False
    if strict and places[-1] - places[0] != len(places) - 1:
        return False
    return window is None or journey[places[-1]][1] - journey[places[0]][1] <= window
