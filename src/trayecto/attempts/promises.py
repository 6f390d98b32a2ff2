"""Which promises of the blueprint were kept, attempt by attempt, and which were broken at a given moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import NEVER, Bools, Ints
from trayecto.blueprint import Promise
from trayecto.calendars import Calendar
from trayecto.designed import calendar_of, late_attribute, promised_on_events, seconds_of
from trayecto.errors import BadValue

EXCLUDES = 0.02  # a step of whose attempts fewer also have the promised one stands in its place
LEAST = 20  # attempts with a step, to say so


@dataclass(frozen=True, eq=False)
class Promised:
    """The promise of one step since another. ``start``, ``done``: (units,) moments or NEVER; ``void``: the moment from which
    nobody waits for the step any more, since another one stands in its place."""

    facts: Facts
    step: str
    start: Ints
    done: Ints
    void: Ints
    length: int  # microseconds of the clock
    clock: Callable[[Ints], Ints]
    calendar: Calendar | None = None  # None: the clock is the wall's

    @cached_property
    def due(self) -> Ints:
        """(units,) the moment until which it was promised, NEVER without a promise."""
        begun = self.start < NEVER
        start = np.where(begun, self.start, self.facts.end)
        due = start + self.length if self.calendar is None else self.calendar.after(start, self.length)
        return np.where(begun, due, NEVER)

    @cached_property
    def applies(self) -> Bools:
        """(units,) whether the promise was given and not made void while there was still time."""
        return (self.start < NEVER) & ((self.done < NEVER) | (self.void == NEVER) | self.failed)

    @cached_property
    def failed(self) -> Bools:
        """(units,) done too late, or not yet although it is. Whoever waited too long and then orders again, or cancels, was failed
        too: without them those who come back soon would be missing among the failed."""
        until = np.where(self.done < NEVER, self.done, np.minimum(self.void, self.facts.end))
        return (self.start < NEVER) & self._over(np.arange(len(self.start)), until)

    @cached_property
    def kept(self) -> Bools:
        """(units,) done in time."""
        return self.applies & (self.done < NEVER) & ~self.failed

    @property
    def judged(self) -> Bools:
        return self.kept | self.failed

    def overdue(self, unit: Ints, at: Ints, after: int) -> Bools:
        """(rows,) whether at that moment the attempt waits too long for the step, or did so until less than ``after``
        microseconds before."""
        done, void = self.done[unit], np.minimum(self.void[unit], NEVER - after)
        waits = (at < done) & (at <= void + after)
        was_late = self.failed[unit] & (done < NEVER) & (at >= done) & (at - np.minimum(done, at) <= after)
        return (self.start[unit] < at) & self._over(unit, at) & (waits | was_late)

    def _over(self, unit: Ints, at: Ints) -> Bools:
        """(rows,) whether more time than was promised had passed at these moments."""
        start = self.start[unit]
        begun = start < NEVER
        now, then = (self.clock(np.where(begun, told, self.facts.end)) for told in (at, start))
        return begun & (now - then > self.length)


def promised(facts: Facts, step: str) -> Promised:
    """The promise of a step; raises BadValue where the blueprint makes none since another step."""
    touchpoint = next((one for one in facts.blueprint.measured if one.key == step), None)
    if touchpoint is None or touchpoint.promise is None or touchpoint.promise.since is None:
        raise BadValue(f"The blueprint promises no time for '{step}' since another step.")
    return promised_as(facts, step, touchpoint.promise.since, touchpoint.promise)


def promises_of(facts: Facts) -> list[Promised]:
    """Every promise since another step that this log knows."""
    known = facts.log.stored.code_of
    touchpoints = [one for one in facts.blueprint.measured if one.promise and one.promise.since in known]
    return [
        promised_as(facts, one.key, one.promise.since, one.promise)
        for one in touchpoints
        if one.promise and one.promise.since
    ]


def promised_as(facts: Facts, step: str, since: str, promise: Promise) -> Promised:
    """A step as if it were promised so since another."""
    start, done, void = _awaited(facts, step, since)
    calendar = None if promise.within is not None else calendar_of(facts.blueprint, promise.calendar)
    clock = _elapsed if calendar is None else calendar.working
    length = round(seconds_of(facts.blueprint, promise) * 1e6)
    return Promised(facts, step, start, done, void, length, clock, calendar)


def _awaited(facts: Facts, step: str, since: str) -> tuple[Ints, Ints, Ints]:
    """(units,) the moments ``start``, ``done`` and ``void`` of one step since another."""
    done = units_first(facts, step)
    start = _given(facts, units_first(facts, since), done)
    void = facts.units.first(facts.log, _instead(facts, done < NEVER, start < NEVER, {step, since}))
    return start, done, np.where(facts.following, np.minimum(void, _next_began(facts)), void)


def _given(facts: Facts, start: Ints, done: Ints) -> Ints:
    """(units,) ``start`` of the attempts that the step is for at all: not where a segment has a value with which it is hardly ever
    done, as no pickup is with orders that are sent, even if nobody told that they were. A segment tells of a journey's first
    attempt: where it decides, later ones are for the step only if they have it."""
    begun, has = start < NEVER, done < NEVER
    meant = np.ones(len(start), dtype=bool)
    for attribute in facts.journey_type.segments:
        if attribute.name in facts.log.attributes.column_names:
            meant &= _meant(facts, facts.codes((attribute.name,)), begun, has)
    return np.where(meant | has, start, NEVER)


def _meant(facts: Facts, codes: Ints, begun: Bools, has: Bools) -> Bools:
    """(units,) whether the step is for attempts of such a value."""
    told = begun & facts.first_of_journey
    whole, part = (
        np.bincount(codes[one], minlength=int(codes.max(initial=0)) + 1) for one in (told, told & has)
    )
    never = (whole >= LEAST) & (part < EXCLUDES * whole)
    return np.asarray(~never[codes] & (facts.first_of_journey | ~never.any()))


def told_on_events(facts: Facts, step: str) -> tuple[Bools, Bools] | None:
    """(units,) who was failed and who was not by a promise that stands on the events themselves; a journey's attribute tells of
    its first attempt. None where the log does not tell."""
    one = next((one for one in promised_on_events(facts.blueprint) if one.key == step), None)
    name = late_attribute(one) if one else ""
    if name not in facts.log.attributes.column_names or step not in facts.log.stored.code_of:
        return None
    count = np.nan_to_num(facts.log.attributes[name].to_numpy().astype(float))[facts.units.row]
    known = facts.first_of_journey & (units_first(facts, step) < NEVER)
    return known & (count > 0), known & (count == 0)


def usually(facts: Facts, step: str, since: str, percent: float) -> Promised | None:
    """As if it was promised what so many in a hundred waited for the step since another; None where nobody did."""
    start, done, void = _awaited(facts, step, since)
    both = (start < NEVER) & (done < NEVER) & (done >= start)
    if not both.any():
        return None
    length = int(np.percentile((done - start)[both], percent))
    return Promised(facts, step, start, done, void, length, _elapsed)


def units_first(facts: Facts, step: str) -> Ints:
    """(units,) when a step first happens, NEVER where it does not."""
    return facts.units.first(facts.log, [step])


def _elapsed(times: Ints) -> Ints:
    return times


def _next_began(facts: Facts) -> Ints:
    return np.where(facts.following, np.append(facts.units.began[1:], NEVER), NEVER)


def _instead(facts: Facts, has: Bools, given: Bools, own: set[str]) -> list[str]:
    """The steps that stand in the place of the promised one: next to none of their attempts have both."""
    taken = facts.units.taken[:, given]
    whole, both = np.count_nonzero(taken, axis=1), np.count_nonzero(taken & has[given], axis=1)
    if not has.any():
        return [step for step in facts.goals if step not in own]
    return [
        step
        for step, code in facts.log.stored.code_of.items()
        if step not in own
        and code < len(whole)
        and whole[code] >= LEAST
        and both[code] < EXCLUDES * whole[code]
    ]
