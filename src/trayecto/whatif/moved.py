"""What a change moves: quantities for all draws at once, what chance adds to them, and times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from trayecto.attempts.facts import WEEK, WEEKS, Facts
from trayecto.attempts.lives import Bools, Ints
from trayecto.whatif.compare import TINY, means
from trayecto.whatif.draws import Draws, Floats

MOST_AHEAD = 30
LEAST = 50  # attempts of a kind, to tell it apart
SEEN = 0.05  # share of the attempts that must have been seen for a week to count it


@dataclass(frozen=True)
class Note:
    """Something to know about an answer: ``code`` for programs, ``text`` for people."""

    code: str
    text: str
    about: str = ""

    def to_dict(self) -> dict[str, str]:
        return {"code": self.code, "text": self.text, "about": self.about}


@dataclass(frozen=True, eq=False)
class Timing:
    """A figure that is no total: ``name`` such as ``days:refund.paid`` or ``late:refund.paid``; (n,) draws before and after."""

    name: str
    before: Floats
    after: Floats


@dataclass(frozen=True, eq=False)
class Shift:
    """(units,) ``out``: which share of each attempt goes as those of the same ``cell`` do that are ``into``; ``without``: steps that nobody
    takes any more; ``since``: (units,) only what comes later goes another way."""

    out: Floats
    into: Bools
    cell: Ints
    without: Sequence[str] = ()
    since: Ints | None = None


@dataclass(frozen=True, eq=False)
class Moved:
    """``change``: (3, n) orders kept, contacts and value kept that come on top, the first the log as it is, then draws; ``chance``: (3,) the variance that one
    period adds to them; ``attempts``: (units,) whom the change touches; ``shifts``: as whom they go."""

    change: Floats
    chance: Floats
    attempts: Bools
    times: Sequence[Timing] = ()
    notes: Sequence[Note] = field(default_factory=tuple)
    shifts: Sequence[Shift] = ()


@dataclass(frozen=True, eq=False)
class _Pairs:
    """(pairs,) an attempt, a later one of the same person, and whole weeks between the order and it."""

    unit: Ints
    later: Ints
    week: Ints


def began_at(facts: Facts) -> Ints:
    """(units,) the order, or the attempt where there is none."""
    return np.where(facts.ordered, facts.units.ordered, facts.units.began)


@dataclass(frozen=True, eq=False)
class Later:
    """What follows an attempt: kept orders, contacts and value of the same person's later attempts."""

    draws: Draws

    @property
    def facts(self) -> Facts:
        return self.draws.facts

    def by_period(self, among: Bools) -> Floats:
        """(3, periods, n) the mean of what follows these attempts, by fortnight."""
        return np.array([means(self.draws, one, among, self.draws.period) for one in self.facts.later])

    def spread_with_own(self, among: Bools) -> Floats:
        """(3,) variance per mean of an attempt's own and what follows, of randomly many of these."""
        facts = self.facts
        own = (facts.kept, facts.contacts, facts.worth)
        told = [mine[among] + then[among] for mine, then in zip(own, facts.later, strict=True)]
        return np.array([float((one**2).sum() / max(one.sum(), TINY)) for one in told])

    def total(self, among: Bools) -> Floats:
        """(3, n) what follows these attempts within the log."""
        return np.array([self.draws.total(one, among) for one in self.facts.later])

    def in_full(self, among: Bools, like: Bools) -> Floats:
        """(3, n) the mean of what follows these attempts, with as long to come back in as the log is: the mean cumulative
        function of their later attempts (Nelson, 2003), over the weeks for which enough of them were seen.

        Persons' first attempts in the log and their later ones are told apart, and weighed as among those they stand for (``like``).
        """
        first = self._is_first
        whole = np.maximum(self.draws.count(like), TINY)
        found = np.zeros((3, self.draws.weights.shape[1]))
        for mask in (first, ~first):
            if (like & mask).any():
                mine = among & mask if (among & mask).sum() >= LEAST else among
                found += self._cumulated(mine) * self.draws.count(like & mask) / whole
        return found

    @property
    def _is_first(self) -> Bools:
        person = self.facts.units.person
        found = np.ones(len(person), dtype=bool)
        found[1:] = person[1:] != person[:-1]
        return found

    def _cumulated(self, among: Bools) -> Floats:
        size = WEEKS
        risk = self._at_risk(among)
        enough = risk[:, 0] >= SEEN * max(float(risk[0, 0]), 1.0)
        pairs = self._pairs
        mine = among[pairs.unit]
        unit, week, later = pairs.unit[mine], pairs.week[mine], pairs.later[mine]
        blocks = len(self.draws.weights)
        key = week * blocks + self.draws.block[unit]
        found = []
        for values in (self.facts.kept, self.facts.contacts, self.facts.worth):
            sums = np.bincount(key, values[later], size * blocks).reshape(size, blocks) @ self.draws.weights
            found.append((sums / np.maximum(risk, TINY))[enough].sum(axis=0))
        return np.array(found)

    def _at_risk(self, among: Bools) -> Floats:
        """(WEEKS, n) how many of these attempts have been seen for each week after the order; a week that the end of the log cuts
        counts in part."""
        facts = self.facts
        span = (facts.end - began_at(facts)) / WEEK
        whole = np.clip(span.astype(np.int64), 0, WEEKS - 1)
        full = self.draws.sums(1.0, among, whole, WEEKS)
        part = self.draws.sums(np.clip(span - whole, 0.0, 1.0), among, whole, WEEKS)
        beyond = np.cumsum(full[::-1], axis=0)[::-1]
        return np.asarray(beyond - full + part)

    @cached_property
    def _pairs(self) -> _Pairs:
        """Every attempt with each of the same person's later ones, as far as thirty ahead."""
        facts, person = self.facts, self.facts.units.person
        ordered, began = began_at(facts), facts.units.began
        found = []
        for ahead in range(1, min(MOST_AHEAD, len(person) - 1) + 1):
            unit = np.flatnonzero(person[:-ahead] == person[ahead:])
            if not len(unit):
                break
            week = np.clip((began[unit + ahead] - ordered[unit]) // WEEK, 0, WEEKS - 1)
            found.append((unit, unit + ahead, week))
        if not found:
            none = np.zeros(0, dtype=np.int64)
            return _Pairs(none, none, none)
        return _Pairs(*(np.concatenate(part) for part in zip(*found, strict=True)))

    @cached_property
    def spread(self) -> Floats:
        """(3,) variance per mean of what follows, over those who come back: chains of orders vary more than single ones."""
        back = self.facts.following
        told = [one[back] for one in self.facts.later]
        return np.array([float((one**2).sum() / max(one.sum(), TINY)) if len(one) else 1.0 for one in told])


def by_period(draws: Draws, weight: Floats | float, among: Bools) -> Floats:
    """(periods, n) sums by fortnight."""
    return draws.sums(weight, among, draws.period, int(draws.period.max(initial=0)) + 1)


def nothing(draws: Draws) -> Floats:
    return np.zeros((3, draws.weights.shape[1]))
