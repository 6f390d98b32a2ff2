"""Filters on what happened, in plain Python over one journey of (step, time)."""

from tests.trayecto.twins_funnel import depth


def has(journey, *steps):
    return any(step in steps for step, _ in journey)


def lacks(journey, *steps):
    return not has(journey, *steps)


def has_all(journey, *steps):
    return set(steps) <= {step for step, _ in journey}


def starts_with(journey, *steps):
    return journey[0][0] in steps


def ends_with(journey, *steps):
    return journey[-1][0] in steps


def followed_by(journey, a, b, window):
    return depth(journey, [a, b], window, strict=False) == 2


def directly_followed_by(journey, a, b, window):
    return depth(journey, [a, b], window, strict=True) == 2


def exact_variant(journey, *steps):
    return [step for step, _ in journey] == list(steps)


def occurs_between(journey, steps, start, end):
    return any(start <= at < end and (not steps or step in steps) for step, at in journey)
