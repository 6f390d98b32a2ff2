"""The calendar as a list: what people wrote, and between it what stands there by itself."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils.translation import get_language

from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.calendar import queries
from recorrido.journeys.calendar.models import CalendarEntry, EntryKind
from recorrido.shared import clock
from recorrido.web.calendar.wording import kind_said, label_said
from recorrido.web.paging import Page, decode_place, page_of

BACK = datetime.timedelta(days=365)  # what stands there by itself is told for a year at least
AHEAD = datetime.timedelta(days=60)


@dataclass(frozen=True)
class Asked:
    """Which entries a page shows: the fields of its address."""

    words: str = ""
    kind: str = ""
    after: str = ""

    @classmethod
    def of(cls, fields: QueryDict) -> Asked:
        kind = fields.get("kind", "")
        known = kind in (*EntryKind.values, *queries.BY_ITSELF)
        return cls(fields.get("q", "").strip()[:200], kind if known else "", fields.get("after", ""))

    @property
    def written(self) -> Any:
        return queries.find_entries(self.words, self.kind)


@dataclass(frozen=True)
class ShownEntry:
    """``entry`` None: it stands there by itself, and nobody changes it."""

    date: datetime.date
    label: str
    kind: str
    touchpoint: str = ""
    department: str = ""
    entry: CalendarEntry | None = None


def calendar_page(asked: Asked, blueprint: Blueprint | None) -> tuple[list[ShownEntry], Page]:
    """The rows of a page, the newest day first, with what stands between them by itself."""
    rows = asked.written.annotate(day=Cast("date", CharField()))
    page = page_of(rows, key=("day", "id"), descending=True, after=asked.after)
    shown = [_written(one, blueprint) for one in page.rows] + _by_themselves(asked, page, blueprint)
    return sorted(shown, key=lambda one: one.date, reverse=True), page


def _by_themselves(asked: Asked, page: Page, blueprint: Blueprint | None) -> list[ShownEntry]:
    if blueprint is None or asked.kind in EntryKind.values:
        return []
    after, until = _window(asked, page)
    found = queries.entries_by_themselves(blueprint, after + datetime.timedelta(days=1), until)
    shown = [
        ShownEntry(one.date, label_said(one.label, one.kind), kind_said(one.kind))
        for one in found
        if asked.kind in ("", one.kind)
    ]
    return [one for one in shown if asked.words.casefold() in one.label.casefold()]


def _window(asked: Asked, page: Page) -> tuple[datetime.date, datetime.date]:
    """The days between which a page speaks, the first one not included: pages share no day, and leave out none."""
    first, last = queries.written_span()
    today = clock.now().date()
    place = decode_place(asked.after)
    until = place[0].date() if place else max(last or today, today + AHEAD)
    begin = min(first or today, today - BACK) - datetime.timedelta(days=1)
    return (page.rows[-1].date if page.next_after else begin), until


def _written(entry: CalendarEntry, blueprint: Blueprint | None) -> ShownEntry:
    language = get_language() or "es"
    department = blueprint.departments.get(entry.department) if blueprint else None
    return ShownEntry(
        date=entry.date,
        label=entry.label,
        kind=kind_said(entry.kind),
        touchpoint=blueprint.label(entry.touchpoint, language)
        if blueprint and entry.touchpoint
        else entry.touchpoint,
        department=department.label.text(language) if department else entry.department,
        entry=entry,
    )
