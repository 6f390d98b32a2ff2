"""A calendar of what was changed: promotions, releases, versions of the design, holidays. Which entry stands nearest?"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
    """The entries of a YAML file: ``2026-09-22: New release`` line by line, or a list of ``{date, label, kind}``, in which a
    day may have several. Raises UnreadableFile, BadValue."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{path.name} cannot be read as text: {error}") from error
    try:
        told = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise BadValue(f"{path.name} is not YAML: {error}") from error
    if isinstance(told, dict):
        return [Entry(_date(day, path.name), str(label)) for day, label in told.items()]
    if isinstance(told, list):
        return [_entry(one, place, path.name) for place, one in enumerate(told, 1)]
    raise BadValue(f"{path.name} is read as dates with labels, such as '2026-09-22: New release'.")


def _entry(told: object, place: int, name: str) -> Entry:
    if not isinstance(told, dict) or not {"date", "label"} <= told.keys():
        raise BadValue(
            f"{name}, entry {place}: write its date and its label, such as {{date: 2026-09-22, label: New release}}."
        )
    return Entry(_date(told["date"], name), str(told["label"]), str(told.get("kind") or GIVEN))


def _date(told: object, name: str) -> datetime.date:
    try:
        return told if isinstance(told, datetime.date) else datetime.date.fromisoformat(str(told))
    except ValueError:
        raise BadValue(f"{name}: '{told}' is not a date such as 2026-09-22.") from None


def entries_of(country: str | None, first: datetime.date, last: datetime.date) -> list[Entry]:
    """The holidays of a country from one day to another, in its language; none for a country without known holidays."""
    if country is None:
        return []
    years = range(first.year, last.year + 1)
    return [one for year in years for one in _holidays(country, year) if first <= one.date <= last]


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> tuple[Entry, ...]:
    import holidays  # late: it takes long to import

    if country not in holidays.list_supported_countries():
        return ()
    tongue = holidays.country_holidays(country).default_language
    found = holidays.country_holidays(country, years=year, language=tongue)
    return tuple(Entry(day, name, HOLIDAY) for day, name in sorted(found.items()) if day.year == year)


def near_told(entry: Entry | None, since: datetime.date) -> dict[str, Any] | None:
    """What stands nearest to a change, as a result says it: ``days`` is negative where it comes before."""
    return entry.to_dict() | {"days": (entry.date - since).days} if entry else None


def named_anew(result: Mapping[str, Any], calendar: Iterable[Entry]) -> dict[str, Any]:
    """A result of ``changes`` as another calendar gives it: which days are found does not depend on it, only what stands near."""
    holidays = [one for one in map(_entry_told, result["calendar"]) if one.kind == HOLIDAY]
    entries = [*calendar, *holidays]
    first = datetime.date.fromisoformat(result["first"])
    known = known_of(entries, first, first + datetime.timedelta(days=result["days"]))
    changes = [one | {"nearest": _near_anew(one, entries)} for one in result["changes"]]
    return dict(result) | {"changes": changes, "calendar": [one.to_dict() for one in known]}


def _entry_told(told: Mapping[str, str]) -> Entry:
    return Entry(datetime.date.fromisoformat(told["date"]), told["label"], told["kind"])


def _near_anew(change: Mapping[str, Any], entries: Sequence[Entry]) -> dict[str, Any] | None:
    since, earliest, latest = (
        datetime.date.fromisoformat(change[name]) for name in ("since", "earliest", "latest")
    )
    return near_told(nearest(entries, since, earliest, latest), since)


def known_of(entries: Iterable[Entry], first: datetime.date, last: datetime.date) -> list[Entry]:
    """The entries that may stand near a day between these two, by date."""
    near = datetime.timedelta(days=NEAR)
    return sorted(
        (one for one in entries if first - near <= one.date <= last + near), key=lambda one: one.date
    )


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
