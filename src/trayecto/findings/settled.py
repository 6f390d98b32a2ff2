"""What follows an attempt, as a company sees it that has lived with its trouble for long.

What a log shows after an attempt ends with the log. Trouble that was there from its first day costs orders in this time through
attempts before the log began as well; as many as the attempts of this time will cost after its end, if the company stays
as it is. So each later order counts for those that are not seen: by how many of the attempts one could see an order
of that age after, if it came (Horvitz and Thompson, 1952). Trouble with a first day has no such past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trayecto.attempts.compare import Floats
from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, Bools, Ints

MOST = 8.0  # an order counts for at most as many


def settled(facts: Facts, mine: Bools) -> Facts:
    """The facts with what followed each attempt weighted by age, for trouble of these attempts."""
    units = facts.units
    weight = _weights((facts.end - units.began[mine]) // DAY)
    later = [np.zeros(len(units)) for _ in facts.later]
    for lag in range(1, _longest(units.person)):
        same = np.flatnonzero(units.person[lag:] == units.person[:-lag])
        age = (units.began[same + lag] - units.began[same]) // DAY
        times = weight[np.minimum(age, len(weight) - 1)]
        for found, values in zip(later, (facts.kept, facts.contacts, facts.worth), strict=True):
            found[same] += times * values[same + lag]
    return replace(facts, later=_three(later))


def _three(later: Sequence[Floats]) -> tuple[Floats, Floats, Floats]:
    one, two, three = later
    return one, two, three


def _longest(person: Ints) -> int:
    """The most attempts of one person."""
    return int(np.unique(person, return_counts=True)[1].max()) if len(person) else 1


def _weights(seen: Ints) -> Floats:
    """(days + 1,) all attempts ÷ those after which one could see that many days."""
    if not len(seen):
        return np.ones(1)
    lasting = np.cumsum(np.bincount(seen)[::-1])[::-1]
    return np.minimum(len(seen) / np.maximum(lasting, 1), MOST)
