"""What each kind of change does to the orders kept and the contacts, as a function of how much each unit weighs.

An effect has two parts: what changes in the attempt itself, and what changes afterwards because more or fewer come
back. The second part takes what really followed and scales it by the ratio of the hazards of ordering again; once
the next attempt begins, the history before it is forgotten.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from functools import singledispatch
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trayecto.designed import calendar_of, seconds_of
from trayecto.errors import BadValue
from trayecto.units import to_microseconds
from trayecto.whatif.changes import Change, FailureRate, Fix, RemoveGate
from trayecto.whatif.compare import Floats, difference, log_hazard_ratio, rates
from trayecto.whatif.facts import Facts
from trayecto.whatif.lives import DAY, NEVER, Bools, Ints

Effect = Callable[[Floats], Floats]
"""(units,) weights → the change of (orders kept, contacts, failures of the step)."""
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
    fortnight = (facts.units.began - facts.units.began.min()) // (14 * DAY)

    def effect(weight: Floats) -> Floats:
        asked = difference(facts.contacts, weight, passed, free, facts.stratum)
        back = _per(facts.kept, weight, passed, fortnight)
        usual = _per(facts.contacts, weight, passed, fortnight) - asked
        later = _per(facts.later_kept, weight, passed, fortnight)
        later_contacts = _per(facts.later_contacts, weight, passed, fortnight)
        gone = weight * lost
        kept = (gone * (back + later - facts.later_kept)).sum()
        contacts = (gone * (usual + later_contacts - facts.contacts - facts.later_contacts)).sum()
        contacts -= asked * weight[passed].sum()
        return np.array([kept, contacts, -weight[stopped].sum()])

    return effect


def _gates(facts: Facts) -> list[str]:
    return [one.key for one in facts.blueprint.measured if one.gate is not None]


def _per(values: Floats, weight: Floats, among: Bools, stratum: Ints) -> Floats:
    """(units,) the mean of ``values`` in each unit's stratum among these."""
    size = int(stratum.max(initial=0)) + 1
    n = np.bincount(stratum[among], weight[among], size)
    s = np.bincount(stratum[among], weight[among] * values[among], size)
    return np.where(n > 0, s / np.maximum(n, 1e-12), s.sum() / max(n.sum(), 1e-12))[stratum]


@effect_of.register
def _failure_rate(change: FailureRate, facts: Facts) -> Effect:
    due, failed = _promise(facts, change.step)
    judged = due | failed
    mine = judged & _meets(facts, change)
    if not mine.any():
        raise BadValue(f"No journey with '{change.step}' meets {dict(change.where)}.")
    others = judged & ~mine
    if change.to is None and not others.any():
        raise BadValue(
            f"Nothing to compare with: every journey with '{change.step}' is meant. Write 'to' as a share."
        )

    def effect(weight: Floats) -> Floats:
        now = rates(failed, weight, mine, facts.stratum)
        then = rates(failed, weight, others, facts.stratum) if change.to is None else change.to
        cured = weight * (mine & failed) * (1 - then / np.maximum(now, 1e-12))
        asked = difference(facts.contacts, weight, failed & judged, due, facts.stratum)
        back = 1 / np.exp(log_hazard_ratio(facts, weight, failed & judged, due, facts.stratum)) - 1
        kept = (cured * facts.later_kept).sum() * back
        contacts = (cured * facts.later_contacts).sum() * back - asked * cured.sum()
        return np.array([kept, contacts, -cured.sum()])

    return effect


def _promise(facts: Facts, step: str) -> tuple[Bools, Bools]:
    """(units,) whether the promise of the step was kept, and whether it was broken; neither while it is open."""
    facts.log.code(step)
    promise = next((one.promise for one in facts.blueprint.measured if one.key == step), None)
    if promise is None or promise.since is None:
        raise BadValue(f"The blueprint promises no time for '{step}' since another step.")
    start, done = _moments(facts, promise.since), facts.units.first(facts.log, [step])
    begun = (start < NEVER) & (done < NEVER)
    length = seconds_of(facts.blueprint, promise) * 1e6
    if promise.within is not None:
        took = np.where(begun, done - np.where(begun, start, 0), 0)
    else:
        clock = calendar_of(facts.blueprint, promise.calendar).working
        took = clock(np.where(begun, done, 0)) - clock(np.where(begun, start, 0))
    return begun & (took <= length), begun & (took > length)


def _meets(facts: Facts, change: FailureRate) -> Bools:
    met = np.ones(len(facts.units), dtype=bool)
    for name, value in change.where.items():
        if name not in facts.log.attributes.column_names:
            raise BadValue(f"The log has no attribute '{name}'.")
        same = pc.equal(facts.attribute(name), pa.scalar(value))
        met &= pc.fill_null(same, False).to_numpy(zero_copy_only=False)
    return met


@effect_of.register
def _fix(change: Fix, facts: Facts) -> Effect:
    at = _moments(facts, change.step)
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
    long_ago = facts.ordered & ~has & (facts.units.ordered < since)
    lately = facts.ordered & ~has & (facts.units.ordered >= since)

    def effect(weight: Floats) -> Floats:
        contacts = -_excess(asked, weight, *unit_ages)
        kept = _excess(cancelled, weight, *unit_ages)
        shift = log_hazard_ratio(facts, weight, after, before, facts.stratum * 0)
        if long_ago.any() and lately.any():
            shift -= log_hazard_ratio(facts, weight, lately, long_ago, facts.stratum * 0)
        back = np.exp(-shift) - 1
        kept += (weight * after * facts.later_kept).sum() * back
        contacts += (weight * after * facts.later_contacts).sum() * back
        return np.array([kept, contacts, contacts])

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
