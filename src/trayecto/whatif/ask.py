"""``what_if``: the expected change in outcomes, with an interval from drawing persons anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trayecto.designed import blueprint_of
from trayecto.errors import BadValue
from trayecto.log.journeylog import JourneyLog
from trayecto.money import Interval, Line, total_of
from trayecto.values import Values, read_values
from trayecto.whatif.changes import Change
from trayecto.whatif.effects import effect_of
from trayecto.whatif.facts import Facts, facts_of

DRAWS = 300
CHAINS = 2.0
ENDS = (5.0, 95.0)  # of the 90 % interval


@dataclass(frozen=True)
class Outcome:
    """Totals over the log's whole time: as it was, as it would have been, and the difference (90 % interval)."""

    name: str
    before: float
    after: float
    effect: Interval

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "before": self.before,
            "after": self.after,
            "effect": self.effect.to_dict(),
        }


@dataclass(frozen=True)
class WhatIf:
    """``lines``: the arithmetic of ``money``, empty without a value model."""

    outcomes: list[Outcome]
    lines: list[Line]
    currency: str | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "outcomes": [one.to_dict() for one in self.outcomes],
            "lines": [line.to_dict() for line in self.lines],
            "currency": self.currency,
            "method": "adjusted",
        }


def what_if(log: JourneyLog, changes: Sequence[Change], *, draws: int = DRAWS, seed: int = 1) -> WhatIf:
    """What the changes would have made of the log's time. Effects of several changes add up.

    The log must have been built by a blueprint. The interval holds 90 % of ``draws`` of persons with replacement, with
    the chance of what really happens on top: it is meant for one period, not for the mean of many.
    Raises BadValue, UnknownStep.
    """
    if not changes:
        raise BadValue("No change is asked for.")
    facts = facts_of(log, *blueprint_of(log))
    if not len(facts.units):
        raise BadValue("No journey of this log places an order, so there is nothing to simulate.")
    effects = [effect_of(change, facts) for change in changes]
    expected = sum(effect(np.ones(len(facts.units))) for effect in effects)
    chance = np.random.default_rng(seed)
    persons, of = np.unique(facts.units.person, return_inverse=True)
    drawn = []
    for _ in range(draws):
        weight = np.bincount(chance.integers(len(persons), size=len(persons)), minlength=len(persons))[of]
        drawn.append(sum(effect(weight.astype(float)) for effect in effects))
    happened = np.asarray(drawn) + _chance_of(np.asarray(expected), facts, draws, chance)
    return _result(facts, np.asarray(expected), happened, log.texts.get("values"))


def _chance_of(expected: Any, facts: Facts, draws: int, chance: np.random.Generator) -> Any:
    """(draws, 3) what chance adds to what really happens: orders come in chains, so they vary twice as much as Poisson's."""
    orders = np.sqrt(CHAINS * abs(expected[0])) * chance.standard_normal(draws)
    contacts = np.sqrt(abs(expected[1])) * chance.standard_normal(draws)
    worth = facts.worth.sum() / max(facts.kept.sum(), 1)
    return np.stack([orders, contacts, orders * worth], axis=1)


def _result(facts: Facts, expected: Any, drawn: Any, text: str | None) -> WhatIf:
    low, high = np.percentile(drawn, ENDS, axis=0)
    told = [
        Interval(min(least, mid), mid, max(most, mid))
        for least, mid, most in zip(low.tolist(), expected.tolist(), high.tolist(), strict=True)
    ]
    totals = {
        "orders_kept": facts.kept.sum(),
        "contacts": facts.contacts.sum(),
        "value_kept": facts.worth.sum(),
    }
    outcomes = [
        Outcome(name, float(before), float(before + effect.expected), effect)
        for (name, before), effect in zip(totals.items(), told, strict=True)
    ]
    values = read_values(text) if text else None
    if values is None:
        return WhatIf(outcomes, [], None)
    lines = _lines(values, told)
    outcomes.append(_money(values, facts, drawn, lines))
    return WhatIf(outcomes, lines, values.currency)


def _lines(values: Values, told: Sequence[Interval]) -> list[Line]:
    kept, contacts, value = told
    contact = values.contact()
    lines = []
    if values.margin_share is not None:
        lines.append(Line("value of orders kept", value, values.margin_share))
    elif values.margin_per_order is not None:
        lines.append(Line("orders kept", kept, values.margin_per_order))
    if contact is not None:
        saved = Interval(-contacts.high, -contacts.expected, -contacts.low)
        lines.append(Line("contacts saved", saved, contact))
    return lines


def _money(values: Values, facts: Facts, drawn: Any, lines: Sequence[Line]) -> Outcome:
    """The persons drawn give the interval of the sum, which is narrower than the sum of intervals; the ends of
    the amounts widen it."""
    low, total, high = np.inf, total_of(lines).expected, -np.inf
    for end in ("low", "expected", "high"):
        sums = _priced(values, drawn, end)
        low = min(low, float(np.percentile(sums, ENDS[0])))
        high = max(high, float(np.percentile(sums, ENDS[1])))
    now = np.array([[facts.kept.sum(), facts.contacts.sum(), facts.worth.sum()]])
    before = float(_priced(values, now, "expected")[0])
    return Outcome("money", before, before + total, Interval(min(low, total), total, max(high, total)))


def _priced(values: Values, quantities: Any, end: str) -> Any:
    """(rows,) money of (rows, 3) orders kept, contacts, value kept, at one end of the amounts."""
    contact = getattr(values.contact(), end, 0.0)
    if values.margin_share is not None:
        gained = quantities[:, 2] * getattr(values.margin_share, end)
    else:
        gained = quantities[:, 0] * getattr(values.margin_per_order, end, 0.0)
    return gained - quantities[:, 1] * contact
