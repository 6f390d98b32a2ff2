"""When a stream has left its rhythm, and when it is back: cumulative sums of what speaks for trouble.

For each minute the log-likelihood ratio between "so many times the usual" and "as usual" is added up, never below zero
(Page, "Continuous inspection schemes", Biometrika 1954); an alarm is due when the sum passes a threshold. For a given
rate of false alarms no rule finds a lasting change sooner (Moustakides, Annals of Statistics 1986). Several multiples
are watched at once, so that a small jump of much is found as well as a large jump of little. Counts scatter more than
by chance alone, hence the negative binomial.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from recorrido.journeys.watch.rhythm import Array, rolling

SURGE_TIMES = (2.0, 3.0, 6.0, 20.0)  # multiples of the usual that are looked for
DROP_TIMES = 0.1  # what is left when a stream is as good as gone
SCATTER_MORE = 0.02  # variance = mean + scatter × mean², by minute
SCATTER_LESS = 0.5  # silence must be long: people come in groups
MORE_FOR_LESS = 7.0  # of evidence, for the same reason: an order is two events, a visit five
CONFIRMED = (2, 3)  # of the last three minutes, two must be beyond the usual
CLEARLY = 1.5  # times the usual: what counts as such a minute
MOST_PATIENCE = 3  # doublings of the time for which trouble that comes and goes must stay away


class Kind(StrEnum):
    SURGE = "surge"  # too many: errors, refusals, contacts
    DROP = "drop"  # too few of a touchpoint, while what leads to it goes on
    SILENCE = "silence"  # nothing from a source


@dataclass(frozen=True)
class Limits:
    """``evidence``: the threshold of the sums. ``least``: so many events, and ``times`` the expected ones, make a surge
    worth a word: where there is much, half as much again is proved in minutes and is no incident."""

    evidence: float = 9.0
    least: int = 6
    times: float = 2.0


@dataclass(frozen=True)
class Verdicts:
    """By minute: whether an alarm is due, since which minute (index) it has been building up, how strong it is."""

    due: Array
    since: Array
    evidence: Array


def surge(counts: Array, expected: Array, limits: Limits) -> Verdicts:
    """Minutes in which far more happened than ``expected`` (events a minute, the traffic of now counted in)."""
    charts = [_chart(counts, expected, times, limits) for times in SURGE_TIMES]
    beyond = counts > np.maximum(CLEARLY * expected, expected + 2 * np.sqrt(expected) + 0.5)
    confirmed = rolling(beyond, CONFIRMED[1]) >= CONFIRMED[0]
    best = np.argmax([np.where(chart.due, 1e6, 0) + chart.evidence for chart in charts], axis=0)
    at = np.arange(len(counts))
    due, since, evidence = (
        np.array([getattr(chart, name) for chart in charts])[best, at]
        for name in ("due", "since", "evidence")
    )
    return Verdicts(due & confirmed, since, evidence)


def _chart(counts: Array, expected: Array, times: float, limits: Limits) -> Verdicts:
    """The sum for one multiple; what it has gathered since it last stood at zero must also be large in itself."""
    evidence, since = _cumulated(_ratio(counts, expected, times, SCATTER_MORE))
    seen, usual = _since(counts, since), _since(expected, since)
    large = (seen >= limits.least) & (seen >= limits.times * usual)
    return Verdicts((evidence >= limits.evidence) & large, since, evidence)


def drop(counts: Array, expected: Array, limits: Limits) -> Verdicts:
    """Minutes in which next to nothing came where ``expected`` events a minute (a cautious guess) should have."""
    evidence, since = _cumulated(_ratio(counts, expected, DROP_TIMES, SCATTER_LESS))
    return Verdicts(evidence >= limits.evidence + MORE_FOR_LESS, since, evidence)


def _ratio(counts: Array, expected: Array, times: float, scatter: float) -> Array:
    """Log-likelihood ratio of each minute, negative binomial: ``times`` the expected against the expected."""
    weight = np.log((1 + scatter * times * expected) / (1 + scatter * expected))
    return np.asarray(counts * np.log(times) - (counts + 1 / scatter) * weight)


def _cumulated(ratio: Array) -> tuple[Array, Array]:
    """The sum that never falls below zero, and the index of the minute it has been above zero since."""
    total = np.cumsum(ratio)
    floor = np.minimum(np.minimum.accumulate(total), 0.0)
    lowest = np.where(total <= floor, np.arange(len(ratio)), -1)
    return total - floor, np.maximum.accumulate(lowest) + 1


def _since(counts: Array, since: Array) -> Array:
    """Events from the minute ``since`` to each minute, both included."""
    total = np.concatenate([[0], np.cumsum(counts)])
    ends = np.arange(1, len(counts) + 1)
    return np.asarray(total[ends] - total[np.minimum(since, ends - 1)])


@dataclass(frozen=True)
class Watched:
    """How an open incident stands: seen and expected events from its first minute on, the strongest minute."""

    seen: int
    expected: float
    minutes: int
    peak: int


def is_over(kind: Kind, counts: Array, expected: Array, watched: Watched, *, returns: int = 0) -> bool:
    """Whether the last minutes are usual again: so many of them that the trouble would have shown in them.

    Opening takes a strong proof, closing asks that the rate lies below the middle between usual and trouble: the two
    differ, so nothing flickers. Trouble that comes and goes must stay away for longer each time: ``returns`` is how
    often it was over lately.
    """
    patience = 2 ** min(returns, MOST_PATIENCE)
    if kind == Kind.SURGE:
        return _has_calmed(counts, expected, watched, patience)
    return _has_come_back(counts, expected, patience)


def _has_calmed(counts: Array, expected: Array, watched: Watched, patience: int) -> bool:
    rate = max(watched.seen / max(watched.minutes, 1), 1e-6)
    window = int(np.clip(np.ceil(8 / rate), 10 * patience, 120))
    if len(counts) < window:
        return False
    seen, usual = counts[-window:].sum(), expected[-window:].sum()
    return bool(seen <= max(CLEARLY * usual, usual + 2 * np.sqrt(usual) + 1) and seen < rate * window / 2)


def _has_come_back(counts: Array, expected: Array, patience: int) -> bool:
    """Half of what is expected, over so long that five events were."""
    due = np.cumsum(expected[::-1])
    window = min(max(int(np.searchsorted(due, 5.0)) + 1, 3 * patience), len(counts))
    return bool(counts[-window:].sum() >= max(1.0, 0.5 * expected[-window:].sum()))
