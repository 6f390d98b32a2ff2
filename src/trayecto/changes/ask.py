"""``changes``: since when a step takes longer, happens more or less often, or fails more or less often."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trayecto import engine
from trayecto.attempts.facts import Facts, facts_of_journeys
from trayecto.attempts.lives import NEVER
from trayecto.blueprint import Touchpoint
from trayecto.changes.calendar import Entry, entries_of, known_of, near_told, nearest
from trayecto.changes.days import Days, days_of
from trayecto.changes.detect import LEAST_DAYS, Break, breaks_of
from trayecto.changes.series import CONTACTS, TIME, VOLUME, Orders, Series, counted, followed, shared, timed
from trayecto.designed import blueprint_of
from trayecto.drivers.losses import losses_of
from trayecto.drivers.slips import ABSENT, HAPPENED, LATE, LOST, Before, Slip, awaited, slips_of, wait_for
from trayecto.log.journeylog import JourneyLog
from trayecto.units import DAY

CHANCE = 0.01  # of one false change or more among all series
LEAST_EVENTS = 100
FOLLOWS = 0.8  # of a step's events come after the order of their journey
RELEVANT = {VOLUME: 0.15, CONTACTS: 0.15, TIME: 0.1}  # of the old level
RELEVANT_SHARE = 0.02  # of journeys
UNITS = {VOLUME: "events a day", CONTACTS: "events a day", TIME: "seconds"}

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Change:
    """``step`` None: all journeys, or all support contacts. ``since``: the first day of the new level, between ``earliest`` and ``latest`` (90 %). ``before``, ``after``: events a day,
    median seconds (working time where it was promised so; None where fewer than half ever came), or a share, over the levels on
    both sides. ``with_all``: journeys as
    a whole became more or fewer at the same time. ``weeks``: the measure by week, from its first day."""

    step: str | None
    measure: str
    department: str | None
    since: datetime.date
    earliest: datetime.date
    latest: datetime.date
    before: float | None
    after: float | None
    p: float
    nearest: Entry | None
    with_all: bool = False
    weeks: Sequence[tuple[datetime.date, float]] = ()

    @property
    def unit(self) -> str:
        return UNITS.get(self.measure, "share")

    def to_dict(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "measure": self.measure,
            "department": self.department,
            "since": self.since.isoformat(),
            "earliest": self.earliest.isoformat(),
            "latest": self.latest.isoformat(),
            "before": self.before,
            "after": self.after,
            "unit": self.unit,
            "p": self.p,
            "nearest": near_told(self.nearest, self.since),
            "with_all": self.with_all,
            "weeks": [{"week": day.isoformat(), "value": value} for day, value in self.weeks],
        }


@dataclass(frozen=True)
class Changes:
    """``tested``: series that were looked at; with all of them together, chance makes a false change once in a hundred logs.
    ``first``: the first of the ``days`` looked at. ``calendar``: the entries that were known of that time, by date."""

    days: int
    tested: int
    changes: Sequence[Change]
    first: datetime.date | None = None
    calendar: Sequence[Entry] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "first": self.first.isoformat() if self.first else None,
            "days": self.days,
            "tested": self.tested,
            "changes": [one.to_dict() for one in self.changes],
            "calendar": [one.to_dict() for one in self.calendar],
        }


def changes(log: JourneyLog, calendar: Sequence[Entry] = (), *, progress: Progress | None = None) -> Changes:
    """What changed in a log that a blueprint built. ``calendar``: what was changed when, besides the country's holidays.

    Raises BadValue for a log without a blueprint.
    """
    blueprint, journey_type = blueprint_of(log)
    facts = facts_of_journeys(log, blueprint, journey_type)
    if not len(facts.units):
        return Changes(0, 0, ())
    days, holidays = _days(facts)
    entries = [*calendar, *holidays]
    series = list(_series(facts, days)) if len(days) >= 2 * LEAST_DAYS else []
    alphas = _alphas(series)
    found: list[Change] = []
    for place, breaks in enumerate(engine.each(lambda one: breaks_of(one, alphas[one.step is None]), series)):
        found += [_change(series[place], one, days, facts, entries) for one in breaks]
        if progress:
            progress((place + 1) / len(series))
    relevant = _marked([one for one in found if _is_relevant(one)])
    return Changes(
        len(days),
        len(series),
        sorted(relevant, key=lambda one: (one.with_all, one.p, one.step or "", one.measure)),
        days.first,
        known_of(entries, days.first, days.date(len(days))),
    )


def _alphas(series: Sequence[Series]) -> dict[bool, float]:
    """Half of the chance goes to the series of all journeys, half to all series of steps."""
    whole = sum(one.step is None for one in series)
    return {True: CHANCE / 2 / max(1, whole), False: CHANCE / 2 / max(1, len(series) - whole)}


def _days(facts: Facts) -> tuple[Days, list[Entry]]:
    begin = int(facts.units.began.min())
    zone = facts.blueprint.time_zone
    rough = days_of(begin, facts.end, zone, lambda day: False)
    known = entries_of(facts.blueprint.country, rough.first, rough.date(len(rough)))
    closed = {one.date for one in known}
    return days_of(begin, facts.end, zone, lambda day: day in closed), known


def _series(facts: Facts, days: Days) -> Iterator[Series]:
    yield counted(None, facts.units.began, days)
    yield from _volume(facts, None, facts.support, CONTACTS, days)
    before = Before(facts, facts.log.map())
    losses = losses_of(facts)
    for touchpoint in facts.blueprint.measured:
        if touchpoint.key in facts.log.stored.code_of:
            yield from _of_step(facts, touchpoint, before, days)
    for slip in slips_of(facts, losses):
        if slip.kind in {LATE, ABSENT, HAPPENED, LOST}:
            yield from _of_slip(facts, slip, losses.limit(slip.step), days)


def _of_step(facts: Facts, touchpoint: Touchpoint, before: Before, days: Days) -> Iterator[Series]:
    yield from _volume(facts, touchpoint.key, [touchpoint.key], VOLUME, days)
    wait, _limit = wait_for(facts, touchpoint, before)
    if wait is None:
        return
    rows = np.flatnonzero(wait.applies & awaited(wait))
    done = wait.done[rows] < NEVER
    if done.sum() < LEAST_EVENTS:
        return
    begun, ended = wait.start[rows], np.where(done, wait.done[rows], facts.end)
    took = np.where(done, wait.clock(ended) - wait.clock(begun), np.inf) / 1e6
    longest = float(np.percentile((ended - begun)[done], 95))
    yield timed(touchpoint.key, begun, took, days, _stop(facts, days, longest))


def _volume(
    facts: Facts, step: str | None, steps: Sequence[str], measure: str, days: Days
) -> Iterator[Series]:
    """Against the orders before, where it follows orders; else as it is."""
    mine, unit = facts.units.among(facts.log, steps)
    if len(mine) < LEAST_EVENTS:
        return
    at, ordered = facts.units.events.at[mine], facts.units.ordered[unit]
    has = ordered < NEVER
    if step in facts.anchors or not has.any() or (at[has] > ordered[has]).mean() < FOLLOWS:
        yield counted(step, at, days, measure)
        return
    orders = Orders(days.of(facts.units.ordered), facts.stratum)
    found = followed(step, at[has], unit[has], orders, days, measure)
    yield from [found] if found else []


def _of_slip(facts: Facts, slip: Slip, limit: int, days: Days) -> Iterator[Series]:
    rows = np.flatnonzero(slip.known)
    if len(rows) < LEAST_EVENTS:
        return
    lengths = (slip.moment - slip.start)[rows]
    length = limit if slip.kind == LOST else float(np.percentile(lengths, 99))
    yield shared(slip.step, slip.kind, slip.start[rows], slip.badly[rows], days, _stop(facts, days, length))


def _stop(facts: Facts, days: Days, length: float) -> int:
    """The day from which on something of this length may not have ended yet."""
    return int(np.searchsorted(days.edges, facts.end - min(length, facts.end) - DAY, side="right")) - 1


def _change(series: Series, one: Break, days: Days, facts: Facts, entries: Sequence[Entry]) -> Change:
    owner = facts.blueprint.owner(series.step) if series.step else None
    since, earliest, latest = (days.date(series.begin + day) for day in (one.day, one.earliest, one.latest))
    return Change(
        step=series.step,
        measure=series.measure,
        department=owner.slug if owner else None,
        since=since,
        earliest=earliest,
        latest=latest,
        before=_finite(series.level(series.begin + one.since, series.begin + one.day)),
        after=_finite(series.level(series.begin + one.day, series.begin + one.until)),
        p=one.p,
        nearest=nearest(entries, since, earliest, latest),
        weeks=_weeks(series, days),
    )


def _weeks(series: Series, days: Days) -> tuple[tuple[datetime.date, float], ...]:
    told = [
        (day, series.level(day, min(day + 7, series.stop))) for day in range(series.begin, series.stop - 6, 7)
    ]
    return tuple((days.date(day), value) for day, value in told if value is not None and np.isfinite(value))


def _finite(level: float | None) -> float | None:
    return level if level is not None and np.isfinite(level) else None


def _is_relevant(change: Change) -> bool:
    if change.before is None or change.after is None:
        return change.before is not change.after
    gap = abs(change.after - change.before)
    if change.measure in RELEVANT:
        return gap >= RELEVANT[change.measure] * abs(change.before) and gap > 0
    return gap >= RELEVANT_SHARE


def _marked(found: Sequence[Change]) -> list[Change]:
    """Volumes that changed as all journeys did are marked."""
    whole = [one for one in found if one.step is None and one.measure == VOLUME]

    def goes_along(one: Change) -> bool:
        return any(
            _rises(one) == _rises(all_) and one.earliest <= all_.latest and all_.earliest <= one.latest
            for all_ in whole
        )

    return [
        replace(one, with_all=one.measure == VOLUME and one.step is not None and goes_along(one))
        for one in found
    ]


def _rises(one: Change) -> bool:
    return (one.after or 0.0) > (one.before or 0.0)
