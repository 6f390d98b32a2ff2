"""The promises of a log, attempt by attempt: whose were kept, whose broken, and between which steps the time was lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import NEVER, Bools, Ints
from trayecto.attempts.promises import Promised, promises_of, told_on_events
from trayecto.designed import promised_on_events

BETWEEN = 0.6  # of the attempts that have a step, for it to stand on the way


@dataclass(frozen=True, eq=False)
class Broken:
    """(attempts,) arrays. ``start``: from when it was promised; ``until``: when it was done or, where it is not, NEVER. Only attempts
    for which the time has passed are ``judged``. ``message``: something that was to be told, of nature *advice*."""

    facts: Facts
    step: str
    start: Ints
    until: Ints
    failed: Bools
    kept: Bools
    message: bool
    start_step: str | None

    @property
    def judged(self) -> Bools:
        return self.failed | self.kept

    def born_at(self, failed: Bools, kept: Bools) -> str:
        """The step on the way that most of the excess time was spent before."""
        way = [(self.step, self.until), *self._between(failed, kept)]
        begun = self.start < NEVER
        waits, previous = {}, self.start
        for step, moment in sorted(way, key=lambda told: self._usual(told[1], kept)):
            has = begun & (moment < NEVER) & (previous < NEVER)
            wait = np.where(has, moment - np.where(has, previous, 0), 0)
            late, punctual = has & failed, has & kept
            if late.any() and punctual.any():
                waits[step] = float(wait[late].mean() - wait[punctual].mean())
            previous = np.where(moment < NEVER, moment, previous)
        return max(waits, key=lambda step: waits[step]) if waits else self.step

    def _usual(self, moment: Ints, kept: Bools) -> float:
        has = kept & (moment < NEVER)
        return float(np.median((moment - self.start)[has])) if has.any() else 0.0

    def _between(self, failed: Bools, kept: Bools) -> Iterator[tuple[str, Ints]]:
        """Steps of the company that most attempts take after the start and before the end."""
        for one in self.facts.blueprint.measured:
            if one.key in {self.step, self.start_step} or one.nature not in {"internal", "transaction"}:
                continue
            if one.key not in self.facts.log.stored.code_of:
                continue
            moment = self.facts.units.first(self.facts.log, [one.key])
            inside = (moment > self.start) & (moment < self.until)
            late, punctual = failed & (self.until < NEVER), kept
            if late.any() and punctual.any() and min(inside[late].mean(), inside[punctual].mean()) >= BETWEEN:
                yield one.key, np.where(inside, moment, NEVER)


def broken_promises(facts: Facts) -> list[Broken]:
    """Of every promise of the blueprint that the log can tell of."""
    advice = {one.key for one in facts.blueprint.measured if one.nature == "advice"}
    since = {one.key: one.promise.since for one in facts.blueprint.measured if one.promise}
    found = [_since_a_step(one, one.step in advice, since[one.step]) for one in promises_of(facts)]
    return [*found, *_on_events(facts, advice)]


def _since_a_step(promise: Promised, message: bool, start_step: str | None) -> Broken:
    """Attempts whose promise ends after the log does are left out, also those that were quick: the slow ones of the same days
    cannot be seen yet. So are orders that were cancelled before what was promised came."""
    facts, begun = promise.facts, promise.start < NEVER
    now, then = (promise.clock(np.where(begun, told, facts.end)) for told in (facts.end, promise.start))
    ripe = begun & (now - then > promise.length)
    failed = promise.failed & ((promise.done < NEVER) | (facts.kept > 0))
    if message:  # whatever became of the order later, this was not told when it should have been
        until = np.minimum(np.minimum(promise.done, promise.void), facts.end)
        failed = begun & (promise.clock(np.where(begun, until, facts.end)) - then > promise.length)
    return Broken(
        facts, promise.step, promise.start, promise.done, failed & ripe, promise.kept & ripe, message, start_step
    )  # fmt: skip


def _on_events(facts: Facts, advice: set[str]) -> Iterator[Broken]:
    """Promises that stand on the events themselves."""
    for one in promised_on_events(facts.blueprint):
        told = told_on_events(facts, one.key)
        if told is not None:
            failed, kept = told
            done = facts.units.first(facts.log, [one.key])
            yield Broken(
                facts, one.key, facts.units.began, done, failed, kept, one.key in advice, None
            )  # fmt: skip
