"""A calendar of what was changed: promotions, releases, versions of the design, holidays. Which entry stands nearest?"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from trayecto.errors import BadValue, UnreadableFile

GIVEN, HOLIDAY = "given", "holiday"
NEAR = 14  # days outside of when it may have been; what stands further off is not near
OF_A_HOLIDAY = 2


@dataclass(frozen=True)
class Entry:
    date: datetime.date
    label: str
    kind: str = GIVEN

    def to_dict(self) -> dict[str, Any]:
        return {"date": self.date.isoformat(), "label": self.label, "kind": self.kind}


def read_calendar(path: Path) -> list[Entry]:
    """The entries of a YAML file, ``2026-09-22: New release`` line by line; raises UnreadableFile, BadValue."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{path.name} cannot be read as text: {error}") from error
    try:
        told = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise BadValue(f"{path.name} is not YAML: {error}") from error
    if not isinstance(told, dict):
        raise BadValue(f"{path.name} is read as dates with labels, such as '2026-09-22: New release'.")
    return [Entry(_date(day, path.name), str(label)) for day, label in told.items()]


def _date(told: object, name: str) -> datetime.date:
    try:
        return told if isinstance(told, datetime.date) else datetime.date.fromisoformat(str(told))
    except ValueError:
        raise BadValue(f"{name}: '{told}' is not a date such as 2026-09-22.") from None


def entries_of(country: str | None, first: datetime.date, last: datetime.date) -> list[Entry]:
    """The holidays of a country from one day to another, in its language; none for a country without known holidays."""
    if country is None:
        return []
    import holidays  # late: it takes long to import

    if country not in holidays.list_supported_countries():
        return []
    tongue = holidays.country_holidays(country).default_language
    found = holidays.country_holidays(country, years=range(first.year, last.year + 1), language=tongue)
    return [Entry(day, name, HOLIDAY) for day, name in sorted(found.items()) if first <= day <= last]


def nearest(
    entries: Iterable[Entry], since: datetime.date, earliest: datetime.date, latest: datetime.date
) -> Entry | None:
    """The entry that stands nearest to a change: one between the days on which it may have been before all others, and what
    was changed before a holiday. None where nothing stands near."""

    def distance(entry: Entry) -> tuple[int, bool, int]:
        outside = max((earliest - entry.date).days, (entry.date - latest).days, 0)
        return outside, entry.kind == HOLIDAY, abs((entry.date - since).days)

    near = [one for one in entries if distance(one)[0] <= (OF_A_HOLIDAY if one.kind == HOLIDAY else NEAR)]
    return min(near, key=distance, default=None)
