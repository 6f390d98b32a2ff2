"""The contacts a gate causes: what the stopped ask beyond what comparable orders without the gate ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, NEVER, Bools, Ints
from trayecto.blueprint import JourneyType
from trayecto.causes.features import Feature
from trayecto.comparable import Alike, alike, month_feature, tenure_feature, traits, value_feature
from trayecto.comparable.alike import ENDS, redrawn
from trayecto.gates.visits import PASSED, Visits
from trayecto.money import Interval

WINDOW = 7 * DAY  # after the gate, for those who never ordered
AFTER = (
    2 * DAY
)  # after the order: what a gate raises is asked while it is fresh, later contacts have other causes
DRAWS = 400
BANDS = (
    5,
    4,
    3,
    2,
)  # of the value; broader ones where an amount at which the gate begins leaves too few in its band
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Extra:
    """``contacts``: how many the gate caused, None without comparables; ``each``: per time somebody was stopped."""

    alike: Alike
    contacts: Interval | None
    each: Interval | None


def extra_contacts(visits: Visits, journey_type: JourneyType, draws: int = DRAWS, seed: int = 1) -> Extra:
    """Two parts. Between the gate and the order, and within a week for who never ordered, every contact is the gate's:
    who is not stopped has no such time. Within two days after the order, what those who passed ask beyond comparable
    orders without a gate, per person, is the gate's too. The interval holds 90 % of draws of persons with replacement."""
    facts = visits.facts
    order_unit = _order_units(visits, facts)
    ordered = np.unique(order_unit[order_unit >= 0])
    found = _alike(facts, journey_type, ordered)
    if not len(visits) or not found.comparable:
        return Extra(found, None, None)
    at = np.where(visits.next < NEVER, visits.next, visits.at + WINDOW)
    waiting = contacts_between(facts, visits.person, visits.at, at)
    passed = visits.outcome == PASSED
    after = contacts_between(
        facts,
        facts.units.person,
        facts.units.ordered,
        np.minimum(facts.units.ordered, NEVER - AFTER) + AFTER,
    )
    sums = _by_person(visits, waiting, passed, facts, found, after.astype(float))
    mean, drawn = _total(sums.sum(axis=0)[None, :]), _total(redrawn(sums, draws, seed))
    contacts = around(float(mean[0]), drawn)
    return Extra(found, contacts, _scaled(contacts, 1 / len(visits)))


def around(expected: float, drawn: Floats) -> Interval:
    """The 90 % interval of the draws, around what was found."""
    low, high = np.percentile(drawn, ENDS).tolist()
    return Interval(min(low, expected), expected, max(high, expected))


def _scaled(one: Interval, factor: float) -> Interval:
    return Interval(one.low * factor, one.expected * factor, one.high * factor)


def contacts_between(facts: Facts, person: Ints, since: Ints, until: Ints) -> Ints:
    """(rows,) support contacts of each person after ``since`` and up to ``until`` (microseconds; NEVER: none)."""
    events, code = facts.units.events, facts.log.stored.code_of
    mine = np.isin(events.step, [code[step] for step in facts.support if step in code])
    begin = int(events.at.min(initial=0))
    span = facts.end - begin + 2 * WINDOW
    keys = _key(events.person[mine], events.at[mine], begin, span)
    ends = [
        np.searchsorted(keys, _key(person, np.clip(at, begin, begin + span - 1), begin, span), side="right")
        for at in (since, until)
    ]
    return np.where(since < NEVER, ends[1] - ends[0], 0)


def _key(person: Ints, at: Ints, begin: int, span: int) -> Ints:
    """A number that sorts by person and moment, in milliseconds so that a million persons fit."""
    return person * (span // 1000 + 2) + (at - begin) // 1000


def _order_units(visits: Visits, facts: Facts) -> Ints:
    """(visits,) the attempt that ended in the order which followed the gate, -1 without one."""
    units = facts.units
    has = np.flatnonzero(units.ordered < NEVER)
    wanted = np.flatnonzero(visits.next < NEVER)
    found = np.full(len(visits), -1)
    if not len(has) or not len(wanted):
        return found
    begin, span = int(units.ordered[has].min()), facts.end - int(units.ordered[has].min()) + 1
    keys = _key(units.person[has], units.ordered[has], begin, span)
    mine = _key(visits.person[wanted], visits.next[wanted], begin, span)
    place = np.minimum(np.searchsorted(keys, mine), len(keys) - 1)
    found[wanted] = np.where(keys[place] == mine, has[place], -1)
    return found


def _alike(facts: Facts, journey_type: JourneyType, ordered: Ints) -> Alike:
    """Those who passed beside the orders of who met no gate, made alike in what was known when they ordered. The value
    bands are as narrow as leaves somebody to compare."""
    gates = [one.key for one in facts.blueprint.measured if one.gate is not None]
    one = np.zeros(len(facts.units), dtype=bool)
    one[ordered] = True
    known = facts.ordered & facts.first_of_journey
    free = known & (facts.units.count(facts.log, gates) == 0) & ~one
    features, values = comparable_by(facts, journey_type), values_of(facts, journey_type)
    for count in BANDS:
        found = alike([value_feature(values, count), *features], one & known, free)
        if found.comparable:
            break
    return found


def comparable_by(facts: Facts, journey_type: JourneyType) -> Sequence[Feature]:
    """(units,) period, tenure, and the segments of the journey that are told by its order."""
    units = facts.units
    return [
        month_feature(units.began, facts.blueprint),
        tenure_feature(_earlier(facts)),
        *traits(facts.log, journey_type, units.row, facts.anchors),
    ]


def _earlier(facts: Facts) -> Ints:
    """(units,) the orders of the same person before, in this log."""
    before: Ints = np.cumsum(facts.ordered) - facts.ordered
    first = np.searchsorted(facts.units.person, facts.units.person, side="left")
    return before - before[first]


def values_of(facts: Facts, journey_type: JourneyType) -> Floats:
    """(units,) the journey's value in equal parts for each of its orders, NaN where it is not told."""
    name = journey_type.value
    if name is None or name not in facts.log.attributes.column_names:
        return np.full(len(facts.units), np.nan)
    value = facts.log.attributes[name].to_numpy().astype(float)
    orders = np.bincount(facts.units.row[facts.ordered], minlength=len(value))
    each = value[facts.units.row] / np.maximum(orders[facts.units.row], 1)
    return np.where(facts.ordered, each, np.nan)


def _by_person(
    visits: Visits, waiting: Ints, passed: Bools, facts: Facts, found: Alike, after: Floats
) -> Floats:
    """(people, 6) what each person adds to the sums that the total is made of."""
    size = int(facts.units.person.max(initial=0)) + 1
    sums = [np.bincount(visits.person, each, size).astype(float) for each in (waiting, passed)]
    for group in (found.one, found.other):
        weight = found.weight * group
        sums += [np.bincount(facts.units.person, each, size) for each in (weight * after, weight)]
    stacked: Floats = np.stack(sums, axis=1)
    return stacked[stacked.any(axis=1)]


def _total(sums: Floats) -> Floats:
    """(draws,) contacts while they waited, and the difference after the order times those who passed."""
    ones = sums[:, 2] / np.maximum(sums[:, 3], 1e-12)
    others = sums[:, 4] / np.maximum(sums[:, 5], 1e-12)
    return np.asarray(sums[:, 0] + sums[:, 1] * (ones - others))
