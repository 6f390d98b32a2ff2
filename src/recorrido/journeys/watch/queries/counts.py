"""The counts of the last hours, and of the weeks before, as the arrays that are judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Sum

from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.watch.judging import DAYS_BACK, FEWEST_DAYS, Counts, Pair
from recorrido.journeys.watch.models import MinuteCount
from recorrido.journeys.watch.rhythm import Array, Hours, local_hours
from recorrido.journeys.watch.subjects import OWN_SOURCE
from recorrido.shared import sql

LOOK_BACK = (60, 400)  # days: the second only where the first hold next to nothing
Rows = Sequence[tuple[Any, ...]]


def read_counts(*, blueprint: Blueprint, now: datetime, hours: int) -> Counts:
    """The last ``hours`` full hours and the minutes of this one, with the weeks before them.

    The weeks are the last ones in which anything happened at all: an installation that slept keeps its rhythm.
    """
    zone = ZoneInfo(blueprint.time_zone)
    last = int(now.timestamp()) // 3600
    span = local_hours(last - hours, hours + 1, zone)
    minute_rows = sql.fetch(_MINUTES, span.first * 3600, OWN_SOURCE)
    days, hour_rows = _history(blueprint.time_zone, int(span.day[-1]))
    pairs = sorted({(str(row[0]), str(row[1])) for row in (*minute_rows, *hour_rows)})
    place = {pair: number for number, pair in enumerate(pairs)}
    return Counts(
        pairs=[Pair(*pair) for pair in pairs],
        hours=span,
        minutes=_minutes(minute_rows, place, span),
        days=days,
        history=_days(hour_rows, place, days),
        free=_free_days(blueprint.country, [*days.tolist(), *np.unique(span.day).tolist()]),
    )


def count_before(*, touchpoint: str, source: str, begin: datetime, end: datetime) -> int | None:
    """Events of a touchpoint or a source in the same minutes a week before, else the day before; None: not known."""
    for days in (7, 1):
        first, last = begin - timedelta(days=days), end - timedelta(days=days)
        if MinuteCount.objects.filter(minute__lt=first).exists():
            of = MinuteCount.objects.filter(minute__gte=first, minute__lt=last)
            of = of.filter(touchpoint=touchpoint) if touchpoint else of.filter(source__name=source)
            return int(of.aggregate(events=Sum("events"))["events"] or 0)
    return None


def _history(zone: str, today: int) -> tuple[Array, Rows]:
    """The last days with events before and including ``today``, and their rows: (touchpoint, source, day, hour, events)."""
    days: list[int] = []
    for back in LOOK_BACK:
        days = [day for (day,) in sql.fetch(_DAYS, zone, today - back, zone, zone, today, DAYS_BACK + 2)]
        if len(days) > FEWEST_DAYS:
            break
    if not days:
        return np.zeros(0, dtype=np.int64), []
    known = np.array(sorted(days), dtype=np.int64)
    return known, sql.fetch(_HOURS, zone, zone, int(known[0]), zone, today, zone, OWN_SOURCE)


def _minutes(rows: Rows, place: dict[tuple[str, str], int], span: Hours) -> Array:
    counts = np.zeros((len(place), 60 * len(span)))
    for touchpoint, source, minute, events in rows:
        column = int(minute) - span.first * 60
        if column < counts.shape[1]:
            counts[place[str(touchpoint), str(source)], column] = events
    return counts


def _days(rows: Rows, place: dict[tuple[str, str], int], days: Array) -> Array:
    counts = np.zeros((len(place), len(days), 24))
    if rows:
        pair = [place[str(row[0]), str(row[1])] for row in rows]
        day = np.searchsorted(days, np.array([row[2] for row in rows], dtype=np.int64))
        hour = np.array([row[3] for row in rows], dtype=np.int64)
        # An hour that the clocks show twice has two rows.
        np.add.at(counts, (np.array(pair), day, hour), np.array([row[4] for row in rows], dtype=np.float64))
    return counts


def _free_days(country: str | None, days: Sequence[int]) -> dict[int, bool]:
    if country is None or not days:
        return {}
    years = tuple(range(_year(min(days)) - 1, _year(max(days)) + 1))
    free = _holidays(country, years)
    return {day: day in free for day in (*days, *(day - 1 for day in days))}


@lru_cache(maxsize=16)
def _holidays(country: str, years: tuple[int, ...]) -> frozenset[int]:
    import holidays

    return frozenset(day.toordinal() - _EPOCH for day in holidays.country_holidays(country, years=years))


_EPOCH = 719_163  # date(1970, 1, 1).toordinal()


def _year(day: int) -> int:
    return int(np.datetime64(day, "D").astype("datetime64[Y]").astype(int)) + 1970


_MINUTES = """
    SELECT m.touchpoint, s.name, (extract(epoch FROM m.minute) / 60)::bigint, m.events
    FROM watch_minutecount m JOIN events_source s ON s.id = m.source_id
    WHERE m.minute >= to_timestamp(%s::bigint) AND s.name <> %s
"""
_DAYS = """
    SELECT DISTINCT (hour AT TIME ZONE %s)::date - '1970-01-01'::date AS day FROM watch_hourcount
    WHERE hour >= (('1970-01-01'::date + %s::int)::timestamp AT TIME ZONE %s) AND (hour AT TIME ZONE %s)::date - '1970-01-01'::date <= %s ORDER BY day DESC LIMIT %s
"""
_HOURS = """
    SELECT h.touchpoint, s.name, (h.hour AT TIME ZONE %s)::date - '1970-01-01'::date,
           extract(hour FROM h.hour AT TIME ZONE %s)::int, h.events
    FROM watch_hourcount h JOIN events_source s ON s.id = h.source_id
    WHERE h.hour >= (('1970-01-01'::date + %s::int)::timestamp AT TIME ZONE %s)
      AND h.hour < (('1970-01-01'::date + %s::int + 1)::timestamp AT TIME ZONE %s) AND s.name <> %s
"""
