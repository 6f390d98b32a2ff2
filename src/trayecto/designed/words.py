"""A blueprint in the library's words: boundaries, attributes, order of steps, promises and working calendars."""

from __future__ import annotations

from functools import lru_cache

from trayecto.blueprint import Attribute, Blueprint, JourneyType, Promise, Touchpoint
from trayecto.blueprint.words import WEEKDAYS
from trayecto.calendars import Calendar
from trayecto.log.attributes import Aggregate, count, first, last, total
from trayecto.log.boundaries import Boundaries
from trayecto.questions import delays
from trayecto.units import parse_duration


def boundaries(journey_type: JourneyType) -> Boundaries | None:
    cut = journey_type.boundaries
    if cut is None:
        return None
    return Boundaries(
        starts=cut.starts,
        ends=cut.ends,
        gap=cut.gap,
        anchor=cut.anchor,
        opening=cut.opening,
        before=cut.before,
        close=cut.close,
        after=cut.after,
    )


def attributes(blueprint: Blueprint, journey_type: JourneyType) -> dict[str, Aggregate]:
    """What ``build`` makes of the columns of steps."""
    late = [late_attribute(touchpoint) for touchpoint in promised_on_events(blueprint)]
    made = {attribute.name: _aggregate(attribute) for attribute in journey_type.attributes}
    return made | {name: total(name) for name in late}


def _aggregate(attribute: Attribute) -> Aggregate:
    take = {"last": last, "total": total, "count": count}.get(attribute.take, first)
    return take(column_name(attribute))


def column_name(attribute: Attribute) -> str:
    """The event column an attribute is taken from; never the name of a standard column."""
    return f"a_{attribute.name}"


def step_order(blueprint: Blueprint) -> list[str]:
    """Touchpoints in the order that dates without a time of day are sorted by."""
    return [touchpoint.key for touchpoint in blueprint.measured]


def promised_on_events(blueprint: Blueprint) -> list[Touchpoint]:
    """Touchpoints whose promised moment stands in a property of their own events."""
    return [
        touchpoint for touchpoint in blueprint.measured if touchpoint.promise and touchpoint.promise.property
    ]


def late_attribute(touchpoint: Touchpoint) -> str:
    """The journey attribute that counts a touchpoint's events after the moment promised on the event itself."""
    return "late_" + touchpoint.key.replace(".", "_").replace("-", "_")


def calendar_of(blueprint: Blueprint, department: str | None) -> Calendar:
    """The working calendar of a department, in the blueprint's time zone."""
    owner = blueprint.departments[department or next(iter(blueprint.departments))]
    hours = tuple(sorted((day, *span) for day, span in owner.hours.items()))
    return _calendar(hours, owner.country, blueprint.time_zone)


@lru_cache(maxsize=64)
def _calendar(hours: tuple[tuple[int, int, int], ...], country: str | None, zone: str) -> Calendar:
    written = {WEEKDAYS[day]: f"{_clock(opening)}-{_clock(closing)}" for day, opening, closing in hours}
    return Calendar(written, country=country, tz=zone)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def promise(blueprint: Blueprint, written: Promise) -> delays.Promise:
    """A promise of the blueprint in trayecto's words (not one that stands on the events themselves)."""
    if written.within is not None:
        return delays.Promise(within=written.within, since=written.since)
    calendar = calendar_of(blueprint, written.calendar)
    return delays.Promise(within=_working(written), since=written.since, calendar=calendar)


def _working(written: Promise) -> str:
    if written.working_days is not None:
        return f"{written.working_days:g} working days"
    return f"{written.working_hours:g}h"


def seconds_of(blueprint: Blueprint, written: Promise) -> float:
    """The length of a promise in seconds; of working time when it counts working days or hours."""
    if written.within is not None:
        return parse_duration(written.within) / 1e6
    return calendar_of(blueprint, written.calendar).length(_working(written)) / 1e6
