"""Since when a rate is higher than before.

Method. Steps and what became of them are counted by day; the day is where a binomial likelihood ratio of two rates against one
is greatest (Hinkley, 1970). How often chance reaches as much is told by drawing days anew at one rate, with the tail of the
greatest ratios taken from a Gumbel distribution; days that waver more than chance would have it (by week, within the
two parts) make the ratio as much smaller.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.lives import DAY, Bools, Ints
from trayecto.units import to_microseconds

Floats = NDArray[np.float64]
SIDE = 7  # days on each side of a change
DRAWS = 200
EULER = 0.5772156649


@dataclass(frozen=True, slots=True)
class Change:
    """``since``: the first moment of the day, in microseconds; ``before``, ``after``: the rates; ``p``: how often chance says as much."""

    since: int
    before: float
    after: float
    p: float


def change_of(moment: Ints, bad: Bools, zone: str) -> Change | None:
    """The day of ``zone`` from which ``bad`` is more frequent; ``moment``: when each row began. None where there is too little to
    say so."""
    if not len(moment) or not bad.any():
        return None
    day, first = _local_days(moment, zone)
    base = np.bincount(day).astype(float)
    count = np.bincount(day, bad.astype(float)).astype(float)
    if len(base) < 2 * SIDE + 1:
        return None
    gains = gains_of(base, count)
    at = int(np.argmax(gains))
    if gains[at] <= 0:
        return None
    before, after = count[:at].sum() / base[:at].sum(), count[at:].sum() / base[at:].sum()
    p = _chance(base, count.sum() / base.sum(), gains[at] / _wavering(base, count, at))
    open_ = at + int(
        np.flatnonzero(base[at:])[0]
    )  # a change on a Saturday on which nobody works is one on Monday
    return Change(_midnight(first + open_, zone), float(before), float(after), p)


def _local_days(moment: Ints, zone: str) -> tuple[Ints, int]:
    """(rows,) the day of each moment, counted from the first one; and that one, in days since 1970."""
    day, place = np.unique(moment // DAY, return_inverse=True)
    offset = np.array([_offset(one * DAY, zone) for one in day.tolist()], np.int64)
    local = (moment + offset[place]) // DAY
    return local - local.min(), int(local.min())


def _offset(moment: int, zone: str) -> int:
    """Microseconds that the clocks of the zone are ahead of UTC."""
    told = datetime.datetime.fromtimestamp(moment / 1e6, ZoneInfo(zone)).utcoffset()
    return round(told.total_seconds() * 1e6) if told else 0


def _midnight(day: int, zone: str) -> int:
    """The first moment of a day, counted since 1970."""
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
    return to_microseconds(datetime.datetime.combine(date, datetime.time(), ZoneInfo(zone)))


def gains_of(base: Floats, count: Floats) -> Floats:
    """(days,) or (draws, days): twice the log likelihood ratio of a rise on each day; 0 where the rate falls or a side is too short."""
    n, k = np.cumsum(base, -1), np.cumsum(count, -1)
    whole, every = n[..., -1:], k[..., -1:]
    n, k = n[..., :-1], k[..., :-1]
    first, second = k / np.maximum(n, 1e-12), (every - k) / np.maximum(whole - n, 1e-12)
    gain = 2 * (_log(k, n) + _log(every - k, whole - n) - _log(every, whole))
    found = np.zeros_like(count)
    found[..., 1:] = np.where(second > first, gain, 0.0)
    found[..., :SIDE] = 0
    found[..., found.shape[-1] - SIDE :] = 0
    return found


def _log(k: Floats, n: Floats) -> Floats:
    """The log likelihood of k of n at the rate k ÷ n."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = k / np.maximum(n, 1e-12)
        yes = np.where(k > 0, k * np.log(np.maximum(rate, 1e-300)), 0.0)
        no = np.where(n - k > 0, (n - k) * np.log(np.maximum(1 - rate, 1e-300)), 0.0)
    return yes + no


def _chance(base: Floats, rate: float, gain: float) -> float:
    """The share of draws at one rate whose greatest gain is as much, by their Gumbel distribution."""
    chance = np.random.default_rng(1970)
    drawn = chance.binomial(base.astype(np.int64), min(rate, 1.0), (DRAWS, len(base))).astype(float)
    most = gains_of(np.broadcast_to(base, drawn.shape), drawn).max(axis=1)
    scale = max(float(most.std()) * np.sqrt(6) / np.pi, 1e-9)
    middle = float(most.mean()) - EULER * scale
    return float(-np.expm1(-np.exp(-(gain - middle) / scale)))


def _wavering(base: Floats, count: Floats, at: int) -> float:
    """How much more than chance the weeks of each part waver: at least 1."""
    squares, freedom = 0.0, 0
    for part in (slice(0, at), slice(at, len(base))):
        week = np.arange(len(base[part])) // 7
        n, k = np.bincount(week, base[part]), np.bincount(week, count[part])
        rate = k.sum() / max(n.sum(), 1)
        spread = n * rate * (1 - rate)
        told = spread >= 1
        squares += float(((k - n * rate)[told] ** 2 / spread[told]).sum())
        freedom += int(told.sum()) - 1
    return max(1.0, squares / freedom) if freedom > 2 else 1.0
