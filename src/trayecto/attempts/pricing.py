"""Quantities and what they are worth: 90 % intervals of draws, money, and its arithmetic line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from trayecto.money import Interval, Line
from trayecto.values import Values

ENDS = (5.0, 95.0)  # of the 90 % interval


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
