"""Filters that keep exactly the journeys that a question counted: one for each figure that can be clicked.

They ask the same kernels as the question. Where a figure depends on the journeys it was asked of (a limit or a
threshold that is a percentile), pass the value from the result: then the filter finds the same rows anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import cast

import numpy as np
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.calendars import Calendar
from trayecto.errors import BadValue
from trayecto.filters.base import Filter, Mask, mask_by_batch, steps_given
from trayecto.filters.sequence import Has, Length, window_us
from trayecto.filters.text import call, duration_text, hours_text, seconds_or_text
from trayecto.kernels import repeats as repeats_kernel
from trayecto.kernels import waits
from trayecto.kernels.inputs import FOREVER
from trayecto.questions import delays, dropoff, durations, promised
from trayecto.units import to_microseconds

Limits = Mapping[str, Length | None]  # by step; None: for ever
STATES = {"open": dropoff.OPEN, "lost": dropoff.LOST}


@dataclass(frozen=True, slots=True)
class Repeats(Filter):
    """A step (None: some step) comes again: ``bit`` says whether at all, directly, or after others."""

    step: str | None
    bit: int

    def mask(self, view: View) -> Mask:
        code = -1 if self.step is None else view.code(self.step)
        return mask_by_batch(view, partial(self._flagged, code=code))

    def _flagged(self, batch: Batch, code: int) -> Mask:
        return (repeats_kernel.flags(batch, code) & self.bit) > 0

    def __str__(self) -> str:
        names = {
            repeats_kernel.REPEATS_BIT: "repeats",
            repeats_kernel.DIRECT_BIT: "repeats_directly",
            repeats_kernel.RETURN_BIT: "returns_to",
        }
        return call(names[self.bit], self.step)


@dataclass(frozen=True, slots=True)
class Standing(Filter):
    """Journeys without the goal that are open or lost, at one step (None: any); limits in microseconds."""

    state: str
    goal: tuple[str, ...]
    step: str | None
    limits: tuple[tuple[str, int | None], ...]  # None: for ever

    def mask(self, view: View) -> Mask:
        goal = dropoff.goal_codes(view, self.goal)
        at = None if self.step is None else view.code(self.step)
        given = {
            step: None if length is None else timedelta(microseconds=length) for step, length in self.limits
        }
        limits = dropoff.find_limits(view, goal, given, None if at is None else [at])
        params = dropoff.DropoffParams(goal, to_microseconds(view.as_of), limits.microseconds)
        return mask_by_batch(view, partial(self._stands, params=params, at=at))

    def _stands(self, batch: Batch, params: dropoff.DropoffParams, at: int | None) -> Mask:
        found = (dropoff.states(batch, params) == STATES[self.state]) & (
            batch.offsets[1:] > batch.offsets[:-1]
        )
        if at is not None:
            found &= batch.steps[np.maximum(batch.offsets[1:] - 1, 0)] == at
        return cast(Mask, found)

    def __str__(self) -> str:
        goal = self.goal[0] if len(self.goal) == 1 else self.goal
        limits = {
            step: None if length is None else duration_text(length) for step, length in self.limits
        } or None
        if self.step is None:
            return call(self.state, goal, limits)
        return call(f"{self.state}_at", self.step, goal, limits)


@dataclass(frozen=True, slots=True)
class LateAt(Filter):
    """Journeys with a wait for the step that is longer than ``limit`` microseconds (None: than the log's p90)."""

    step: str
    limit: int | None
    since: str | None
    calendar: Calendar | None

    def mask(self, view: View) -> Mask:
        promise = promised.Promise(None, self.since, self.calendar)
        waiting = promised.waiting_of(view, {self.step: promise})
        code = view.code(self.step)
        limit = self._p90(view, waiting, code) if self.limit is None else self.limit
        return mask_by_batch(view, partial(self._late, waiting=waiting, code=code, limit=limit))

    def _p90(self, view: View, waiting: promised.Waiting, code: int) -> int:
        batches = promised.baseline_batches(view, None)
        own = np.concatenate(engine.over(partial(_waits, waiting=waiting, code=code), batches))
        return waits.percentile(own, delays.PERCENT)[0] if len(own) else FOREVER

    @staticmethod
    def _late(batch: Batch, waiting: promised.Waiting, code: int, limit: int) -> Mask:
        arrivals, length = waiting.of(batch, code)
        found = np.zeros(batch.journeys, dtype=np.bool_)
        found[arrivals.journeys[length > limit]] = True
        return found

    def __str__(self) -> str:
        text = hours_text if self.calendar else duration_text
        limit = None if self.limit is None else text(self.limit)
        calendar = None if self.calendar is None else str(self.calendar)
        return call("late_at", self.step, limit, since=self.since, calendar=calendar)


def _waits(batch: Batch, waiting: promised.Waiting, code: int) -> NDArray[np.int64]:
    """The waits for a step, in microseconds."""
    return waiting.of(batch, code)[1]


@dataclass(frozen=True, slots=True)
class Took(Filter):
    """Journeys with a duration (as ``durations`` measures it) in ``(low, high]`` microseconds, None for no bound."""

    source: str
    target: str
    low: int | None
    high: int | None
    which: durations.Which
    calendar: Calendar | None

    def mask(self, view: View) -> Mask:
        params = durations.durations_params(view, self.source, self.target, self.which, self.calendar)
        return mask_by_batch(view, partial(self._took, params=params))

    def _took(self, batch: Batch, params: durations.DurationsParams) -> Mask:
        journeys, length = durations.pair_durations(batch, params)
        inside = length > (-1 if self.low is None else self.low)
        inside &= length <= (FOREVER if self.high is None else self.high)
        found = np.zeros(batch.journeys, dtype=np.bool_)
        found[journeys[inside]] = True
        return found

    def __str__(self) -> str:
        text = hours_text if self.calendar else duration_text
        return call(
            "took",
            self.source,
            self.target,
            longer_than=None if self.low is None else text(self.low),
            up_to=None if self.high is None else text(self.high),
            which=None if self.which == "first" else self.which,
            calendar=None if self.calendar is None else str(self.calendar),
        )


def repeats(step: str | None = None) -> Filter:
    """Journeys in which the step (default: some step) occurs more than once."""
    return Repeats(_optional("repeats", step), repeats_kernel.REPEATS_BIT)


def repeats_directly(step: str | None = None) -> Filter:
    """Journeys in which the step comes directly after itself."""
    return Repeats(_optional("repeats_directly", step), repeats_kernel.DIRECT_BIT)


def returns_to(step: str | None = None) -> Filter:
    """Journeys that come back to the step after another one."""
    return Repeats(_optional("returns_to", step), repeats_kernel.RETURN_BIT)


def reached(*goal: str) -> Filter:
    """Journeys in which a goal step occurs: what ``dropoff`` counts as reached."""
    return Has(steps_given("reached", goal))


def lost(goal: str | Sequence[str], limits: Limits | None = None) -> Filter:
    """Journeys that ``dropoff`` with the same goal counts as lost; pass ``result.limits`` to find the same ones."""
    return Standing("lost", _goal("lost", goal), None, _limits(limits, None))


def open_(goal: str | Sequence[str], limits: Limits | None = None) -> Filter:
    """Journeys that ``dropoff`` counts as open; ``open('goal')`` in the filter language."""
    return Standing("open", _goal("open", goal), None, _limits(limits, None))


def lost_at(step: str, goal: str | Sequence[str], limits: Limits | Length | None = None) -> Filter:
    """Journeys that ``dropoff`` counts as lost after ``step``; ``limits`` by step, or the length for this one."""
    return Standing("lost", _goal("lost_at", goal), *_at("lost_at", step, limits))


def open_at(step: str, goal: str | Sequence[str], limits: Limits | Length | None = None) -> Filter:
    """Journeys that ``dropoff`` counts as open and standing at ``step``."""
    return Standing("open", _goal("open_at", goal), *_at("open_at", step, limits))


def late_at(
    step: str,
    limit: Length | None = None,
    since: str | None = None,
    calendar: Calendar | str | None = None,
) -> Filter:
    """Journeys that ``delays`` counts as late at ``step``: pass ``figures.threshold`` and the promise's other parts."""
    steps_given("late_at", (step,))
    calendar = _calendar(calendar)
    return LateAt(step, _working(limit, calendar), _optional("late_at", since), calendar)


def took(
    source: str,
    target: str,
    longer_than: Length | None = None,
    up_to: Length | None = None,
    which: durations.Which = "first",
    calendar: Calendar | str | None = None,
) -> Filter:
    """Journeys whose duration from ``source`` to ``target`` is longer than one length and at most another."""
    steps_given("took", (source, target))
    calendar = _calendar(calendar)
    return Took(source, target, _working(longer_than, calendar), _working(up_to, calendar), which, calendar)


def _optional(name: str, step: str | None) -> str | None:
    return None if step is None else steps_given(name, (step,))[0]


def _goal(name: str, goal: str | Sequence[str]) -> tuple[str, ...]:
    return steps_given(name, (goal,) if isinstance(goal, str) else tuple(goal))


def _at(
    name: str, step: str, limits: Limits | Length | None
) -> tuple[str, tuple[tuple[str, int | None], ...]]:
    return steps_given(name, (step,))[0], _limits(limits, step)


def _limits(limits: Limits | Length | None, step: str | None) -> tuple[tuple[str, int | None], ...]:
    """Limits in microseconds by step, in order of name; of one step only when one is named."""
    if limits is None:
        return ()
    if not isinstance(limits, Mapping):
        if step is None:
            raise BadValue("Give limits by step: {'order.placed': '3d'}.")
        limits = {step: limits}
    return tuple((name, window_us(limits[name])) for name in sorted(limits) if step in (None, name))


def _calendar(calendar: Calendar | str | None) -> Calendar | None:
    return Calendar.parse(calendar) if isinstance(calendar, str) else calendar


def _working(length: Length | None, calendar: Calendar | None) -> int | None:
    """A length in microseconds; with a calendar also "5 working days"."""
    if length is None or calendar is None:
        return window_us(length)
    return calendar.length(seconds_or_text(length))
