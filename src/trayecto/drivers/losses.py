"""Which journeys are lost, by the rule of ``docs/measures.md``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import NEVER, Bools, Ints
from trayecto.blueprint import Blueprint
from trayecto.designed import seconds_of
from trayecto.units import parse_duration


def limits_of(blueprint: Blueprint) -> dict[str, timedelta]:
    """How long a journey may stand at a step before it is lost, where the blueprint says so: ``lost_after``, else the longest
    promise that runs since the step. Five working days may take seven."""
    found: dict[str, timedelta] = {}
    for one in blueprint.measured:
        if one.promise is not None and one.promise.since is not None:
            found[one.promise.since] = max(
                found.get(one.promise.since, timedelta()), _length(blueprint, one.key)
            )
    written = {one.key: one.lost_after for one in blueprint.measured if one.lost_after}
    told = {step: timedelta(microseconds=parse_duration(text)) for step, text in written.items()}
    return {step: limit for step, limit in (found | told).items() if limit}


def _length(blueprint: Blueprint, step: str) -> timedelta:
    promise = blueprint.by_key[step].promise
    assert promise is not None
    if promise.property is not None:
        return timedelta()
    if promise.within is not None:
        return timedelta(seconds=seconds_of(blueprint, promise))
    days = promise.working_days if promise.working_days is not None else (promise.working_hours or 0) / 8
    weeks, rest = divmod(days, 5)
    return timedelta(days=weeks * 7 + (rest + 2 if rest else 0))


@dataclass(frozen=True, eq=False)
class Losses:
    """(journeys,) which are lost, and the code of each one's last step."""

    lost: Bools
    last: Ints
    limits: Mapping[str, timedelta | None]

    def limit(self, step: str) -> int:
        """Microseconds after which a journey that stands at the step is lost; NEVER where nothing says so."""
        found = self.limits.get(step)
        return NEVER if found is None else found // timedelta(microseconds=1)


def losses_of(facts: Facts) -> Losses:
    """Nothing is lost where the goal never happened: nobody knows what to wait for."""
    events, last = facts.units.events, facts.units.stop - 1
    code = events.step[last]
    known = facts.log.stored.code_of
    goals = [step for step in facts.goals if step in known]
    if not goals:
        return Losses(np.zeros(len(facts.units), dtype=bool), code, {})
    told = {step: limit for step, limit in limits_of(facts.blueprint).items() if step in known}
    limits = facts.log.dropoff(goals, limits=told).limits
    longest = np.full(len(facts.log.step_names), NEVER)
    for step, limit in limits.items():
        if limit is not None and step in known:
            longest[known[step]] = limit // timedelta(microseconds=1)
    reached = facts.units.first(facts.log, goals) < NEVER
    return Losses(~reached & (facts.end - events.at[last] > longest[code]), code, limits)
