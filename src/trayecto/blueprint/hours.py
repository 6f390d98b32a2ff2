"""When a department works: ``hours: {mon-fri: "09:00-18:00", sat: "10:00-14:00"}``."""

from __future__ import annotations

import re

from trayecto.blueprint.fields import Fields, suggestion
from trayecto.blueprint.saying import gettext as _
from trayecto.blueprint.words import WEEKDAYS

OFFICE_HOURS: dict[int, tuple[int, int]] = dict.fromkeys(range(5), (9 * 60, 18 * 60))
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def parse_hours(fields: Fields) -> dict[int, tuple[int, int]]:
    """Weekday (0 = Monday) → opening and closing minute of the day; office hours when nothing is written."""
    if "hours" not in fields:
        fields.raw("hours")
        return dict(OFFICE_HOURS)
    hours: dict[int, tuple[int, int]] = {}
    section = fields.section("hours")
    for days in section.value:
        span = _span(section, days)
        if span:
            hours.update(dict.fromkeys(_weekdays(section, days), span))
    section.close()
    return hours


def _weekdays(section: Fields, days: str) -> range:
    first, _dash, last = days.partition("-")
    last = last or first
    for day in (first, last):
        if day not in WEEKDAYS:
            message = _("“%(word)s” is not a weekday%(mend)s")
            section.note(days, message % {"word": day, "mend": suggestion(day, WEEKDAYS)})
            return range(0)
    return range(WEEKDAYS.index(first), WEEKDAYS.index(last) + 1)


def _span(section: Fields, days: str) -> tuple[int, int] | None:
    match = _SPAN.fullmatch(section.text(days) or "")
    opening, closing = _minutes(match) if match else (0, 0)
    if not 0 <= opening < closing <= 24 * 60:
        section.note(days, _('write opening and closing time, such as "09:00-18:00"'))
        return None
    return opening, closing


def _minutes(match: re.Match[str]) -> tuple[int, int]:
    open_hour, open_minute, close_hour, close_minute = (int(group) for group in match.groups())
    return open_hour * 60 + open_minute, close_hour * 60 + close_minute
