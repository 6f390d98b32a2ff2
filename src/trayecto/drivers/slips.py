"""Slips: the ways in which a step goes badly in a journey, each with the moment from which it is known.

*late*: done after its promise (without one: after what nine in ten waited since the step before) · *absent*: not done at
all though it was due · *repeated*: done again · *happened*: a step that should not be there at all · *lost*: the last step
of a journey that was lost. What follows is counted from the same moment in journeys where the step went well: the moment it
was due; of what nobody expects, the usual time after the step before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import NEVER, Bools, Ints
from trayecto.attempts.promises import Promised, promised, usually
from trayecto.blueprint import Touchpoint
from trayecto.designed import late_attribute
from trayecto.drivers.losses import Losses
from trayecto.questions.map import MapResult

LATE, ABSENT, REPEATED, HAPPENED, LOST = "late", "absent", "repeated", "happened", "lost"
PROMISE, USUAL = "promise", "usual"
LEAST = 30  # journeys in which a step goes badly, and in which it goes well
USUAL_PERCENT = 90.0
FIRST_SHARE = 0.5  # of what directly precedes a step, to say that it usually comes after that one


@dataclass(frozen=True, eq=False)
class Slip:
    """(journeys,) arrays. ``known``: the step went badly or well; ``start``: since when it was awaited; ``moment``: from
    when on what follows counts. ``beyond``: microseconds past the promise, of what is late."""

    step: str
    kind: str
    known: Bools
    badly: Bools
    start: Ints
    moment: Ints
    limit: str | None = None
    beyond: Ints | None = None

    @property
    def is_measurable(self) -> bool:
        bad = int(self.badly.sum())
        return bad >= LEAST and int(self.known.sum()) - bad >= LEAST


def slips_of(facts: Facts, losses: Losses) -> list[Slip]:
    """Every way in which a step of the log goes badly often enough, and well often enough, to compare."""
    known = facts.log.stored.code_of
    before = Before(facts, facts.log.map())
    found = [
        slip
        for touchpoint in facts.blueprint.measured
        if touchpoint.key in known and touchpoint.nature != "support"
        for slip in _of(facts, touchpoint, before, losses)
    ]
    return [slip for slip in found if slip.is_measurable]


def _of(facts: Facts, touchpoint: Touchpoint, before: Before, losses: Losses) -> Iterator[Slip]:
    if happens_only_badly(touchpoint) and touchpoint.key not in facts.undone:
        yield from _happened(facts, touchpoint.key, before)
        return
    yield from waits(facts, touchpoint, before)
    if touchpoint.phase != "presale" and touchpoint.stage not in {"service", "loyalty"}:
        yield from _repeated(facts, touchpoint.key) if touchpoint.nature == "internal" else ()
        yield from _lost(facts, touchpoint, losses)


def happens_only_badly(touchpoint: Touchpoint) -> bool:
    """Whether the design calls the step an exception, or watches that there are not too many."""
    return touchpoint.exceptional or (touchpoint.watch is not None and touchpoint.watch.kind == "surge")


@dataclass(frozen=True, eq=False)
class Before:
    """What directly precedes the steps of the whole log."""

    facts: Facts
    map: MapResult

    @cached_property
    def _most(self) -> dict[str, tuple[str, float, float]]:
        whole: dict[str, int] = {}
        best: dict[str, tuple[int, str, float]] = {}
        for flow in self.map.flows:
            if flow.source != flow.target:
                whole[flow.target] = whole.get(flow.target, 0) + flow.events
                told = (flow.events, flow.source, flow.seconds.median or flow.seconds.mean)
                best[flow.target] = max(best.get(flow.target, told), told)
        return {
            step: (source, seconds, events / whole[step]) for step, (events, source, seconds) in best.items()
        }

    def of(self, step: str) -> tuple[str, int, float] | None:
        """The step that most often precedes, the usual wait in microseconds, and how often it is that one."""
        found = self._most.get(step)
        return None if found is None else (found[0], round(found[1] * 1e6), found[2])


def waits(facts: Facts, touchpoint: Touchpoint, before: Before) -> Iterator[Slip]:
    """Late and absent, by the promise or by what is usual."""
    written = touchpoint.promise
    if written is not None and written.property:
        yield from _late_by_its_event(facts, touchpoint)
        return
    wait, limit = wait_for(facts, touchpoint, before)
    if wait is None:
        return
    done = wait.done < NEVER
    kept_up = (facts.units.first(facts.log, _taken_back(facts)) >= wait.due) & awaited(wait)
    beyond = np.maximum(np.where(done, wait.done, facts.end) - np.minimum(wait.due, facts.end), 0)
    kinds = [(LATE, wait.failed & done)] + ([(ABSENT, wait.failed & ~done)] if limit == PROMISE else [])
    for kind, badly in kinds:
        known = (wait.kept | badly) & kept_up & (_went_on(facts, wait.due) if kind == ABSENT else True)
        yield Slip(touchpoint.key, kind, known, badly & known, wait.start, wait.due, limit, beyond)


def _went_on(facts: Facts, due: Ints) -> Bools:
    """(journeys,) whether another step than a support contact came after a moment. A journey whose trace ends may have gone on
    where nobody could tell whose it was: that is a loss at most, no step that was left out."""
    steps = [step for step in facts.log.steps if step not in facts.support]
    mine, unit = facts.units.among(facts.log, steps)
    found = np.zeros(len(due), dtype=bool)
    found[unit[facts.units.events.at[mine] > due[unit]]] = True
    return found


def awaited(wait: Promised) -> Bools:
    """(journeys,) where the step is done, or nothing else stands in its place: who has a parcel sent waits for no pickup, however
    long the parcel took to leave. Who orders again meanwhile still waited."""
    units = wait.facts.units
    again = np.where(units.following, np.append(units.began[1:], NEVER), NEVER)
    nothing_instead = (wait.done < NEVER) | (wait.void == NEVER) | (wait.void == again)
    return (wait.start < NEVER) & nothing_instead


def _taken_back(facts: Facts) -> list[str]:
    """Steps by which somebody no longer waits: an order that was cancelled."""
    return [step for step in facts.undone if facts.blueprint.by_key[step].stage != "return"]


def wait_for(facts: Facts, touchpoint: Touchpoint, before: Before) -> tuple[Promised | None, str]:
    """The wait for a step with its limit, and whether that was promised; None where nothing says since when it is awaited."""
    written = touchpoint.promise
    if written is not None and written.property is None and written.since in facts.log.stored.code_of:
        return promised(facts, touchpoint.key), PROMISE
    source = before.of(touchpoint.key)
    if source is None or touchpoint.nature != "internal" or touchpoint.exceptional or source[2] < FIRST_SHARE:
        return None, USUAL
    return usually(facts, touchpoint.key, source[0], USUAL_PERCENT), USUAL


def _late_by_its_event(facts: Facts, touchpoint: Touchpoint) -> Iterator[Slip]:
    name = late_attribute(touchpoint)
    if name in facts.log.attributes.column_names:
        late = np.nan_to_num(facts.log.attributes[name].to_numpy().astype(float))[facts.units.row] > 0
        done = facts.units.first(facts.log, [touchpoint.key])
        start = np.where(done < NEVER, facts.units.began, NEVER)
        yield Slip(touchpoint.key, LATE, done < NEVER, late & (done < NEVER), start, done, PROMISE)


def _happened(facts: Facts, step: str, before: Before) -> Iterator[Slip]:
    source = before.of(step)
    if source is None:
        return
    start = facts.units.first(facts.log, [source[0]])
    at = facts.units.first(facts.log, [step])
    badly = (at < NEVER) & (start <= at)
    known = (start < NEVER) & (badly | (at == NEVER))
    moment = np.where(badly, at, np.minimum(start, NEVER - source[1]) + source[1])
    yield Slip(step, HAPPENED, known, badly, start, moment)


def _repeated(facts: Facts, step: str) -> Iterator[Slip]:
    first, second = _first_two(facts, step)
    badly = second < NEVER
    if step in {*facts.anchors, *facts.goals} or not badly.any():
        return
    usual = int(np.median((second - first)[badly]))
    moment = np.where(badly, second, np.minimum(first, NEVER - usual) + usual)
    yield Slip(step, REPEATED, first < NEVER, badly, first, moment)


def _first_two(facts: Facts, step: str) -> tuple[Ints, Ints]:
    """(journeys,) when a step happens for the first and the second time, NEVER where it does not."""
    mine, unit = facts.units.among(facts.log, [step])
    at = facts.units.events.at[mine]
    opens = np.ones(len(unit), dtype=bool)
    opens[1:] = unit[1:] != unit[:-1]
    again = np.zeros(len(unit), dtype=bool)
    again[1:] = opens[:-1] & ~opens[1:]
    found = np.full((2, len(facts.units)), NEVER)
    found[0, unit[opens]], found[1, unit[again]] = at[opens], at[again]
    return found[0], found[1]


def _lost(facts: Facts, touchpoint: Touchpoint, losses: Losses) -> Iterator[Slip]:
    """Of who had ordered, or stood before the order at a step of the purchase: others only looked around."""
    step = touchpoint.key
    if step in facts.goals or step in facts.undone:
        return
    at = facts.units.first(facts.log, [step])
    begun = facts.units.ordered <= at if touchpoint.phase == "postsale" else at < NEVER
    stands = losses.last == facts.log.stored.code_of[step]
    badly = losses.lost & stands & begun
    yield Slip(step, LOST, badly | (begun & (at < NEVER) & ~stands), badly, at, at)
