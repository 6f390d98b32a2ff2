"""When customers come: weekdays, months and promotions as one intensity over days.

Moments of demand are *positions* on a scale where an average day has length 1 and a strong day is
longer. A uniform draw over positions falls on days in proportion to their weight, and "forty days
later" reaches a promotion sooner: season and gaps between orders need one rule only.
"""

from __future__ import annotations

import datetime

import numpy as np

from recorrido.simulator.calendar import day_number, weekday
from recorrido.simulator.scenario import Scenario

_BEYOND = 400  # days after the end: orders that fall there are never seen, but must have a place

# Relative traffic of the web by hour of the local day: low at night, a lunch bump, an evening peak.
_ONLINE_HOURS = (9, 5, 3, 2, 1, 2, 5, 12, 24, 38, 46, 50, 54, 56, 50, 47, 46, 48, 52, 58, 66, 68, 52, 26)
_ONLINE_EDGES = np.concatenate([[0.0], np.cumsum(_ONLINE_HOURS) / sum(_ONLINE_HOURS)])


def online_second(share: np.ndarray) -> np.ndarray:
    """Second of the local day at which a share of the day's web traffic has passed."""
    return (np.interp(share, _ONLINE_EDGES, np.arange(25)) * 3600).astype(np.int64)


class Demand:
    """Positions from the first day of warm-up (0) to the end and beyond."""

    def __init__(self, scenario: Scenario) -> None:
        self.first = day_number(scenario.first_day) - scenario.period.warm_up_days
        self.days = np.arange(self.first, day_number(scenario.period.end) + 1 + _BEYOND)
        weights, self.discounts = _weights(scenario, self.days)
        seen = weights[: len(weights) - _BEYOND]
        self._edges = np.concatenate([[0.0], np.cumsum(weights / seen.mean())])
        self.end = self._edges[len(seen)]
        self.start = self._edges[scenario.period.warm_up_days]

    def day(self, position: np.ndarray) -> np.ndarray:
        """Day numbers (days since 1970) of positions; what lies past the last day stays on it."""
        index = np.searchsorted(self._edges, position, side="right") - 1
        return self.days[np.clip(index, 0, len(self.days) - 1)]

    def discount(self, day: np.ndarray) -> np.ndarray:
        """Share by which prices are lowered on each day."""
        return self.discounts[np.clip(day - self.first, 0, len(self.days) - 1)]


def _weights(scenario: Scenario, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    demand = scenario.demand
    by_month = np.array([demand.months.get(month, 1.0) for month in range(1, 13)])
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    weights = np.array(demand.weekdays, dtype=np.float64)[weekday(days)] * by_month[months]
    discounts = np.zeros(len(days))
    for promotion in demand.promotions:
        on = _within(days, promotion.starts, promotion.ends)
        weights = np.where(on, weights * promotion.lift, weights)
        discounts = np.where(on, promotion.discount, discounts)
    return weights, discounts


def _within(days: np.ndarray, first: datetime.date, last: datetime.date) -> np.ndarray:
    return (days >= day_number(first)) & (days <= day_number(last))
