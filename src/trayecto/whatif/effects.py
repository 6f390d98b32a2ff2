"""What removing a gate and fixing a step do to orders kept and contacts, as a function of how much each unit weighs: for who
draws persons anew himself.

An effect has two parts: what changes in the attempt itself, and what changes afterwards because more or fewer come
back. The second part takes what really followed and scales it by the ratio of the hazards of ordering again; once
the next attempt begins, the history before it is forgotten.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import singledispatch
from zoneinfo import ZoneInfo

import numpy as np

from trayecto.attempts.compare import Floats, difference, log_hazard_ratio
from trayecto.attempts.drawing import Effect
from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, NEVER, Bools, Ints
from trayecto.errors import BadValue
from trayecto.units import to_microseconds
from trayecto.whatif.changes import Change, Fix, RemoveGate

SURE = 3.0  # standard errors from which on a difference in coming back counts
AGES = 90  # days after a step in which what follows it is counted


@singledispatch
def effect_of(change: Change, facts: Facts) -> Effect:
    raise NotImplementedError(f"no effect for {type(change).__name__}")


def _moments(facts: Facts, step: str) -> Ints:
    facts.log.code(step)  # raises UnknownStep
    return facts.units.first(facts.log, [step])


@effect_of.register
def _gate(change: RemoveGate, facts: Facts) -> Effect:
    if change.step not in _gates(facts):
        raise BadValue(f"'{change.step}' is no gate of the blueprint this log was built by.")
    stopped = _moments(facts, change.step) < NEVER
    passed, lost = stopped & facts.ordered, stopped & ~facts.ordered
    free = facts.ordered & (facts.units.count(facts.log, _gates(facts)) == 0)
    newness = facts.codes(("region", "first_order"))
    deters = _is_sure(facts, passed, free, newness)
    fortnight = (facts.units.began - facts.units.began.min()) // (14 * DAY)

    def effect(weight: Floats) -> Floats:
        asked = difference(facts.contacts, weight, passed, free, facts.stratum)
        own = (facts.kept, facts.contacts - asked, facts.worth)
        would = [_per(one, weight, passed, fortnight) for one in own]
        after = [_per(one, weight, passed, fortnight) for one in facts.later]
        did = [facts.kept, facts.contacts, facts.worth]
        gone = weight * lost
        change = np.array(
            [
                (gone * (mine + then - was - came)).sum()
                for mine, then, was, came in zip(would, after, did, facts.later, strict=True)
            ]
        )
        change[1] -= asked * weight[passed].sum()
        if deters:
            change += _back(facts, weight * passed, log_hazard_ratio(facts, weight, passed, free, newness))
        return change

    return effect


def _is_sure(facts: Facts, one: Bools, other: Bools, stratum: Ints) -> bool:
    """Whether the two differ in coming back by more than chance would have it."""
    ratio = log_hazard_ratio(facts, np.ones(len(facts.units)), one, other, stratum)
    seen = [max(1, int((mask & facts.following).sum())) for mask in (one, other)]
    return abs(ratio) > SURE * float(np.sqrt(1 / seen[0] + 1 / seen[1]))


def _back(facts: Facts, weight: Floats, ratio: float) -> Floats:
    """What more follows when these come back as the others do: what followed, scaled by the ratio of hazards."""
    return np.array([(weight * one).sum() for one in facts.later]) * (np.exp(-ratio) - 1)


def _gates(facts: Facts) -> list[str]:
    return [one.key for one in facts.blueprint.measured if one.gate is not None]


def _per(values: Floats, weight: Floats, among: Bools, stratum: Ints) -> Floats:
    """(units,) the mean of ``values`` in each unit's stratum among these."""
    size = int(stratum.max(initial=0)) + 1
    n = np.bincount(stratum[among], weight[among], size)
    s = np.bincount(stratum[among], weight[among] * values[among], size)
    return np.where(n > 0, s / np.maximum(n, 1e-12), s.sum() / max(n.sum(), 1e-12))[stratum]


@effect_of.register
def _fix(change: Fix, facts: Facts) -> Effect:
    at = _moments(facts, change.step)
    if change.since is None:
        raise BadValue(f"Since when did what follows '{change.step}' change? Write 'since'.")
    zone = ZoneInfo(facts.blueprint.time_zone)
    since = to_microseconds(datetime.datetime.combine(change.since, datetime.time(), zone))
    has = at < NEVER
    before, after = has & (at < since), has & (at >= since)
    if not before.any() or not after.any():
        raise BadValue(f"'{change.step}' must occur before and after {change.since} to say what changed.")
    until = np.minimum(
        np.where(facts.following, np.append(facts.units.began[1:], facts.end), facts.end), facts.end
    )
    age = np.clip((until - np.where(has, at, 0)) // DAY, 0, AGES)
    asked = _ages(facts, facts.support, at)
    cancelled = _ages(facts, ["order.cancelled"], at)
    unit_ages = (before, after, age)
    troubled = facts.contacts > 0

    def effect(weight: Floats) -> Floats:
        contacts = _excess(asked, weight, *unit_ages)
        cancelled_more = _excess(cancelled, weight, *unit_ages)
        mean_worth = (weight * facts.worth * after).sum() / max((weight * facts.kept * after).sum(), 1e-12)
        ratio = log_hazard_ratio(facts, weight, troubled & has, ~troubled & has, facts.stratum)
        upset = weight * (after & troubled)
        change = _back(facts, upset * contacts / max(upset.sum(), 1e-12), ratio)
        return change + np.array([cancelled_more, -contacts, cancelled_more * mean_worth])

    return effect


def _ages(facts: Facts, steps: Sequence[str], at: Ints) -> tuple[Ints, Ints]:
    """(events,) the unit of each such event that comes after the step, and its age in days."""
    mine, unit = facts.units.among(facts.log, steps)
    age = np.where(at[unit] < NEVER, (facts.units.events.at[mine] - at[unit]) // DAY, -1)
    ok = (age >= 0) & (age <= AGES)
    return unit[ok], age[ok]


def _excess(found: tuple[Ints, Ints], weight: Floats, before: Bools, after: Bools, age: Ints) -> float:
    """How many more events followed ``after`` than would have at the rates by age ``before``."""
    unit, when = found
    at_risk, seen = [], []
    for mask in (before, after):
        ended = np.bincount(age[mask], weight[mask], AGES + 1)
        at_risk.append(np.cumsum(ended[::-1])[::-1])
        among = mask[unit]
        seen.append(np.bincount(when[among], weight[unit[among]], AGES + 1))
    rate = seen[0] / np.maximum(at_risk[0], 1e-12) * (at_risk[0] > 0)
    return float(seen[1].sum() - (rate * at_risk[1]).sum())
