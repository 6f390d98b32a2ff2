"""What is looked at, day by day: how much of something there was against what that kind of day would have.

Every measure becomes counts that differ from what is expected (``gap``), each day with its variance as far as chance goes
(``room``): events of a step, waits that are longer than the median of their kind of day, slips.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.lives import Ints
from trayecto.changes.days import Days

Floats = NDArray[np.float64]
VOLUME, TIME, CONTACTS = "volume", "time", "contacts"  # beside the kinds of slips
OLDEST = 98.0  # in a hundred of what follows an order has come by this age; the rest is left out
OUTLIER = 2.5  # spreads; a day further out counts as if it lay there: three wild days are no change


@dataclass(frozen=True, eq=False)
class Series:
    """``step`` None: all journeys. The arrays begin with the day ``begin`` of the log and end where not everything is known
    yet. ``level(first, last)``: the measure itself over the days first … last - 1 of the log: events a day, median seconds, a
    share."""

    step: str | None
    measure: str
    gap: Floats  # (days,)
    room: Floats  # (days,)
    level: Callable[[int, int], float | None] = field(repr=False)
    begin: int = 0

    @property
    def stop(self) -> int:
        return self.begin + len(self.gap)


def counted(step: str | None, moments: Ints, days: Days, measure: str = VOLUME) -> Series:
    """How often something happens."""
    day = days.of(moments)
    counts = np.bincount(day[day >= 0], minlength=len(days)).astype(float)
    expected = _by_kind(counts, np.ones(len(days)), days.kinds)

    def level(first: int, last: int) -> float | None:
        return float(counts[first:last].mean()) if last > first else None

    return _series(step, measure, counts - expected, expected, level)


@dataclass(frozen=True, eq=False)
class Orders:
    """(orders,) the day of each order, -1 for one outside, and what kind of order it is: kinds differ in what follows when."""

    day: Ints
    group: Ints


def followed(
    step: str | None, moments: Ints, of: Ints, orders: Orders, days: Days, measure: str = VOLUME
) -> Series | None:
    """How often something happens after an order, against what the orders before bring by their kind and age. (events,)
    ``moments``, and ``of`` which order each is. ``level``: events a day, were there as many orders as usual. None in a log too
    short for that."""
    day, since = days.of(moments), orders.day[of]
    age = np.where((day >= 0) & (since >= 0), day - since, -1)
    oldest = min(int(np.percentile(age[age >= 0], OLDEST)), len(days) // 2) if (age >= 0).any() else 0
    known = (age >= 0) & (age <= oldest)
    counts = np.bincount(day[known], minlength=len(days)).astype(float)[oldest:]
    if not counts.any():
        return None
    brought = np.sum(
        [
            _brought(
                age[known & (orders.group[of] == group)], orders.day[orders.group == group], oldest, len(days)
            )
            for group in np.unique(orders.group).tolist()
        ],
        axis=0,
    )[oldest:]
    expected = brought * _by_kind(counts, brought, days.kinds[oldest:])
    a_day = float(counts.mean())

    def level(first: int, last: int) -> float | None:
        count = expected[first - oldest : last - oldest].sum()
        return float(counts[first - oldest : last - oldest].sum() / count * a_day) if count > 0 else None

    return _series(step, measure, counts - expected, expected, level, oldest)


def _brought(age: Ints, ordered: Ints, oldest: int, size: int) -> Floats:
    """(days,) what orders of these days bring when those of each age bring as much as in the whole log."""
    orders = np.bincount(ordered + 1, minlength=size + 1)[1:].astype(float)
    seen = np.concatenate([[0.0], np.cumsum(orders)])[size - np.arange(oldest + 1)]
    by_age = np.bincount(age, minlength=oldest + 1) / np.maximum(seen, 1.0)
    found: Floats = np.convolve(orders, by_age)[:size]
    return found


def shared(step: str, measure: str, started: Ints, met: NDArray[np.bool_], days: Days, stop: int) -> Series:
    """What share of what began on a day met something; only days before ``stop``."""
    day = days.of(started)
    inside = (day >= 0) & (day < stop)
    whole = np.bincount(day[inside], minlength=len(days)).astype(float)[:stop]
    part = np.bincount(day[inside & met], minlength=len(days)).astype(float)[:stop]
    share = _by_kind(part, whole, days.kinds[:stop])
    room = whole * np.clip(share * (1 - share), 1e-4, None)
    return _series(
        step, measure, part - whole * share, room, lambda first, last: _share(part, whole, first, last)
    )


def timed(step: str, started: Ints, waits: Floats, days: Days, stop: int) -> Series:
    """How long something takes that began on a day: waits beyond the median of their kind of day, half for as long as it.
    ``waits``: seconds, infinite for what has not ended."""
    day = days.of(started)
    inside = np.flatnonzero((day >= 0) & (day < stop))
    inside = inside[np.argsort(day[inside], kind="stable")]
    day, waits = day[inside], waits[inside]
    usual = _medians(waits, days.kinds[day]) if len(day) else waits
    long = (waits > usual) + 0.5 * (waits == usual)
    whole = np.bincount(day, minlength=len(days)).astype(float)[:stop]
    part = np.bincount(day, long, len(days))[:stop]
    edges = np.searchsorted(day, np.arange(stop + 1))

    def median(first: int, last: int) -> float | None:
        among = waits[edges[first] : edges[last]]
        return float(np.median(among)) if len(among) else None

    share = part.sum() / max(whole.sum(), 1.0)
    return _series(step, TIME, part - whole * share, whole / 4, median)


def _share(part: Floats, whole: Floats, first: int, last: int) -> float | None:
    count = whole[first:last].sum()
    return float(part[first:last].sum() / count) if count else None


def _by_kind(part: Floats, whole: Floats, kinds: Ints) -> Floats:
    """(days,) part ÷ whole over all days of the same kind."""
    size = int(kinds.max(initial=0)) + 1
    sums = [np.bincount(kinds, values, size) for values in (part, whole)]
    found: Floats = (sums[0] / np.maximum(sums[1], 1e-12))[kinds]
    return found


def _medians(waits: Floats, kinds: Ints) -> Floats:
    """(waits,) the median of the waits that began on the same kind of day."""
    found = np.zeros(int(kinds.max()) + 1)
    for kind in np.unique(kinds).tolist():
        found[kind] = np.median(waits[kinds == kind])
    return found[kinds]


def _series(
    step: str | None,
    measure: str,
    gap: Floats,
    room: Floats,
    level: Callable[[int, int], float | None],
    begin: int = 0,
) -> Series:
    scale = np.sqrt(np.maximum(room, 1e-12))
    far = np.where(room > 0, gap / scale, 0.0)
    among = far[room > 0]
    spread = float(np.median(np.abs(among - np.median(among)))) * 1.4826 if len(among) else 0.0
    middle = float(np.median(among)) if len(among) else 0.0
    reach = OUTLIER * max(spread, 1.0)
    return Series(
        step,
        measure,
        np.clip(far, middle - reach, middle + reach) * scale,
        np.maximum(room, 0.0),
        level,
        begin,
    )
