"""What undoing a trouble is worth in a month: an effect with its interval, and the arithmetic of its money line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, sqrt

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.compare import Floats, difference, log_hazard_ratio
from trayecto.attempts.drawing import Effect, drawn_apart, expected, intervals, money_of
from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import Bools
from trayecto.money import Interval, Line, total_of
from trayecto.values import Values

NAMES = ("orders_kept", "contacts", "value_kept")


@dataclass(frozen=True)
class Worth:
    """In a month. ``p``: the chance of as much where undoing it is worth nothing; ``money`` None without a value model."""

    effects: dict[str, Interval]
    money: Interval | None
    lines: tuple[Line, ...]
    p: float


def worth_of(
    effect: Effect, facts: Facts, values: Values | None, months: float, draws: int, own: Sequence[Line] = ()
) -> Worth:
    """An effect over the time it was there, per month; ``own``: what it is worth besides, in a month."""
    mean = expected(effect, facts) / months
    persons, chance = (one / months for one in drawn_apart(effect, facts, draws))
    spread = persons + chance
    told = intervals(mean, spread)
    money = _with(own, money_of(values, mean, spread)) if values else None
    lines = (*lines_of(values, told), *own) if values else ()
    return Worth(dict(zip(NAMES, told, strict=True)), money, lines, _chance(mean, persons))


def _with(own: Sequence[Line], money: Interval) -> Interval:
    more = total_of(own)
    return Interval(money.low + more.low, money.expected + more.expected, money.high + more.high)


def _chance(mean: Floats, persons: Floats) -> float:
    """How often more orders and fewer contacts are as many by chance, in standard errors of persons drawn anew: the sum of the
    two squares, where what goes the other way counts nothing (chi-bar-square)."""
    errors = np.maximum(persons.std(axis=0), 1e-12)
    orders, contacts = max(0.0, mean[0] / errors[0]), max(0.0, -mean[1] / errors[1])
    squares = float(orders**2 + contacts**2)
    return exp(-squares / 2) / 4 + erfc(sqrt(squares / 2)) / 2


def lines_of(values: Values, told: Sequence[Interval]) -> tuple[Line, ...]:
    """Value or number of orders kept times what they leave, contacts saved times what they cost."""
    kept, contacts, value = told
    lines = []
    if values.margin_share is not None:
        lines.append(Line("value of orders kept", value, values.margin_share))
    elif values.margin_per_order is not None:
        lines.append(Line("orders kept", kept, values.margin_per_order))
    contact = values.contact()
    if contact is not None:
        saved = Interval(-contacts.high, -contacts.expected, -contacts.low)
        lines.append(Line("contacts saved", saved, contact))
    return tuple(lines)


def undone(
    facts: Facts, bad: Bools, good: Bools, saved: NDArray[np.floating], own_orders: bool = False
) -> Effect:
    """What changes when of each attempt the share ``saved`` (attempts,) goes as the ``good`` did and not as the ``bad``: their own
    contacts, what follows because more come back, and with ``own_orders`` their own orders (never where what was late may
    not have come because the order was cancelled: that would take the end for its reason)."""

    def effect(weight: Floats) -> Floats:
        much = weight * saved
        asked = difference(facts.contacts, weight, bad, good, facts.stratum)
        change = _back(facts, weight, bad, good) * _later(facts, much)
        change[1] -= asked * much.sum()
        if own_orders:
            change[0] -= difference(facts.kept, weight, bad, good, facts.stratum) * much.sum()
            change[2] -= difference(facts.worth, weight, bad, good, facts.stratum) * much.sum()
        return change

    return effect


def _later(facts: Facts, weight: NDArray[np.floating]) -> Floats:
    """What followed these attempts: orders kept, contacts, value."""
    return np.array([(weight * one).sum() for one in facts.later])


def _back(facts: Facts, weight: Floats, bad: Bools, good: Bools) -> float:
    """By which share more of the bad would have come back at the hazard of the good: of those who did not come back the share
    (1 - f) to the power of the ratio of hazards stays away, where f came back."""
    came = float((weight * facts.following)[bad].sum() / max(weight[bad].sum(), 1e-12))
    if not 0 < came < 1:
        return 0.0
    ratio = np.exp(-log_hazard_ratio(facts, weight, bad, good, facts.stratum))
    return float((1 - (1 - came) ** ratio) / came - 1)
