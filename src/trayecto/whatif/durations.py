"""A step that takes more or less time: every promise that waits for it is judged again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import NEVER, Bools, Ints
from trayecto.attempts.promises import Promised, promises_of
from trayecto.calendars import Calendar
from trayecto.designed import calendar_of
from trayecto.errors import BadValue
from trayecto.whatif.among import meets, since_moment, whole_of
from trayecto.whatif.changes import Duration
from trayecto.whatif.compare import TINY
from trayecto.whatif.contrast import LEAST, contrast, happened, moment_of
from trayecto.whatif.draws import Draws
from trayecto.whatif.failures import before_and_after
from trayecto.whatif.lengths import read_length
from trayecto.whatif.moved import Moved, Note, Shift, Timing, by_period, nothing
from trayecto.whatif.times import DAY, median_days, share, timing


@dataclass(frozen=True, eq=False)
class _Taken:
    """(units,) when the step came (NEVER: not yet), how long it took by its clock, and how long it would have."""

    at: Ints
    took: Ints
    would: Ints
    mine: Bools
    calendar: Calendar | None


def duration(change: Duration, draws: Draws) -> Moved:
    """Raises UnknownStep, and BadValue where nothing says since when the step's time counts."""
    facts = draws.facts
    taken = _taken(change, facts)
    moved, chance = nothing(draws), np.zeros(3)
    touched, told, notes, ways = np.zeros(len(facts.units), dtype=bool), [], [], []
    whole = whole_of(facts, change.where, happened(taken.at))
    among = happened(taken.at) if not change.where else taken.mine
    day = DAY if taken.calendar is None else float(taken.calendar.day)
    told.append(
        timing(
            f"days:{change.step}",
            median_days(draws, taken.took, among, day),
            median_days(draws, np.where(taken.mine, taken.would, taken.took), among, day),
        )
    )
    for promise, failed, better, worse in _judged_again(facts, taken):
        told.append(_late(draws, promise, failed, better, worse, whole))
        if not (better | worse).any():
            continue
        touched |= better | worse
        ways += [
            Shift(better.astype(float), promise.kept, draws.cell, since=promise.start),
            Shift(worse.astype(float), promise.failed, draws.cell, since=promise.start),
        ]
        met = contrast(
            draws,
            promise.failed,
            promise.kept,
            promise.start,
            ~happened(promise.start) & facts.ordered,
            always=change.since is None,
        )
        more, by_chance = met.spared((by_period(draws, 1.0, better) - by_period(draws, 1.0, worse)) * whole)
        moved, chance = moved + more, chance + by_chance
        notes += [] if met.same_time else [before_and_after(promise.step)]
    if len(told) == 1:
        text = f"No promise of the blueprint waits for '{change.step}', so only its time changes."
        notes.append(Note("no_promise", text, change.step))
    return Moved(moved, chance, touched, told, notes, ways)


def _late(
    draws: Draws, promise: Promised, failed: Bools, better: Bools, worse: Bools, whole: float
) -> Timing:
    before = share(draws, failed, promise.judged)
    fewer = (draws.count(better) - draws.count(worse)) * whole
    return timing(
        f"late:{promise.step}", before, before - fewer / np.maximum(draws.count(promise.judged), TINY)
    )


def _taken(change: Duration, facts: Facts) -> _Taken:
    at = moment_of(facts, change.step)
    touchpoint = facts.blueprint.by_key.get(change.step)
    promise = touchpoint.promise if touchpoint else None
    of = change.of or (promise.since if promise else None)
    if of is None:
        raise BadValue(
            f"Since which step does the time of '{change.step}' count? Write 'of', the step before; "
            "the blueprint promises no time for it."
        )
    start = moment_of(facts, of)
    calendar = None
    if promise is not None and promise.since and promise.within is None:
        calendar = calendar_of(facts.blueprint, promise.calendar)
    clock = calendar.working if calendar else _as_it_is
    begun = happened(start) & happened(at) & (start <= at)
    took = np.where(begun, _on(clock, at, facts) - _on(clock, start, facts), 0)
    mine = begun & (start >= since_moment(facts, change.since)) & meets(facts, change.where)
    if change.where:
        mine &= facts.first_of_journey
    if mine.sum() < LEAST:
        raise BadValue(
            f"Only {mine.sum()} orders have '{of}' and then '{change.step}' as meant; {LEAST} are needed."
        )
    return _Taken(at, took, np.where(mine, _would(change, took, calendar), took), mine, calendar)


def _would(change: Duration, took: Ints, calendar: Calendar | None) -> Ints:
    if change.times is not None:
        return np.round(took * change.times).astype(np.int64)
    if change.to is not None:
        return np.full_like(took, max(0, read_length(change.to).on(calendar)))
    return np.maximum(0, took + read_length(change.by or "0h").on(calendar))


def _as_it_is(times: Ints) -> Ints:
    return times


def _on(clock: Callable[[Ints], Ints], moments: Ints, facts: Facts) -> Ints:
    return clock(np.where(moments < NEVER, moments, facts.end))


def _judged_again(facts: Facts, taken: _Taken) -> Iterator[tuple[Promised, Bools, Bools, Bools]]:
    """Each promise that waits for the step, with who failed, who no longer would, and who would now."""
    saved = taken.took - taken.would
    for promise in promises_of(facts):
        waits = taken.mine & promise.judged & (promise.done < NEVER)
        waits &= (promise.start <= taken.at) & (taken.at <= promise.done)
        if waits.any():
            own = promise.clock(np.where(waits, promise.done, facts.end)) - promise.clock(
                np.where(waits, promise.start, facts.end)
            )
            late = own - _as_of(promise, taken, saved) > promise.length
            yield promise, promise.failed, waits & promise.failed & ~late, waits & promise.kept & late


def _as_of(promise: Promised, taken: _Taken, saved: Ints) -> Ints:
    """The time saved, as the promise's clock counts it: a day of work for a day of the clock where only one of them works."""
    working = getattr(promise.clock, "__self__", None)
    if (working is None) == (taken.calendar is None):
        return saved
    if working is None:
        assert taken.calendar is not None
        return np.round(saved / taken.calendar.day * DAY).astype(np.int64)
    return np.round(saved / DAY * working.day).astype(np.int64)
