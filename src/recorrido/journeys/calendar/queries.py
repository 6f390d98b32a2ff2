"""The calendar as people wrote it, with what stands in it by itself: holidays, versions of the design."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, Q

from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.calendar.models import CalendarEntry, CalendarEntryQuerySet
from recorrido.journeys.models import BlueprintVersion
from trayecto.changes import Entry, entries_of
from trayecto.changes.calendar import HOLIDAY, nearest

DESIGN = "design"  # the kind of an entry whose label is the number of a blueprint version
BY_ITSELF = (DESIGN, HOLIDAY)


def edition() -> int:
    """The number of the calendar's last change; 0: nobody wrote anything yet."""
    return CalendarEntry.objects.aggregate(last=Max("edition"))["last"] or 0


def find_entries(words: str = "", kind: str = "") -> CalendarEntryQuerySet:
    """What people wrote, with who wrote it: by words of its label, touchpoint or department, and by kind."""
    rows = CalendarEntry.objects.standing().select_related("written_by", "changed_by")
    if words:
        rows = rows.filter(
            Q(label__icontains=words) | Q(touchpoint__icontains=words) | Q(department__icontains=words)
        )
    return rows.filter(kind=kind) if kind else rows


def written_span() -> tuple[datetime.date | None, datetime.date | None]:
    """The first and the last day on which something stands that people wrote."""
    told = CalendarEntry.objects.standing().aggregate(first=Min("date"), last=Max("date"))
    return told["first"], told["last"]


def written_entries() -> list[Entry]:
    """What people wrote, as the library reads it, by date."""
    rows = CalendarEntry.objects.standing().order_by("date", "id").values_list("date", "label", "kind")
    return [Entry(*row) for row in rows]


def design_entries(blueprint: Blueprint) -> list[Entry]:
    """The days on which versions of the design were installed."""
    zone = ZoneInfo(blueprint.time_zone)
    rows = BlueprintVersion.objects.order_by("id").values_list("installed_at", "number")
    return [Entry(moment.astimezone(zone).date(), str(number), DESIGN) for moment, number in rows]


def entries_by_themselves(blueprint: Blueprint, first: datetime.date, last: datetime.date) -> list[Entry]:
    """Versions of the design and holidays of the country between two days, both included, by date."""
    versions = [one for one in design_entries(blueprint) if first <= one.date <= last]
    return sorted([*versions, *entries_of(blueprint.country, first, last)], key=lambda one: one.date)


def entry_near(entries: Sequence[Entry], blueprint: Blueprint, day: datetime.date) -> Entry | None:
    """What stands nearest to a day that may have been three days earlier or later, among ``entries`` and the holidays around
    it; None where nothing stands near."""
    week, give = datetime.timedelta(days=7), datetime.timedelta(days=3)
    holidays = entries_of(blueprint.country, day - week, day + week)
    return nearest([*entries, *holidays], day, day - give, day + give)


def known_entries(blueprint: Blueprint) -> list[Entry]:
    """What people wrote and the versions of the design: all but holidays, which the library knows."""
    return [*written_entries(), *design_entries(blueprint)]


def days_of(entries: Iterable[Entry]) -> list[datetime.date]:
    """The days with entries, each once, holidays left out: what a picture marks."""
    return sorted({one.date for one in entries if one.kind != HOLIDAY})
