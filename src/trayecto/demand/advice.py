"""``advice_effects``: which advice, had it been sent, precedes fewer support contacts.

Method. For each advice touchpoint that the company sends (outbound), attempts to order in which it was due are compared:
those that got it in time and those that did not. It is due after the step its promise runs from, else after the step that
usually stands before it; in time is within its promise, else within the wait of 19 in 20. Advice before the order is due at the
order. Counting of support contacts starts at that moment for both (a landmark, so that nobody counts as advised by
having waited long enough; Anderson, Cain and Gelber, 1983) and lasts 14 days; attempts not watched so long are left out.

Comparable are attempts of the same month, region, way of delivery, value band and order number (first or later): what was
known before. The effect is the difference of contacts per attempt within these strata, weighed by the attempts that did not
get the advice (the effect on those who did without); the interval holds 90 % of draws of persons with replacement. Strata
with only one side say nothing; when they hold too many of the attempts there is *no comparable* and no figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trayecto.attempts.compare import Floats
from trayecto.attempts.facts import Facts, facts_of, order_values
from trayecto.attempts.lives import DAY, NEVER, Bools, Ints
from trayecto.blueprint import Touchpoint
from trayecto.demand.costs import months_of, prices_of
from trayecto.demand.learning import directly_before
from trayecto.designed import blueprint_of, calendar_of, seconds_of
from trayecto.errors import BadValue
from trayecto.log.journeylog import JourneyLog
from trayecto.money import Interval, Line
from trayecto.values import Amount

FOLLOWED = 14 * DAY
MONTH = 30 * DAY
USUAL = 95  # percentile of the wait for advice that nobody promised
BANDS = 4  # of value
LEAST = 30  # attempts on each side that compare
OVERLAP = 0.2  # of the attempts without the advice must have comparable ones with it
DRAWS = 300
ENDS = (5.0, 95.0)  # of the 90 % interval
SURE = 2.8  # standard errors from which on contacts are said to be fewer, or more

FEWER, MORE, PERHAPS = "fewer", "more", "perhaps chance"
NO_DIFFERENCE, NO_COMPARABLE = "no difference", "no comparable"


@dataclass(frozen=True)
class Balance:
    """How alike the two sides are in one thing known before: standardized differences of the means (Austin, 2009), as they stand and
    as they are compared. Below 0.1 is taken as alike."""

    of: str
    raw: float
    compared: float

    def to_dict(self) -> dict[str, Any]:
        return {"of": self.of, "raw": round(self.raw, 4), "compared": round(self.compared, 4)}


@dataclass(frozen=True)
class AdviceEffect:
    """``given``, ``missed``: attempts that got the advice in time, and those that did not; ``compared``: of the missed ones those with
    comparable given ones. ``effect``: support contacts per missed attempt had it been sent, less those there were."""

    step: str
    since: str | None
    department: str
    given: int
    missed: int
    compared: int
    verdict: str
    rate_given: float | None = None
    rate_missed: float | None = None
    effect: Interval | None = None
    line: Line | None = None  # contacts a month × cost of one
    balance: Sequence[Balance] = ()
    currency: str = ""
    contacts: Interval | None = None  # a month, had it been sent to all that missed it

    def to_dict(self) -> dict[str, Any]:
        money = self.line.total if self.line else None
        return {
            "step": self.step,
            "since": self.since,
            "department": self.department,
            "given": self.given,
            "missed": self.missed,
            "compared": self.compared,
            "verdict": self.verdict,
            "contacts_given": self.rate_given,
            "contacts_missed": self.rate_missed,
            "effect": self.effect.to_dict() if self.effect else None,
            "monthly": self.contacts.to_dict() if self.contacts else None,
            "money": {**money.to_dict(), "currency": self.currency, "per": "month"} if money else None,
            "balance": [one.to_dict() for one in self.balance],
            "method": "adjusted",
        }


@dataclass(frozen=True)
class Due:
    """(units,) ``landmark``: when counting starts, NEVER where the advice was not due; ``given``: whether it had come by then."""

    step: str
    since: str | None
    landmark: Ints
    given: Bools


def advice_effects(log: JourneyLog) -> list[AdviceEffect]:
    """One per outbound advice touchpoint that the log has, those that precede fewer contacts first.

    Raises BadValue for a log without a blueprint or without support contacts.
    """
    facts = facts_of(log, *blueprint_of(log))
    if not facts.support:
        raise BadValue("The blueprint has no touchpoint of nature 'support', so no contact could be saved.")
    return effects_of(facts)


def effects_of(facts: Facts) -> list[AdviceEffect]:
    """The same of attempts that are at hand."""
    found = [_effect(facts, due) for due in _dues(facts)]
    rank = {FEWER: 0, MORE: 1, PERHAPS: 2, NO_DIFFERENCE: 3, NO_COMPARABLE: 4}
    return sorted(
        found, key=lambda one: (rank[one.verdict], one.contacts.expected if one.contacts else 0.0, one.step)
    )


def _dues(facts: Facts) -> Iterator[Due]:
    known = facts.log.stored.code_of
    for touchpoint in facts.blueprint.measured:
        if touchpoint.nature == "advice" and touchpoint.direction == "outbound":
            if touchpoint.phase == "postsale":
                yield from _after_order(facts, touchpoint)
            elif touchpoint.key in known:
                yield _before_order(facts, touchpoint)


def _before_order(facts: Facts, touchpoint: Touchpoint) -> Due:
    """Whether it came to the person in the journey before the attempt began."""
    units = facts.units
    mine = np.flatnonzero(units.events.step == facts.log.stored.code_of[touchpoint.key])
    next_unit = np.searchsorted(units.start, mine, side="right")
    inside = next_unit < len(units)
    target = np.where(inside, next_unit, 0)
    same = inside & (units.row[target] == units.events.row[mine])
    given = np.zeros(len(units), dtype=bool)
    given[target[same]] = True
    landmark = np.where(facts.ordered, units.ordered, NEVER)
    return Due(touchpoint.key, None, landmark, given)


def _after_order(facts: Facts, touchpoint: Touchpoint) -> Iterator[Due]:
    since = touchpoint.promise.since if touchpoint.promise else None
    since = since or directly_before(facts, facts.log.steps).get(touchpoint.key)
    if since is None or since not in facts.log.stored.code_of:
        return
    start, done = (facts.units.first(facts.log, [step]) for step in (since, touchpoint.key))
    length = _promised_length(facts, touchpoint)
    came = (start < NEVER) & (done < NEVER) & (done >= start)
    if length is None:
        if not came.any():
            return
        length = int(np.percentile((done - start)[came], USUAL))
    landmark = np.where(start < NEVER, np.minimum(start, NEVER - length) + length, NEVER)
    yield Due(touchpoint.key, since, landmark, came & (done <= landmark))


def _promised_length(facts: Facts, touchpoint: Touchpoint) -> int | None:
    """In calendar time: working days count as days, weekends added."""
    promise = touchpoint.promise
    if promise is None or promise.property is not None:
        return None
    seconds = seconds_of(facts.blueprint, promise)
    if promise.within is None:
        seconds *= 7 / 5 * 86_400 / (calendar_of(facts.blueprint, promise.calendar).day / 1e6)
    return round(seconds * 1e6)


@dataclass(frozen=True)
class Comparison:
    """(rows,) of the attempts in which the advice was due and that were watched long enough."""

    unit: Ints
    given: Bools
    contacts: Floats
    stratum: Ints

    def both(self, weight: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """By stratum: weight of the given and the missed, and their contacts."""
        size = int(self.stratum.max(initial=-1)) + 1
        values = weight * self.contacts

        def summed(side: Bools, told: Floats) -> Floats:
            return np.bincount(self.stratum[side], told[side], size).astype(np.float64)

        one, other = self.given, ~self.given
        return summed(one, weight), summed(other, weight), summed(one, values), summed(other, values)

    def rates(self, weight: Floats) -> tuple[float, float]:
        """Contacts per attempt of those with and without the advice, both weighed by strata as those without."""
        n1, n0, s1, s0 = self.both(weight)
        share = np.where((n1 > 0) & (n0 > 0), n0, 0.0)
        whole = max(float(share.sum()), 1e-12)
        with_, without = (
            (share * s1 / np.maximum(n1, 1e-12)).sum(),
            (share * s0 / np.maximum(n0, 1e-12)).sum(),
        )
        return float(with_) / whole, float(without) / whole


def _effect(facts: Facts, due: Due) -> AdviceEffect:
    owner = facts.blueprint.owner(due.step)
    names = (due.step, due.since, owner.slug if owner else "")
    found = _comparison(facts, due)
    n1, n0, _, _ = found.both(np.ones(len(found.unit)))
    both = (n1 > 0) & (n0 > 0)
    given, missed, compared = int(found.given.sum()), int((~found.given).sum()), int(n0[both].sum())
    if min(compared, n1[both].sum()) < LEAST or compared < OVERLAP * missed:
        return AdviceEffect(*names, given, missed, compared, NO_COMPARABLE)
    with_, without = found.rates(np.ones(len(found.unit)))
    draws = _drawn(facts, found)
    effect = _interval(with_ - without, draws)
    monthly = missed / months_of(facts)
    contacts = Interval(effect.low * monthly, effect.expected * monthly, effect.high * monthly)
    each, currency = _each(facts)
    saved = Interval(-contacts.high, -contacts.expected, -contacts.low)
    return AdviceEffect(
        *names, given, missed, compared, _verdict(effect, float(draws.std())), with_, without, effect,
        Line(due.step, saved, each) if each else None, tuple(_balances(facts, found, both)), currency, contacts,
    )  # fmt: skip


def _comparison(facts: Facts, due: Due) -> Comparison:
    watched = (due.landmark < NEVER) & (due.landmark <= facts.end - FOLLOWED)
    # Whoever had cancelled or fetched it by then waits for no advice: what comes first takes the attempt out for both sides.
    unit = np.flatnonzero(watched & ~_over_before(facts, due))
    events, of = facts.units.among(facts.log, facts.support)
    at, landmark = facts.units.events.at[events], due.landmark[of]
    counted = (at > landmark) & (at - np.minimum(landmark, at) <= FOLLOWED)
    contacts = np.bincount(of[counted], minlength=len(facts.units)).astype(float)
    return Comparison(unit, due.given[unit], contacts[unit], _strata(facts, due, unit))


def _over_before(facts: Facts, due: Due) -> Bools:
    if due.since is None:
        return np.zeros(len(facts.units), dtype=bool)
    ends = [step for step in (*facts.goals, *facts.undone) if step != due.since]
    over: Bools = facts.units.first(facts.log, ends) <= due.landmark
    return over


def _strata(facts: Facts, due: Due, unit: Ints) -> Ints:
    month = due.landmark[unit] // MONTH
    parts = (month - month.min(initial=0), facts.stratum[unit], _bands(facts)[unit], _first(facts)[unit])
    code = np.zeros(len(unit), dtype=np.int64)
    for part in parts:
        code = code * (int(part.max(initial=0)) + 1) + part
    return np.unique(code, return_inverse=True)[1].astype(np.int64)


def _values(facts: Facts) -> Floats:
    """(units,) the value of each order, whatever became of it."""
    journey_type = blueprint_of(facts.log)[1]
    return order_values(facts.log, facts.units, journey_type, facts.ordered)


def _bands(facts: Facts) -> Ints:
    """(units,) the quarter of the journey's value."""
    worth = _values(facts)
    known = worth > 0
    if not known.any():
        return np.zeros(len(worth), dtype=np.int64)
    ends = np.quantile(worth[known], np.arange(1, BANDS) / BANDS)
    return np.searchsorted(ends, worth, side="right").astype(np.int64)


def _first(facts: Facts) -> Ints:
    """(units,) 0 for a person's first attempt in the log, else 1."""
    person = facts.units.person
    return np.concatenate([[0], (person[1:] == person[:-1]).astype(np.int64)])[: len(person)]


def _drawn(facts: Facts, found: Comparison) -> Floats:
    """(DRAWS,) the effect when persons are drawn anew."""
    persons, of = np.unique(facts.units.person[found.unit], return_inverse=True)
    chance = np.random.default_rng(14)
    draws = []
    for _ in range(DRAWS):
        weight = np.bincount(chance.integers(len(persons), size=len(persons)), minlength=len(persons))[of]
        with_, without = found.rates(weight.astype(float))
        draws.append(with_ - without)
    return np.asarray(draws)


def _interval(expected: float, draws: Floats) -> Interval:
    low, high = np.percentile(draws, ENDS).tolist()
    return Interval(min(low, expected), expected, max(high, expected))


def _verdict(effect: Interval, spread: float) -> str:
    if spread == 0 or effect.low <= 0 <= effect.high:
        return NO_DIFFERENCE
    if abs(effect.expected) <= SURE * spread:
        return PERHAPS
    return FEWER if effect.expected < 0 else MORE


def _each(facts: Facts) -> tuple[Amount | None, str]:
    """The cost of a support contact: of any channel, else the mean of what the blueprint says."""
    prices = prices_of(facts.log, facts.blueprint)
    told = [prices.of(step, None) for step in facts.support]
    known = [one for one in told if one is not None]
    if not known:
        return None, prices.currency
    low, expected, high = (
        float(np.mean([getattr(one, end) for one in known])) for end in ("low", "expected", "high")
    )
    return Amount(low, expected, high, known[0].source, known[0].date), prices.currency


def _balances(facts: Facts, found: Comparison, both: Bools) -> Iterator[Balance]:
    facts_known = {
        "value": _values(facts)[found.unit],
        "later order": _first(facts)[found.unit].astype(float),
        "weekday": ((facts.units.began[found.unit] // DAY) % 7 >= 5).astype(float),
        "month": facts.units.began[found.unit] / MONTH,
    }
    n1, n0, _, _ = found.both(np.ones(len(found.unit)))
    weight = np.where(found.given, (n0 / np.maximum(n1, 1))[found.stratum], 1.0) * both[found.stratum]
    for name, values in facts_known.items():
        raw = _standardized(values, np.ones(len(values)), found.given)
        yield Balance(name, raw, _standardized(values, weight, found.given))


def _standardized(values: Floats, weight: Floats, given: Bools) -> float:
    """The difference of the means over the spread of the values as they stand."""
    spread = np.sqrt((values[given].var() + values[~given].var()) / 2)
    if spread == 0:
        return 0.0
    with_, without = (np.average(values[side], weights=weight[side]) for side in (given, ~given))
    return float((with_ - without) / spread)
