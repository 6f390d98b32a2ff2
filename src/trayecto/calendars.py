"""Working time: weekly hours in a time zone, less the holidays of a country.

A calendar reads a moment as the working time that has passed until it, so that the working time between two
moments is one subtraction, vectorised over millions of events. Edges are local wall-clock times turned into UTC
one by one: a day on which the clocks change has the hours that really pass.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from trayecto.errors import BadValue, did_you_mean
from trayecto.units import DAY, MINUTE, WEEK, parse_duration, to_datetime, to_microseconds

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAYS_9_TO_6 = "mon-fri 09:00-18:00"
FIRST_YEAR, LAST_YEAR = 1900, 2200  # before and after, no working time passes
FULL_DAY = 24 * 60  # minutes
YEAR = 366 * DAY

Span = tuple[int, int]  # minutes since local midnight, end exclusive
Week = tuple[tuple[Span, ...], ...]

_DAYS = re.compile(r"([a-z]{3})[a-z]*(?:\s*-\s*([a-z]{3})[a-z]*)?")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_WORKING_DAYS = re.compile(r"(\d+(?:\.\d+)?)\s*working\s+days?", re.IGNORECASE)
_CALENDAR_DAYS = re.compile(r"\d\s*[dw]", re.IGNORECASE)


@dataclass(frozen=True)
class Calendar:
    """When somebody works: ``Calendar("mon-fri 09:00-18:00, sat 10:00-14:00", country="CL", tz="America/Santiago")``.

    ``hours`` lists days (``mon`` … ``sun``, ranges with ``-``) with one or more spans of local time (``24:00`` ends
    a day), groups separated by commas; a mapping ``{"mon-fri": "09:00-18:00"}`` says the same. ``country`` and
    ``subdivision`` name the official holidays to leave out (codes of the ``holidays`` library); ``holidays`` adds
    closed days of one's own. Raises BadValue for anything that cannot be understood.
    """

    hours: str | Mapping[str, str] = WEEKDAYS_9_TO_6
    country: str | None = None
    subdivision: str | None = None
    tz: str = "UTC"
    holidays: Iterable[date] = ()
    week: Week = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        hours = self.hours if isinstance(self.hours, str) else _joined(self.hours)
        week = _parse_week(hours)
        zone(self.tz)
        object.__setattr__(self, "week", week)
        object.__setattr__(self, "hours", _week_text(week))
        object.__setattr__(self, "holidays", tuple(sorted(self.holidays)))
        _official_holidays(self.country, self.subdivision, 2024)

    @property
    def day(self) -> int:
        """Microseconds of a usual working day: the most frequent length in the week, the longest among equals."""
        lengths = Counter(sum(end - start for start, end in spans) for spans in self.week if spans)
        return max(lengths, key=lambda length: (lengths[length], length)) * MINUTE

    def length(self, within: str | timedelta) -> int:
        """Microseconds of working time in ``"5 working days"`` (5 × ``day``), ``"8h"``, ``"30m"`` or a timedelta.

        Days and weeks without the word *working* are refused: nobody means 24 working hours by one day.
        """
        if isinstance(within, str):
            if found := _WORKING_DAYS.fullmatch(within.strip()):
                return round(float(found[1]) * self.day)
            if _CALENDAR_DAYS.search(within):
                raise BadValue(
                    f"'{within}' of working time is ambiguous: write '5 working days' or hours, '45h'."
                )
        return parse_duration(within)

    def working(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Microseconds of working time from 1970 to each moment (microseconds since 1970 UTC); never decreasing."""
        if len(times) == 0:
            return np.zeros(0, dtype=np.int64)
        table = _table(self, *_decades(int(times.min()), int(times.max())))
        return table.read(np.asarray(times, dtype=np.int64))

    def after(self, times: NDArray[np.int64], length: int) -> NDArray[np.int64]:
        """The moments when ``length`` microseconds of working time have passed since each moment."""
        if len(times) == 0:
            return np.zeros(0, dtype=np.int64)
        week = sum(end - start for spans in self.week for start, end in spans) * MINUTE
        latest = int(times.max()) + 2 * length * (WEEK // week + 1) + YEAR
        table = _table(self, *_decades(int(times.min()), latest))
        return table.moments_of(table.read(np.asarray(times, dtype=np.int64)) + length, times)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two aware moments."""
        readings = self.working(np.array([to_microseconds(start), to_microseconds(end)]))
        return timedelta(microseconds=int(readings[1] - readings[0]))

    def due(self, start: datetime, within: str | timedelta) -> datetime:
        """The moment when ``within`` of working time (``"5 working days"``, ``"8h"``) has passed since ``start``."""
        begun, length = to_microseconds(start), self.length(within)
        week = sum(end - start for spans in self.week for start, end in spans) * MINUTE
        table = _table(self, *_decades(begun, begun + 2 * length * (WEEK // week + 1) + YEAR))
        return to_datetime(table.moment_of(int(table.read(np.array([begun]))[0]) + length, begun))

    def __str__(self) -> str:
        parts = [str(self.hours), f"tz {self.tz}"]
        if self.country:
            parts.append(f"country {self.country}" + (f" {self.subdivision}" if self.subdivision else ""))
        if closed := list(self.holidays):
            parts.append("closed " + " ".join(day.isoformat() for day in closed))
        return "; ".join(parts)

    @classmethod
    def parse(cls, text: str) -> Calendar:
        """The calendar that ``str(calendar)`` wrote: ``"mon-fri 09:00-18:00; tz America/Santiago; country CL"``."""
        hours, *parts = [part.strip() for part in text.split(";")]
        found: dict[str, list[str]] = {}
        for part in parts:
            word, *values = part.split()
            if word not in ("tz", "country", "closed") or not values:
                raise BadValue(
                    f"'{part}' is not part of a calendar: write tz, country or closed before its values."
                )
            found[word] = values
        country, subdivision, *_ = [*found.get("country", []), None, None]
        closed = tuple(_date(day) for day in found.get("closed", []))
        return cls(hours, country, subdivision, found.get("tz", ["UTC"])[0], closed)


@dataclass(frozen=True)
class _Table:
    """Working spans of some decades, in order: UTC microseconds of their edges, working time before each."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    before: NDArray[np.int64]  # working time from 1970 to the start of the span; negative earlier

    def read(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        place = np.maximum(np.searchsorted(self.starts, times, side="right") - 1, 0)
        inside = np.clip(times, self.starts[place], self.ends[place]) - self.starts[place]
        return self.before[place] + inside

    def moment_of(self, reading: int, at_least: int) -> int:
        """The first moment, not before ``at_least``, by which this much working time has passed."""
        place = max(int(np.searchsorted(self.before, reading, side="left")) - 1, 0)
        return max(int(self.starts[place] + reading - self.before[place]), at_least)

    def moments_of(self, readings: NDArray[np.int64], at_least: NDArray[np.int64]) -> NDArray[np.int64]:
        """``moment_of`` for many."""
        place = np.maximum(np.searchsorted(self.before, readings, side="left") - 1, 0)
        return np.maximum(self.starts[place] + readings - self.before[place], at_least)


@lru_cache(maxsize=64)
def _table(calendar: Calendar, first_year: int, last_year: int) -> _Table:
    edges = np.array(list(_spans(calendar, first_year, last_year)), dtype=np.int64).reshape(-1, 2)
    starts, ends = edges[:, 0], np.maximum(edges[:, 0], edges[:, 1])
    passed = np.concatenate([[0], np.cumsum(ends - starts)[:-1]]).astype(np.int64)
    table = _Table(starts, ends, passed)
    return _Table(starts, ends, passed - table.read(np.zeros(1, dtype=np.int64))[0])


def _spans(calendar: Calendar, first_year: int, last_year: int) -> Iterator[Span]:
    """The working spans of the years, as UTC microseconds."""
    local = zone(calendar.tz)
    day, last = date(first_year, 1, 1), date(last_year, 12, 31)
    closed = set(calendar.holidays)
    while day <= last:
        spans = calendar.week[day.weekday()]
        if (
            spans
            and day not in closed
            and day not in _official_holidays(calendar.country, calendar.subdivision, day.year)
        ):
            for start, end in spans:
                yield _utc(day, start, local), _utc(day, end, local)
        day += timedelta(days=1)


def _utc(day: date, minutes: int, local: ZoneInfo) -> int:
    """UTC microseconds of a local time; inside a skipped hour, the moment the clocks were put forward to."""
    if minutes == FULL_DAY:
        day, minutes = day + timedelta(days=1), 0
    moment = datetime.combine(day, time(minutes // 60, minutes % 60), local)
    return to_microseconds(moment.astimezone(UTC))


def _decades(earliest: int, latest: int) -> Span:
    """The years a table must hold: whole decades around 1970 and both moments, so that few tables are made."""
    limit = to_microseconds(datetime(LAST_YEAR, 1, 1, tzinfo=UTC))
    lowest = to_microseconds(datetime(FIRST_YEAR, 1, 2, tzinfo=UTC))
    first = to_datetime(min(max(earliest, lowest), 0)).year // 10 * 10
    last = to_datetime(max(min(latest, limit), 0)).year // 10 * 10 + 10
    return max(first - 10, FIRST_YEAR), min(last, LAST_YEAR)


@cache
def _official_holidays(country: str | None, subdivision: str | None, year: int) -> frozenset[date]:
    if country is None:
        return frozenset()
    import holidays  # late: it takes longer to import than all the rest of this module

    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))
    except NotImplementedError:
        known = list(holidays.list_supported_countries())
    if country not in known:
        raise BadValue(
            f"'{country}' is not a country with known holidays: write its ISO code, such as CL, CO or ES."
        )
    regions = list(holidays.list_supported_countries()[country])
    raise BadValue(
        f"'{subdivision}' is not a subdivision of {country}.{did_you_mean(str(subdivision), regions)}"
    )


def zone(name: str) -> ZoneInfo:
    """The named time zone; BadValue when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise BadValue(f"'{name}' is not a time zone: write it like 'America/Santiago'.") from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue(f"'{text}' is not a date: write it like 2024-12-31.") from None


def _joined(hours: Mapping[str, str]) -> str:
    return ", ".join(f"{days} {spans}" for days, spans in hours.items())


def _parse_week(text: str) -> Week:
    week: list[tuple[Span, ...]] = [()] * 7
    for group in text.lower().split(","):
        days = _DAYS.match(group.strip())
        rest = group.strip()[days.end() :] if days else ""
        if days is None or not _SPAN.search(rest) or _SPAN.sub("", rest).strip():
            raise BadValue(f"'{group.strip()}' are not working hours: write them like 'mon-fri 09:00-18:00'.")
        spans = _parse_spans(rest)
        for weekday in _weekdays(days[1], days[2] or days[1], group):
            week[weekday] = _checked_spans((*week[weekday], *spans), group)
    return tuple(week)


def _weekdays(first: str, last: str, group: str) -> Iterator[int]:
    if first not in WEEKDAYS or last not in WEEKDAYS:
        raise BadValue(f"'{group.strip()}' names no days: write mon, tue, wed, thu, fri, sat, sun.")
    low, high = WEEKDAYS.index(first), WEEKDAYS.index(last)
    yield from (place % 7 for place in range(low, high + 1 if high >= low else high + 8))


def _parse_spans(text: str) -> tuple[Span, ...]:
    numbers = [tuple(map(int, found)) for found in _SPAN.findall(text)]
    return tuple((h1 * 60 + m1, h2 * 60 + m2) for h1, m1, h2, m2 in numbers)


def _checked_spans(spans: tuple[Span, ...], group: str) -> tuple[Span, ...]:
    """Sorted spans that do not overlap and end after they start."""
    ordered = tuple(sorted(spans))
    edges = [edge for span in ordered for edge in span]
    if edges != sorted(edges) or edges[-1] > FULL_DAY or any(start == end for start, end in ordered):
        raise BadValue(
            f"The hours '{group.strip()}' overlap or end before they start:"
            " write a night shift as two spans, 22:00-24:00 and 00:00-06:00 of the next day."
        )
    return ordered


def _week_text(week: Week) -> str:
    """Neighbouring days with the same hours together: ``mon-fri 09:00-18:00, sat 10:00-14:00``."""
    groups: list[tuple[int, int]] = []
    for day, spans in enumerate(week):
        if groups and groups[-1][1] == day - 1 and week[groups[-1][0]] == spans:
            groups[-1] = (groups[-1][0], day)
        elif spans:
            groups.append((day, day))
    return ", ".join(f"{_days_text(first, last)} {_spans_text(week[first])}" for first, last in groups)


def _days_text(first: int, last: int) -> str:
    return WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"


def _spans_text(spans: tuple[Span, ...]) -> str:
    return " ".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
