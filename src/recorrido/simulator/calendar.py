"""Local time in whole arrays: working days, opening hours, holidays, and the way to UTC.

Inside the simulator a moment is *wall seconds*: seconds since 1970-01-01 00:00 on the local clock,
int64. Only what leaves is UTC. Working days are Monday to Friday without the country's holidays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np

DAY = 86_400
HOUR = 3_600
OFFICE_HOURS = (9.0, 18.0)
Array = np.ndarray


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def weekday(days: Array) -> Array:
    """0 = Monday."""
    return (days + 3) % 7


class Calendar:
    """One country, one zone, the years ``first`` to ``last``; ``shut`` holds "MM-DD" days of closed stores."""

    def __init__(self, country: str, zone: str, years: tuple[int, int], shut: Sequence[str] = ()) -> None:
        span = range(years[0], years[1] + 1)
        free = holidays.country_holidays(country, years=span)
        self._business = np.busdaycalendar(holidays=sorted(np.datetime64(day) for day in free))
        closed = [day_number(date.fromisoformat(f"{year}-{day}")) for year in span for day in shut]
        self._shut = np.array(sorted(closed), dtype=np.int64)
        self._wall, self._utc = _clock_changes(ZoneInfo(zone), span)

    def to_utc(self, wall: Array) -> Array:
        """UTC seconds. Monotone: the hour that a clock change skips or repeats is squeezed or stretched
        over the two hours around it, so that no journey ever runs backwards."""
        return np.interp(wall, self._wall, self._utc).astype(np.int64)

    def working_day(self, days: Array, ahead: Array | int) -> Array:
        """The working day ``ahead`` working days after ``days`` (first moved forward to a working day)."""
        dates = np.asarray(days).astype("datetime64[D]")
        return np.busday_offset(dates, ahead, roll="forward", busdaycal=self._business).astype(np.int64)

    def worked(self, start: Array, end: Array) -> Array:
        """Working days between two moments, of office hours (9 to 18): noon to noon of the next is 1.0."""
        return self._work_clock(end) - self._work_clock(start)

    def _work_clock(self, wall: Array) -> Array:
        days = np.asarray(wall // DAY).astype("datetime64[D]")
        passed = np.busday_count(np.datetime64("1970-01-01"), days, busdaycal=self._business)
        opens, closes = (hour * HOUR for hour in OFFICE_HOURS)
        of_day = np.clip((wall % DAY - opens) / (closes - opens), 0, 1)
        return passed + of_day * np.is_busday(days, busdaycal=self._business)

    def first_working_day(self, wall: Array) -> Array:
        """The working day on which work on something that comes in at ``wall`` begins."""
        return self.working_day(wall // DAY + (wall % DAY >= OFFICE_HOURS[1] * HOUR), 0)

    def at_work(self, wall: Array, ahead: Array | int, share: Array, hours: tuple[float, float]) -> Array:
        """A moment in working ``hours``, ``ahead`` working days after ``wall`` and at least a quarter of an hour after it.

        ``share`` in (0, 1) says how far into the hours. What arrives in the last half hour counts as next day's.
        """
        opens, closes = (int(hour * HOUR) for hour in hours)
        day = wall // DAY + (wall % DAY >= closes - HOUR // 2)
        day = self.working_day(self.working_day(day, 0), ahead)
        earliest = np.maximum(day * DAY + opens, wall + 900)
        return earliest + (share * (day * DAY + closes - earliest)).astype(np.int64)

    def when_open(self, wall: Array, share: Array, opens: Array | float, closes: Array | float) -> Array:
        """``wall`` when the doors are open then, else a moment in the first four hours they next are."""
        day, of_day = wall // DAY, wall % DAY
        late = of_day >= np.asarray(closes) * HOUR - HOUR // 2
        target = self._open_day(day + late)
        moved = (target != day) | (of_day < np.asarray(opens) * HOUR)
        fresh = target * DAY + ((np.asarray(opens) + 4 * share) * HOUR).astype(np.int64)
        return np.where(moved, fresh, wall)

    def _open_day(self, days: Array) -> Array:
        for _ in range(3):
            days = days + np.isin(days, self._shut)
        return days


def _clock_changes(zone: ZoneInfo, years: range) -> tuple[Array, Array]:
    """Breakpoints (wall, utc) between which the local clock is a straight line."""
    moment = datetime(years[0] - 1, 12, 30, tzinfo=UTC)
    last = datetime(years[-1] + 1, 1, 3, tzinfo=UTC)
    points = [_point(moment, _offset(zone, moment))]
    while moment < last:
        following = moment + timedelta(hours=6)
        if _offset(zone, following) != _offset(zone, moment):
            points += _around_change(zone, moment)
        moment = following
    points.append(_point(last, _offset(zone, last)))
    wall, utc = zip(*points, strict=True)
    return np.array(wall, dtype=np.float64), np.array(utc, dtype=np.float64)


def _around_change(zone: ZoneInfo, before: datetime) -> list[tuple[int, int]]:
    """The two ends of the hours around the next change of the clock."""
    old, change = _offset(zone, before), before
    while _offset(zone, change) == old:
        change += timedelta(hours=1)
    new = _offset(zone, change)
    falls_back = max(0, old - new)
    return [_point(change - timedelta(hours=1), old), _point(change + timedelta(seconds=falls_back), new)]


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    return int((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds())


def _point(moment: datetime, offset: int) -> tuple[int, int]:
    seconds = int(moment.timestamp())
    return seconds + offset, seconds
