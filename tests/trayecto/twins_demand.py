"""A slow twin of tracing by the rules a blueprint writes: person by person, contact by contact, rule by rule."""

from __future__ import annotations

from math import inf

HOUR, DAY = 3600, 86_400  # seconds
STILL = 3 * DAY
BACK = 2


def attempts_of(events, anchors, after):
    """Lists of (step, at): a person's life cut at each order; who begins with what follows an order had ordered before."""
    heads = [place for place, (step, _) in enumerate(events) if step in anchors]
    opening = next(
        (place for place, (step, _) in enumerate(events) if step in anchors or step in after), None
    )
    if opening is not None and opening not in heads:
        heads.insert(0, opening)
    ends = [*heads[1:], len(events)][: len(heads)]
    return [events[low:high] for low, high in zip(heads, ends, strict=True)]


def first(attempt, steps):
    return min((at for step, at in attempt if step in steps), default=inf)


def is_overdue(attempts, place, at, step, since, length, end, goals):
    """Whether at that moment the attempt waits too long for the step, or did until three days before. ``goals``: steps after which nobody
    waits (where the step never happens at all)."""
    attempt = attempts[place]
    start, done = first(attempt, {since}), first(attempt, {step})
    void = min(first(attempt, goals), attempts[place + 1][0][1] if place + 1 < len(attempts) else inf)
    if not (start < at and at - start > length):
        return False
    if at < done and at <= void + STILL:
        return True
    failed = done < inf and done - start > length
    return failed and done <= at <= done + STILL
