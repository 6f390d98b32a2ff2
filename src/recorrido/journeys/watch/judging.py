"""From counts to verdicts: which streams are watched, what is expected of each now, and whether that has been left.

Arrays only. The live watch calls it with the last hours, the validation with a whole year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from recorrido.journeys.watch import detection
from recorrido.journeys.watch.detection import Kind, Limits, Verdicts
from recorrido.journeys.watch.rhythm import (
    LEVEL_BOUNDS,
    LEVEL_PRIOR,
    Array,
    Day,
    Expected,
    Hours,
    Past,
    by_minute,
    levels,
    profile_of,
    rolling,
)

DAYS_BACK = 45  # days with events that the rhythm is taken from
FEWEST_DAYS = 7  # before a week is known nothing is judged
OWN_HOURS = 3  # of a source: how it has delivered lately


@dataclass(frozen=True)
class Pair:
    """What is counted: events of one touchpoint ("" = none of the blueprint's) from one source."""

    touchpoint: str
    source: str


@dataclass(frozen=True)
class Subject:
    """What is watched. ``touchpoint`` or ``source`` names it; ``of`` is the touchpoint whose share it is."""

    kind: Kind
    touchpoint: str = ""
    source: str = ""
    of: str = ""
    limits: Limits = field(default_factory=Limits)

    @property
    def key(self) -> str:
        """Unique among all that is watched: "touchpoint:payment.refused", "source:shop"."""
        return f"touchpoint:{self.touchpoint}" if self.touchpoint else f"source:{self.source}"


@dataclass(frozen=True)
class Counts:
    """Events by pair: ``minutes`` over ``hours`` (pairs × 60·hours), ``history`` by day and hour (pairs × days × 24)
    for the ``days`` (local days since 1970, ascending) of which any event is known; ``free`` marks holidays.

    ``passed``: the share of each minute that has passed, 1 before the present one; None where all are over.
    """

    pairs: Sequence[Pair]
    hours: Hours
    minutes: Array
    days: Array
    history: Array
    free: Mapping[int, bool]
    passed: Array | None = None

    def of(self, chosen: Array) -> tuple[Array, Array]:
        """Minutes and history of several pairs together."""
        return self.minutes[chosen].sum(axis=0), self.history[chosen].sum(axis=0)


@dataclass(frozen=True)
class Judged:
    """A subject's minutes: seen, expected (usual and the bound that counts), and the verdicts."""

    subject: Subject
    counts: Array
    usual: Array
    bound: Array
    verdicts: Verdicts


class Court:
    """Judges subjects by the same counts; what several of them need is worked out once."""

    def __init__(self, counts: Counts, quiet: frozenset[str] = frozenset()) -> None:
        """``quiet``: touchpoints whose own number tells nothing about the traffic (watched ones, internal steps)."""
        self.counts = counts
        self._touchpoints = np.array([pair.touchpoint for pair in counts.pairs])
        self._sources = np.array([pair.source for pair in counts.pairs])
        self._is_traffic = ~np.isin(self._touchpoints, list(quiet))
        self._expected: dict[bytes, Expected] = {}
        self._levels: dict[bytes, Array] = {}

    def judge(self, subject: Subject, *, begin: int = 0, end: int | None = None) -> Judged:
        """Judge the minutes from ``begin`` to before ``end``; what lies before speaks neither for nor against."""
        chosen = self._chosen(subject)
        counts = self.counts.minutes[chosen].sum(axis=0)[:end]
        expected = self._expected_of(chosen)
        if subject.kind == Kind.SURGE:
            bound = expected.most * self._levels_of(self._reference(subject, chosen)).max(axis=0)
        else:
            bound = expected.least * self._lowest_level(subject, chosen, expected)
        bound = bound[:end]
        seen, due = counts.copy(), bound.copy()
        seen[:begin], due[:begin] = 0, 0
        find = detection.surge if subject.kind == Kind.SURGE else detection.drop
        return Judged(subject, counts, expected.usual[:end], bound, find(seen, due, subject.limits))

    def sources_of(self, subject: Subject) -> list[str]:
        """The sources that tell of a touchpoint, the one that tells most of it first."""
        chosen = self._chosen(subject)
        told = self.counts.history[chosen].sum(axis=(1, 2)) + self.counts.minutes[chosen].sum(axis=1)
        totals: dict[str, float] = {}
        for source, events in zip(self._sources[chosen].tolist(), told.tolist(), strict=True):
            totals[source] = totals.get(source, 0.0) + events
        return sorted(totals, key=lambda source: -totals[source])

    def _chosen(self, subject: Subject) -> Array:
        if subject.touchpoint:
            return np.asarray(self._touchpoints == subject.touchpoint)
        return np.asarray(self._sources == subject.source)

    def _reference(self, subject: Subject, chosen: Array) -> Array:
        """The traffic a touchpoint depends on: the one it is a share of, else all of its sources."""
        if subject.of:
            return np.asarray(self._touchpoints == subject.of)
        return np.isin(self._sources, np.unique(self._sources[chosen])) & self._is_traffic & ~chosen

    def _lowest_level(self, subject: Subject, chosen: Array, expected: Expected) -> Array:
        """A slow day must not look like silence."""
        others = self._reference(subject, chosen) if subject.touchpoint else ~chosen
        traffic = np.minimum(self._levels_of(others).min(axis=0), 1.0)
        return traffic if subject.touchpoint else traffic * self._own_level(chosen, expected)

    def _own_level(self, chosen: Array, expected: Expected) -> Array:
        """How a source delivered before its last event: nothing is missed of one that has become half as busy.

        On a holiday nobody knows whether it works at all before it has been seen to, that day.
        """
        counts = self.counts.minutes[chosen].sum(axis=0)
        last = np.maximum.accumulate(np.where(counts > 0, np.arange(len(counts)), 0))
        window = OWN_HOURS * 60
        seen, due = rolling(counts, window)[last], rolling(expected.usual, window)[last]
        level = np.clip((LEVEL_PRIOR + seen) / (LEVEL_PRIOR + due), LEVEL_BOUNDS[0], 1.0)
        day = np.repeat(self.counts.hours.day, 60)
        works = (day[last] == day) & (due >= LEVEL_PRIOR) & (seen >= due / 2)
        free = np.repeat([self.counts.free.get(int(d), False) for d in self.counts.hours.day], 60)
        return np.asarray(np.where(free & ~works, 0.0, level))

    def _levels_of(self, chosen: Array) -> Array:
        key = chosen.tobytes()
        if key not in self._levels:
            minutes = self.counts.minutes[chosen].sum(axis=0)
            self._levels[key] = levels(minutes, self._expected_of(chosen).usual)
        return self._levels[key]

    def _expected_of(self, chosen: Array) -> Expected:
        key = chosen.tobytes()
        if key not in self._expected:
            expected = expected_by_minute(self.counts, self.counts.history[chosen].sum(axis=0))
            self._expected[key] = expected.times(self.counts.passed)
        return self._expected[key]


def expected_by_minute(counts: Counts, history: Array) -> Expected:
    """What is expected of a stream with this history (days × 24), for each day by the days before it."""
    free = np.array([counts.free.get(int(day), False) for day in counts.days], dtype=bool)
    past = Past(history, (counts.days + 3) % 7, free)
    profiles = {}
    for day in np.unique(counts.hours.day).tolist():
        end = int(np.searchsorted(counts.days, day))
        before = slice(max(0, end - DAYS_BACK), end)
        known = Past(past.counts[before], past.weekdays[before], past.free[before])
        sort = Day((day + 3) % 7, counts.free.get(day, False), counts.free.get(day - 1, False))
        profiles[day] = profile_of(known, sort)
    return by_minute(counts.hours, profiles)


def known_days(counts: Counts) -> int:
    """Days before the first judged one of which anything is known."""
    return int(np.searchsorted(counts.days, counts.hours.day[0]))
