"""The rhythm of a stream of events: how many are usual in this minute, from its own weeks and the traffic around it.

Arrays only: no database, no clock. Every function takes whole spans, so that the live watch (the last hours) and the
validation (whole years) run the same code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

Array = np.ndarray

WEEKS = 6  # as far back as a weekday's hour is looked at
EDGE = 15  # minutes before and after the full hour in which the quieter hour counts, for silence
LEVEL_WINDOWS = (1, 5, 30, 180)  # minutes over which the traffic of now is compared with the usual one
LEVEL_PRIOR = 20.0  # events that must speak against the usual level before it moves by half
LEVEL_BOUNDS = (0.4, 20.0)
TRICKLE = 0.05  # of the busiest hour: what comes in such hours may as well not come
SCARCE = 0.02  # events an hour: below this nothing is known, and nothing is expected to be less


@dataclass(frozen=True)
class Hours:
    """Consecutive hours: ``first`` (hours since 1970, UTC), with local day, hour of the day and weekday of each."""

    first: int
    day: Array  # local days since 1970
    hour: Array  # 0…23
    weekday: Array  # 0 = Monday

    def __len__(self) -> int:
        return len(self.day)


def local_hours(first: int, count: int, zone: ZoneInfo) -> Hours:
    """``count`` hours from ``first`` (hours since 1970, UTC) on, as the clocks of ``zone`` show them."""
    seconds = (first + np.arange(count, dtype=np.int64)) * 3600
    local = seconds + np.array([_offset(int(second), zone) for second in seconds], dtype=np.int64)
    day = local // 86_400
    return Hours(first, day, local % 86_400 // 3600, (day + 3) % 7)


def _offset(second: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


@dataclass(frozen=True)
class Profile:
    """What is usual on one day, events an hour by hour of the day: the best guess, and cautious ones on both sides."""

    usual: Array
    most: Array
    least: Array


@dataclass(frozen=True)
class Past:
    """Counts of earlier days (days × 24), the weekday of each, and whether it was a holiday."""

    counts: Array
    weekdays: Array
    free: Array


@dataclass(frozen=True)
class Day:
    """A day to be judged. ``after_free``: the day before was a holiday, so that it is like a Monday."""

    weekday: int
    free: bool
    after_free: bool


def profile_of(past: Past, day: Day) -> Profile:
    """What is usual on a day, by the days before it.

    The mean of its weekday's last six, the highest and the lowest left out once there are four: one bad week, or one
    campaign, moves nothing. Few counts lean on the days of the same sort (Monday to Friday, Saturday, Sunday). A
    holiday may be like a Sunday or like its weekday, the day after it like a Monday: at most the more of the two, and
    at least the less; on the holiday itself nothing, as nobody knows who works before the day has begun.
    """
    own = _robust(past, day.weekday)
    if not (day.free or day.after_free):
        return own
    other = _robust(past, 6 if day.free else 0)
    return Profile(
        np.minimum(own.usual, other.usual) if day.free else own.usual,
        np.maximum(own.most, other.most),
        np.minimum(own.least, other.least),
    )


def _robust(past: Past, weekday: int) -> Profile:
    samples = past.counts[~past.free & (past.weekdays == weekday)][-WEEKS:]
    alike = past.counts[~past.free & (_sort(past.weekdays) == _sort(np.array(weekday)))]
    prior = _trimmed(alike[-5 * WEEKS :])
    kept = len(samples) - 2 if len(samples) >= 4 else len(samples)
    mean = (kept * _trimmed(samples) + prior) / (kept + 1)
    doubt = np.sqrt((mean + SCARCE) / max(kept, 1))
    busiest = _trimmed(past.counts[-7 * WEEKS :]).max(initial=0.0)
    least = np.where(mean < TRICKLE * busiest, 0.0, np.maximum(mean - doubt, 0.0))
    return Profile(mean, np.maximum(mean + doubt, SCARCE), least)


def _trimmed(samples: Array) -> Array:
    """The mean by hour without the highest and the lowest of at least four."""
    if len(samples) < 4:
        return samples.mean(axis=0) if len(samples) else np.zeros(24)
    return (samples.sum(axis=0) - samples.max(axis=0) - samples.min(axis=0)) / (len(samples) - 2)


def _sort(weekdays: Array) -> Array:
    return np.maximum(weekdays - 4, 0)  # 0: Monday to Friday, 1: Saturday, 2: Sunday


@dataclass(frozen=True)
class Expected:
    """Events a minute, by minute: usual, and the cautious bounds on both sides."""

    usual: Array
    most: Array
    least: Array

    def times(self, shares: Array | None) -> Expected:
        """What is expected of so much of each minute."""
        if shares is None:
            return self
        return Expected(self.usual * shares, self.most * shares, self.least * shares)


def by_minute(hours: Hours, profiles: dict[int, Profile]) -> Expected:
    """The minutes of ``hours``. Doors do not open on the second and a rush does not come at a stroke: towards the next
    hour at most as much is expected as on a straight line to it, and near it at least what either hour has."""
    usual, most, least = (_hourly(hours, profiles, name) / 60 for name in ("usual", "most", "least"))
    return Expected(
        np.repeat(usual, 60),
        np.maximum(np.repeat(most, 60), _straight(most)),
        _lower_at_the_edges(least),
    )


def _straight(hourly: Array) -> Array:
    """Straight lines from the middle of an hour to the middle of the next."""
    middles = np.arange(len(hourly)) * 60 + 29.5
    return np.interp(np.arange(len(hourly) * 60), middles, hourly)


def _hourly(hours: Hours, profiles: dict[int, Profile], name: str) -> Array:
    days, place = np.unique(hours.day, return_inverse=True)
    table = np.array([getattr(profiles[int(day)], name) for day in days])
    return np.asarray(table[place, hours.hour])


def _lower_at_the_edges(hourly: Array) -> Array:
    before = np.concatenate([hourly[:1], hourly[:-1]])
    after = np.concatenate([hourly[1:], hourly[-1:]])
    minutes = np.repeat(hourly[:, None], 60, axis=1)
    minutes[:, :EDGE] = np.minimum(hourly, before)[:, None]
    minutes[:, -EDGE:] = np.minimum(hourly, after)[:, None]
    return minutes.ravel()


def levels(counts: Array, usual: Array) -> Array:
    """How much more (or less) than usual there is now, by minute: windows × minutes.

    ``counts`` and ``usual`` are the traffic a stream depends on. Few events say little: the factor stays near 1.
    """
    return np.array([_level(counts, usual, window) for window in LEVEL_WINDOWS])


def _level(counts: Array, usual: Array, window: int) -> Array:
    factor = (LEVEL_PRIOR + rolling(counts, window)) / (LEVEL_PRIOR + rolling(usual, window))
    return np.clip(factor, *LEVEL_BOUNDS)


def rolling(values: Array, window: int) -> Array:
    """The sum of the last ``window`` minutes, this one included."""
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    ends = np.arange(1, len(values) + 1)
    return np.asarray(total[ends] - total[np.maximum(ends - window, 0)])
