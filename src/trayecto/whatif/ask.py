"""``what_if``: the expected change in outcomes, with an interval from drawing persons anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trayecto.attempts.compare import Floats
from trayecto.attempts.drawing import drawn, expected, intervals, money_of, priced
from trayecto.attempts.facts import Facts, facts_of
from trayecto.designed import blueprint_of
from trayecto.errors import BadValue
from trayecto.log.journeylog import JourneyLog
from trayecto.money import Interval, Line
from trayecto.values import Values, read_values
from trayecto.whatif.changes import Change
from trayecto.whatif.effects import effect_of

DRAWS = 300


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

    def together(weight: Floats) -> Floats:
        return np.sum([effect(weight) for effect in effects], axis=0)

    mean = expected(together, facts)
    return _result(facts, mean, drawn(together, facts, draws, seed), log.texts.get("values"))


def _result(facts: Facts, mean: Any, draws: Any, text: str | None) -> WhatIf:
    told = intervals(mean, draws)
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
    now = np.array([[facts.kept.sum(), facts.contacts.sum(), facts.worth.sum()]])
    before = float(priced(values, now)[0])
    money = money_of(values, mean, draws)
    outcomes.append(Outcome("money", before, before + money.expected, money))
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
