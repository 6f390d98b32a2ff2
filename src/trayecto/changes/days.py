"""The days of a log: local days, the kind of day each is, and moments as days."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.lives import Ints
from trayecto.units import to_datetime, to_microseconds

HOLIDAY = 7  # a kind of day beside those of the week
LEAST_OF_A_KIND = 4  # days; of fewer nothing is known, and they count as Sundays
SUNDAY = 6


@dataclass(frozen=True, eq=False)
class Days:
    """The whole days of a log, first to last. ``edges``: (days + 1,) microseconds at which they begin."""

    first: datetime.date
    edges: Ints
    kinds: NDArray[np.int64]  # (days,) 0 … 6 from Monday, or HOLIDAY

    def __len__(self) -> int:
        return len(self.edges) - 1

    def of(self, moments: Ints) -> Ints:
        """The day of each moment, -1 for those outside."""
        found = np.searchsorted(self.edges, moments, side="right") - 1
        return np.where((found >= 0) & (found < len(self)), found, -1)

    def date(self, day: int) -> datetime.date:
        return self.first + datetime.timedelta(days=int(day))

    @cached_property
    def weeks(self) -> Ints:
        """(days,) blocks of seven days."""
        return np.arange(len(self)) // 7


def days_of(begin: int, end: int, zone: str, is_holiday: Callable[[datetime.date], bool]) -> Days:
    """The days that lie wholly between two moments (microseconds)."""
    local = ZoneInfo(zone)
    first = to_datetime(begin).astimezone(local).date() + datetime.timedelta(days=1)
    last = to_datetime(end).astimezone(local).date()
    count = max(0, (last - first).days)
    dates = [first + datetime.timedelta(days=day) for day in range(count + 1)]
    edges = [to_microseconds(datetime.datetime.combine(day, datetime.time(), local)) for day in dates]
    kinds = [HOLIDAY if is_holiday(day) else day.weekday() for day in dates[:-1]]
    found = np.array(kinds, np.int64)
    if (found == HOLIDAY).sum() < LEAST_OF_A_KIND:
        found[found == HOLIDAY] = SUNDAY
    return Days(first, np.array(edges, np.int64), found)
