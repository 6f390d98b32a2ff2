"""Intervals and tests of shares: closed formulas, no random draws, each with its source."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, sqrt
from statistics import NormalDist

import numpy as np

from trayecto.errors import BadValue
from trayecto.money import Interval

LEVEL = 0.95  # of every interval here, unless told otherwise
FALSE_DISCOVERIES = 0.05  # of the differences that are marked, at most this share is chance


def reach(level: float = LEVEL) -> float:
    """How many standard errors the interval of a level reaches to each side: 1.96 for 0.95."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(part: float, whole: float, level: float = LEVEL) -> Interval | None:
    """The share ``part / whole`` with its score interval (Wilson, 1927); None of nothing."""
    if whole <= 0:
        return None
    z, share = reach(level), part / whole
    middle = share + z * z / (2 * whole)
    spread = z * sqrt(max(share * (1 - share), 0.0) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return Interval(max(0.0, min(low, share)), share, min(1.0, max(high, share)))


def difference(a: Interval, b: Interval) -> Interval:
    """``b - a`` of two quantities with intervals of their own (Newcombe, 1998, method 10; Zou and Donner, 2008)."""
    value = b.expected - a.expected
    down = sqrt((b.expected - b.low) ** 2 + (a.high - a.expected) ** 2)
    up = sqrt((b.high - b.expected) ** 2 + (a.expected - a.low) ** 2)
    return Interval(value - down, value, value + up)


def two_sided(z: float) -> float:
    """The chance of a standard normal value as far from zero."""
    return erfc(abs(z) / sqrt(2))


def q_values(chances: Sequence[float]) -> list[float]:
    """The false discovery rate at which each would be the last one accepted (Benjamini and Hochberg, 1995)."""
    if not chances:
        return []
    order = np.argsort(chances, kind="stable")
    ranked = np.asarray(chances)[order] * len(chances) / np.arange(1, len(chances) + 1)
    least = np.minimum.accumulate(ranked[::-1])[::-1]
    found = np.empty(len(chances))
    found[order] = np.minimum(least, 1.0)
    return [float(one) for one in found]


def discovered(p_values: Sequence[float], rate: float) -> list[bool]:
    """Which p-values pass when ``rate`` of those that do may be false (Benjamini and Hochberg, 1995); raises BadValue."""
    if not 0 < rate < 1:
        raise BadValue(f"A rate of false discoveries lies between 0 and 1, not {rate}.")
    return [one <= rate for one in q_values(p_values)]
