"""What undoing a trouble is worth in a month: an effect with its interval, and the arithmetic of its money line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, sqrt

import numpy as np

from trayecto.attempts.pricing import intervals, lines_of, money_of
from trayecto.money import Interval, Line, total_of
from trayecto.values import Values
from trayecto.whatif.ask import SEED
from trayecto.whatif.draws import Floats
from trayecto.whatif.moved import Moved
from trayecto.whatif.totals import total_of as all_of

NAMES = ("orders_kept", "contacts", "value_kept")


@dataclass(frozen=True)
class Worth:
    """In a month. ``p``: the chance of as much where undoing it is worth nothing; ``money`` None without a value model."""

    effects: dict[str, Interval]
    money: Interval | None
    lines: tuple[Line, ...]
    p: float


def worth_of(moved: Moved, values: Values | None, months: float, own: Sequence[Line] = ()) -> Worth:
    """What is moved over the time the trouble was there, per month; ``own``: what undoing it is worth besides, in a month."""
    total = all_of([moved], SEED)
    mean, persons, spread = (one / months for one in (total.mean, total.persons, total.spread))
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
