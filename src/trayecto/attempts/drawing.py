"""Intervals of effects: persons are drawn anew, and chance is added as what really happens has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from trayecto.attempts.compare import Floats
from trayecto.attempts.facts import Facts
from trayecto.money import Interval
from trayecto.values import Values

Effect = Callable[[Floats], Floats]
"""(units,) weights → the change of (orders kept, contacts, value of the orders kept)."""
CHAINS = 2.0
ENDS = (5.0, 95.0)  # of the 90 % interval


def drawn(effect: Effect, facts: Facts, draws: int, seed: int = 1) -> Any:
    """(draws, 3) the effect with persons drawn with replacement, and the chance of one period on top."""
    return sum(drawn_apart(effect, facts, draws, seed))


def drawn_apart(effect: Effect, facts: Facts, draws: int, seed: int = 1) -> tuple[Any, Any]:
    """(draws, 3) the effect with persons drawn with replacement, and beside it the chance of one period."""
    chance = np.random.default_rng(seed)
    persons, of = np.unique(facts.units.person, return_inverse=True)
    found = []
    for _ in range(draws):
        weight = np.bincount(chance.integers(len(persons), size=len(persons)), minlength=len(persons))[of]
        found.append(effect(weight.astype(float)))
    return np.asarray(found), _chance_of(expected(effect, facts), facts, draws, chance)


def expected(effect: Effect, facts: Facts) -> Floats:
    """The effect in the log as it is."""
    return np.asarray(effect(np.ones(len(facts.units))))


def _chance_of(mean: Any, facts: Facts, draws: int, chance: np.random.Generator) -> Any:
    """(draws, 3) what chance adds to what really happens: orders come in chains, so they vary twice as much as Poisson's."""
    orders = np.sqrt(CHAINS * abs(mean[0])) * chance.standard_normal(draws)
    contacts = np.sqrt(abs(mean[1])) * chance.standard_normal(draws)
    worth = facts.worth.sum() / max(facts.kept.sum(), 1)
    return np.stack([orders, contacts, orders * worth], axis=1)


def intervals(mean: Any, draws: Any) -> list[Interval]:
    """The 90 % interval of each column of draws, around its expected value."""
    low, high = np.percentile(draws, ENDS, axis=0)
    told = zip(low.tolist(), np.asarray(mean).tolist(), high.tolist(), strict=True)
    return [Interval(min(least, mid), mid, max(most, mid)) for least, mid, most in told]


def priced(values: Values, quantities: Any, end: str = "expected") -> Any:
    """(rows,) money of (rows, 3) orders kept, contacts, value kept, at one end of the amounts."""
    contact = getattr(values.contact(), end, 0.0)
    if values.margin_share is not None:
        gained = quantities[:, 2] * getattr(values.margin_share, end)
    else:
        gained = quantities[:, 0] * getattr(values.margin_per_order, end, 0.0)
    return gained - quantities[:, 1] * contact


def money_of(values: Values, mean: Any, draws: Any) -> Interval:
    """What an effect is worth. The persons drawn give the interval of the sum, which is narrower than the sum of
    intervals; the ends of the amounts widen it."""
    total = float(priced(values, np.asarray(mean)[None, :])[0])
    sums = [priced(values, draws, end) for end in ("low", "expected", "high")]
    low = min(float(np.percentile(one, ENDS[0])) for one in sums)
    high = max(float(np.percentile(one, ENDS[1])) for one in sums)
    return Interval(min(low, total), total, max(high, total))
