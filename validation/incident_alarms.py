"""How often the live watch sees trouble in years in which nothing is broken.

A year is lived through as the product would: it looks every ten seconds, also in the middle of a minute, an alarm opens
an incident, the incident closes itself, and the next alarm is another incident. To look three million times a year at
all subjects would take days, so whole years are first judged at once, a little too sharply; whatever could be an alarm
is then judged again, by the product's functions on what a look at that moment would have seen.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from recorrido.journeys.watch import detection
from recorrido.journeys.watch.detection import SCATTER_MORE, SURGE_TIMES, Kind, Watched
from recorrido.journeys.watch.judging import FEWEST_DAYS, Court, Judged, Subject
from recorrido.journeys.watch.subjects import quiet_touchpoints
from validation.incident_shops import PARTS, Year

WARM = (FEWEST_DAYS + 7) * 1440  # minutes before alarms count
CUT = 120  # minutes at the end: the run is cut off, which looks like silence
HOURS = 6  # that a look of the product sees
SHARPER = 0.5  # of evidence: what comes so near is looked at properly
LATELY = 180  # minutes, as in the product
LONGEST = 3 * 1440


@dataclass(frozen=True)
class FalseAlarm:
    """``opened`` and ``closed`` are minutes of the year."""

    subject: str
    opened: int
    closed: int


def false_alarms(year: Year) -> list[FalseAlarm]:
    """Every incident that the product would have opened."""
    quiet = quiet_touchpoints(year.blueprint, year.watched)
    court = Court(year.counts, quiet)
    found: list[FalseAlarm] = []
    for named in year.watched:
        found += _life(year, court, quiet, named.subject)
    return sorted(found, key=lambda alarm: alarm.opened)


def _life(year: Year, court: Court, quiet: frozenset[str], subject: Subject) -> Iterator[FalseAlarm]:
    judged = court.judge(subject)
    begin, closings = 0, list[int]()
    for minute, part in _candidates(year, subject, judged):
        if minute < max(begin, WARM) or minute >= year.length - CUT:
            continue
        since = _since(_look(year, quiet, subject, minute, part, begin))
        if since is None:
            continue
        lately = sum(minute - LATELY <= closed for closed in closings)
        begin = _closing(subject, judged, minute - HOURS * 60 - minute % 60 + since, minute, lately)
        closings.append(begin)
        yield FalseAlarm(subject.key, minute, begin)


def _candidates(year: Year, subject: Subject, judged: Judged) -> list[tuple[int, int]]:
    """(minute, parts of it that have passed) of the looks that could find something."""
    if subject.kind != Kind.SURGE:
        return [(int(minute), PARTS) for minute in np.flatnonzero(judged.verdicts.due)]
    chosen = [n for n, (touchpoint, _source) in enumerate(year.pairs) if touchpoint == subject.touchpoint]
    cells = year.cells[chosen].sum(axis=0).reshape(-1, PARTS)
    parts = np.cumsum(cells, axis=1)
    found = np.zeros(parts.shape, dtype=bool)
    beyond = _beyond(judged.counts, 0.9 * judged.bound)
    before = np.concatenate([[0, 0], beyond[1:-1].astype(int) + beyond[:-2]])
    for times in SURGE_TIMES:
        ratio = detection._ratio(judged.counts, judged.bound, times, SCATTER_MORE)
        evidence, since = detection._cumulated(ratio)
        seen = detection._since(judged.counts, since)
        evidence, seen = (np.concatenate([[0], values[:-1]]) for values in (evidence, seen))
        for part in range(PARTS):
            bound = 0.9 * judged.bound * (part + 1) / PARTS
            more = detection._ratio(parts[:, part], bound, times, SCATTER_MORE)
            near = evidence + more >= subject.limits.evidence - SHARPER
            large = seen + parts[:, part] >= subject.limits.least
            found[:, part] |= near & large & (before + _beyond(parts[:, part], bound) >= 2)
    return [(int(minute), int(part) + 1) for minute, part in np.argwhere(found)]


def _beyond(counts: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """Minutes that could be clearly beyond the usual: two of three must be."""
    return np.asarray(counts > np.maximum(detection.CLEARLY * bound, bound + 2 * np.sqrt(bound) + 0.5))


def _look(year: Year, quiet: frozenset[str], subject: Subject, minute: int, part: int, begin: int) -> Judged:
    """What the product judges at that moment: the full hours before, and so much of the present minute."""
    hour = minute // 60
    span = slice(hour - HOURS, hour + 1)
    first, last = (hour - HOURS) * 60, minute - (hour - HOURS) * 60
    minutes = year.minutes[:, first : first + last + 1].astype(np.float64)
    minutes[:, last] = year.cells[:, minute * PARTS : minute * PARTS + part].sum(axis=1)
    passed = np.ones(last + 1)
    passed[last] = part / PARTS
    hours = replace(
        year.hours, first=year.hours.first + hour - HOURS,
        day=year.hours.day[span], hour=year.hours.hour[span], weekday=year.hours.weekday[span],
    )  # fmt: skip
    short = 60 * (HOURS + 1) - (last + 1)
    counts = replace(
        year.counts,
        hours=hours,
        minutes=np.pad(minutes, ((0, 0), (0, short))),
        passed=np.pad(passed, (0, short)),
    )
    return Court(counts, quiet).judge(subject, begin=max(0, begin - first), end=last + 1)


def _since(judged: Judged) -> int | None:
    """The minute of the window since which it has been building up, where an alarm is due now."""
    if not judged.verdicts.due[-1]:
        return None
    return int(judged.verdicts.since[-1])


def _closing(subject: Subject, judged: Judged, first: int, opened: int, lately: int) -> int:
    """The minute in which the incident closes itself."""
    for minute in range(opened + 1, min(opened + LONGEST, len(judged.counts))):
        counts = judged.counts[first : minute + 1]
        stand = Watched(
            int(counts.sum()), float(judged.usual[first : minute + 1].sum()), len(counts), int(counts.max())
        )
        span = slice(max(0, minute - 400), minute + 1)
        if detection.is_over(subject.kind, judged.counts[span], judged.bound[span], stand, returns=lately):
            return minute
    return min(opened + LONGEST, len(judged.counts))


# The table --------------------------------------------------------------------------------------------

HEAD = (
    "| shop | events a minute | weeks | false alarms | a week | worst week | near a holiday, the clock's change | at |\n"
    "|---|---:|---:|---:|---:|---:|---:|---|"
)


def print_false_alarms(name: str, year: Year) -> float:
    """A line of the table; returns the false alarms a week."""
    alarms = false_alarms(year)
    weeks = (year.length - WARM - CUT) / 10_080
    places = Counter(alarm.subject.partition(":")[2] for alarm in alarms)
    told = ", ".join(f"{place} {n}" for place, n in places.most_common(5)) or "–"
    worst = max(Counter(alarm.opened // 10_080 for alarm in alarms).values(), default=0)
    rate = year.cells.sum() / year.length
    near = sum(_is_near(year, alarm.opened) for alarm in alarms)
    print(
        f"| {name} | {rate:.1f} | {weeks:.0f} | {len(alarms)} | {len(alarms) / weeks:.2f} | {worst} | {near} | {told} |",
        flush=True,
    )
    return len(alarms) / weeks


def _is_near(year: Year, minute: int) -> bool:
    """Within a day of a holiday or of a change of the clock."""
    day = int(year.hours.day[minute // 60])
    if any(year.counts.free.get(other, False) for other in (day - 1, day, day + 1)):
        return True
    moment, day_long = year.moment(minute), datetime.timedelta(days=1)
    return len({(moment + shift).utcoffset() for shift in (-day_long, datetime.timedelta(0), day_long)}) > 1
