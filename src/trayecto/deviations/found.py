"""Which journeys deviate from their design, and how.

Definitions. Only journeys that are *decided* (the goal reached, or lost) are judged: an open one has not skipped what is
still to come. Nor is one that *began before the log* (``deviations.began``): what it lacks at its beginning was not recorded. A step is *skipped* or *inserted* in a journey when its optimal alignment (``questions.alignments``) does
so; both in one journey: it was taken *out of order*. It is *late* when its promise or a rule ``within`` was broken, and
*forbidden* when a rule of precedence was broken: a step without what it needs, or after what it must not follow. A
journey *conforms* when it does none of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from trayecto.batch import Batch, View
from trayecto.blueprint import Blueprint, JourneyType, Touchpoint
from trayecto.conformance.rules import Forbids, Rule, Within, blamed_by, other_of
from trayecto.designed import align, late_attribute, promise, step_names
from trayecto.designed.limits import promised_limits
from trayecto.deviations.began import began_before
from trayecto.filters import Filter, late_at, open_
from trayecto.filters.base import mask_by_batch
from trayecto.kernels import ruling
from trayecto.log.journeylog import JourneyLog
from trayecto.questions import rules, variants
from trayecto.questions.alignments import OUT_OF_ORDER, AlignmentsResult

SKIPPED, INSERTED, LATE, FORBIDDEN = "skipped", "inserted", "late", "forbidden"
KINDS = (SKIPPED, INSERTED, OUT_OF_ORDER, LATE, FORBIDDEN)
PROMISE, WITHIN, NEEDS, NEVER_BEFORE, NEVER_AFTER = (
    "promise",
    "within",
    "needs",
    "never_before",
    "never_after",
)

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, order=True)
class Deviation:
    """``step``: the one whose owner answers for it. ``rule``: promise or within (late); needs, never_before or never_after
    (forbidden). ``other``: the step that the rule or the promise also speaks of."""

    kind: str
    step: str
    rule: str = ""
    other: str = ""


@dataclass(frozen=True, eq=False)
class Found:
    """``alignments`` are those of the judged journeys; ``place`` (rows,) of each one's variant there, -1: not judged.
    ``unseen`` (rows,): decided journeys of the selection that began before the log, within ``unseen_days`` of its
    beginning."""

    log: JourneyLog
    blueprint: Blueprint
    journey_type: JourneyType
    alignments: AlignmentsResult
    place: NDArray[np.int32]
    open: int
    unseen: Bools
    unseen_days: float
    by_row: Mapping[Deviation, Callable[[], Bools]]  # late and forbidden: looked for when asked

    @property
    def judged(self) -> Bools:
        """(rows,) decided journeys of the selection that began within the log."""
        judged: Bools = self.place >= 0
        return judged

    @cached_property
    def by_variant(self) -> Mapping[Deviation, NDArray[np.int64]]:
        """Skipped, inserted, out of order → places of the variants."""
        found: dict[Deviation, NDArray[np.int64]] = {}
        for kind, (places, codes) in self.alignments.deviating.items():
            for code in np.unique(codes).tolist():
                found[Deviation(kind, self.alignments.names[code])] = places[codes == code]
        return found

    def __iter__(self) -> Iterator[Deviation]:
        yield from self.by_variant
        yield from self.by_row

    def mask(self, deviation: Deviation) -> Bools:
        """(rows,) the judged journeys that deviate so; none for a deviation that was not found."""
        if deviation in self.by_row:
            return self.by_row[deviation]() & self.judged
        chosen = np.zeros(len(self.alignments.table) + 1, np.bool_)
        chosen[self.by_variant.get(deviation, np.empty(0, np.int64))] = True
        taken: Bools = chosen[self.place]  # -1 is the last, which is never chosen
        return taken

    @cached_property
    def conforming(self) -> Bools:
        """(rows,) the judged journeys that go as designed, in time, within the rules."""
        fitting = np.append(self.alignments.costs == 0, False)[self.place]
        for broken in self.by_row.values():
            fitting &= ~broken()
        return fitting

    @cached_property
    def fitness(self) -> NDArray[np.float64]:
        """(rows,) the fitness of each judged journey, NaN for others."""
        worst = self.alignments.worst
        share = np.divide(self.alignments.costs, worst, out=np.zeros_like(worst), where=worst > 0)
        return np.append(1 - share, np.nan)[self.place]

    def department(self, deviation: Deviation) -> str | None:
        """The owner of the step; None for a step that the blueprint does not have."""
        owner = self.blueprint.owner(self._touchpoints.get(deviation.step, deviation.step))
        return owner.slug if owner else None

    @cached_property
    def _touchpoints(self) -> dict[str, str]:
        return {step: key for key, step in step_names(self.log, self.blueprint).items()}


def find(log: JourneyLog, blueprint: Blueprint, journey_type: JourneyType) -> Found:
    """The deviations of the selected journeys. Raises BadValue where the design has no path for these journeys."""
    names = step_names(log, blueprint)
    open_ones = _open(log, blueprint, journey_type, names)
    chosen = np.ones(log.total_rows, np.bool_) if log.chosen is None else log.chosen
    before = began_before(log, blueprint.allowed(journey_type, names))
    unseen = chosen & ~open_ones & before.rows
    judged = log.narrowed(chosen & ~open_ones & ~unseen)
    by_row = {**_late(log, blueprint, journey_type, names), **_broken(log, journey_type, names)}
    return Found(
        log, blueprint, journey_type, align(judged, blueprint, journey_type), variants.places_of(judged),
        int(np.count_nonzero(chosen & open_ones)), unseen, before.days, by_row,
    )  # fmt: skip


def _open(
    log: JourneyLog, blueprint: Blueprint, journey_type: JourneyType, names: Mapping[str, str]
) -> Bools:
    """(rows,) by limits of the whole log, so that a journey is open in every selection or in none."""
    whole = log.whole
    goal = [step for one in journey_type.goal if (step := names.get(one, one)) in log.stored.code_of]
    if not goal:
        return np.zeros(log.total_rows, np.bool_)
    known = {names.get(one, one): limit for one, limit in promised_limits(blueprint).items()}
    limits = whole.dropoff(
        goal, limits={s: limit for s, limit in known.items() if s in log.stored.code_of}
    ).limits
    return open_(goal, dict(limits)).mask(whole)


Look = Callable[[], Bools]


def _late(
    log: JourneyLog, blueprint: Blueprint, journey_type: JourneyType, names: Mapping[str, str]
) -> dict[Deviation, Look]:
    found: dict[Deviation, Look] = {}
    for touchpoint in blueprint.measured:
        step, written = names.get(touchpoint.key, touchpoint.key), touchpoint.promise
        if written is None or step not in log.stored.code_of or touchpoint.key in journey_type.without:
            continue
        since = None if written.since is None else names.get(written.since, written.since)
        look = _unkept(log, blueprint, touchpoint, step, since)
        if look is not None:
            found[Deviation(LATE, step, PROMISE, since or "")] = look
    return found


def _unkept(
    log: JourneyLog, blueprint: Blueprint, touchpoint: Touchpoint, step: str, since: str | None
) -> Look | None:
    """What says whether a promise was broken, journey by journey; None where the log cannot say."""
    written = touchpoint.promise
    assert written is not None
    if written.property:
        name = late_attribute(touchpoint)
        return partial(_counted, log, name) if name in log.attributes.column_names else None
    if since is not None and since not in log.stored.code_of:
        return None
    said = promise(blueprint, written)
    return partial(late_at(step, said.within, since, said.calendar).mask, log)


def _counted(log: JourneyLog, attribute: str) -> Bools:
    counts = log.attributes[attribute].to_numpy(zero_copy_only=False).astype(float)
    found: Bools = np.nan_to_num(counts) > 0
    return found


def _broken(log: JourneyLog, journey_type: JourneyType, names: Mapping[str, str]) -> dict[Deviation, Look]:
    found: dict[Deviation, Look] = {}
    for written in journey_type.rules:
        rule = _named(written, names)
        if {rule.step, other_of(rule)} <= set(log.stored.code_of):
            judge = rules.judge_of(log, rule)
            found[_deviation(rule)] = partial(mask_by_batch, log, partial(_breaks, judge))
    return found


def _breaks(judge: rules.Judge, batch: Batch) -> Bools:
    broken: Bools = judge(batch)[0] == ruling.BROKEN
    return broken


def _named(rule: Rule, names: Mapping[str, str]) -> Rule:
    """The rule in the log's words."""
    step, other = names.get(rule.step, rule.step), names.get(other_of(rule), other_of(rule))
    match rule:
        case Within(_, _, limit):
            return Within(step, other, limit)
        case Forbids(_, _, blamed):
            return Forbids(step, other, other if blamed == rule.after else None)
    return type(rule)(step, other)


def _deviation(rule: Rule) -> Deviation:
    blamed = blamed_by(rule)
    other = other_of(rule) if blamed == rule.step else rule.step
    match rule:
        case Within():
            return Deviation(LATE, blamed, WITHIN, other)
        case Forbids(step, _):
            return Deviation(FORBIDDEN, blamed, NEVER_AFTER if blamed == step else NEVER_BEFORE, other)
    return Deviation(FORBIDDEN, blamed, NEEDS, other)


@dataclass(frozen=True, eq=False)
class Chosen(Filter):
    """The journeys of a mask over the rows of one log, as a filter of it."""

    rows: Bools
    called: str

    def mask(self, view: View) -> Bools:
        return self.rows

    def __str__(self) -> str:
        return self.called
