"""What undoing a trouble is worth in a month: an effect with its interval, and the arithmetic of its money line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.compare import Floats, difference, log_hazard_ratio
from trayecto.attempts.drawing import Effect, drawn, expected, intervals, money_of
from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import Bools
from trayecto.money import Interval, Line
from trayecto.values import Values

SURE = 3.0  # standard errors from which on a difference counts that need not be there
NAMES = ("orders_kept", "contacts", "value_kept")


@dataclass(frozen=True)
class Worth:
    """In a month. ``p``: the chance of as much where undoing it is worth nothing; ``money`` None without a value model."""

    effects: dict[str, Interval]
    money: Interval | None
    lines: tuple[Line, ...]
    p: float


def worth_of(effect: Effect, facts: Facts, values: Values | None, months: float, draws: int) -> Worth:
    """An effect over the time it was there, per month."""
    mean = expected(effect, facts) / months
    spread = drawn(effect, facts, draws) / months
    told = intervals(mean, spread)
    money = money_of(values, mean, spread) if values else None
    lines = lines_of(values, told) if values else ()
    return Worth(dict(zip(NAMES, told, strict=True)), money, lines, _chance(mean, spread))


def _chance(mean: Floats, spread: Floats) -> float:
    """The least p-value of more orders and of fewer contacts, doubled, since the better of two is taken."""
    from math import erfc, sqrt

    errors = np.maximum(spread.std(axis=0), 1e-12)
    best = max(mean[0] / errors[0], -mean[1] / errors[1])
    return min(1.0, erfc(best / sqrt(2)))


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
    contacts, what follows because more come back, and with ``own_orders`` their own orders, where it is sure that fewer were kept
    (what never came because the order was cancelled must not be taken for the reason of it)."""
    orders = own_orders and _sure(facts, bad, good)

    def effect(weight: Floats) -> Floats:
        much = weight * saved
        asked = difference(facts.contacts, weight, bad, good, facts.stratum)
        change = _back(facts, much, log_hazard_ratio(facts, weight, bad, good, facts.stratum))
        change[1] -= asked * much.sum()
        if orders:
            change[0] -= difference(facts.kept, weight, bad, good, facts.stratum) * much.sum()
            change[2] -= difference(facts.worth, weight, bad, good, facts.stratum) * much.sum()
        return change

    return effect


def _sure(facts: Facts, bad: Bools, good: Bools) -> bool:
    """Whether fewer of the bad are kept, by more than chance would have it."""
    weight = np.ones(len(facts.units))
    gap = difference(facts.kept, weight, bad, good, facts.stratum)
    rates = [float(facts.kept[mask].mean()) if mask.any() else 0.0 for mask in (bad, good)]
    counts = [max(1, int(mask.sum())) for mask in (bad, good)]
    error = np.sqrt(sum(rate * (1 - rate) / count for rate, count in zip(rates, counts, strict=True)))
    return bool(gap < -SURE * max(float(error), 1e-9))


def _back(facts: Facts, weight: Floats, ratio: float) -> Floats:
    """What more follows when these come back as the others do: what followed, scaled by the ratio of hazards."""
    return np.array([(weight * one).sum() for one in facts.later]) * (np.exp(-ratio) - 1)
