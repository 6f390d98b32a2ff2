"""Pairs of steps in plain Python."""


def pairs(journey, source, target, each):
    """(start, end) times of the waits from source to target."""
    found, start = [], None
    for step, at in journey:
        if start is not None and step == target:
            found.append((start, at))
            start = None
            if not each:
                break
        if start is None and step == source:
            start = at
    return found
