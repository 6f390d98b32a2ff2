"""Walking the whole ledger with conditions, a bounded piece at a time, for programs that read it page by page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q

from recorrido.events.models import Event, EventType, Source
from recorrido.events.queries.ledger import Recorded, _recorded, _rows, ledger_horizon

WINDOW = 200_000
"""Ids looked at in one go, however few of them meet the conditions."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Which events: of these types and sources (none: all), that happened from ``start`` until before ``end``."""

    types: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events in id order. ``position``: everything up to this id was looked at. ``more``: the ledger goes on."""

    events: list[Recorded]
    position: int
    more: bool


def events_meeting(conditions: Conditions, *, after: int, limit: int) -> Stretch:
    """The next events after an id that meet the conditions, all committed for good.

    May be empty though there is more: a rare type in a large ledger is looked for a window at a time.
    """
    horizon = ledger_horizon()
    near = horizon - after <= WINDOW
    until = horizon if near else min(_before_next(after, horizon) + WINDOW, horizon)
    rows = _rows().filter(_q(conditions), id__gt=after, id__lte=until).order_by("id")
    events = _recorded(rows[: limit + 1])
    if len(events) > limit:
        return Stretch(events[:limit], events[limit - 1].id, True)
    return Stretch(events, max(after, until), until < horizon)


def _before_next(after: int, horizon: int) -> int:
    """The id before the next event: ids that retention emptied, or that were rolled back, are no stretch to walk."""
    following = Event.objects.filter(id__gt=after, id__lte=horizon).aggregate(first=Min("id"))["first"]
    return horizon if following is None else following - 1


def events_by_id(ids: Iterable[int]) -> list[Recorded]:
    """Events by their ids, in id order; unknown ids are left out."""
    return _recorded(_rows().filter(id__in=list(ids)).order_by("id"))


def _q(conditions: Conditions) -> Q:
    found = Q()
    if conditions.types:
        found &= Q(
            type_id__in=list(EventType.objects.filter(name__in=conditions.types).values_list("id", flat=True))
        )
    if conditions.sources:
        found &= Q(
            source_id__in=list(
                Source.objects.filter(name__in=conditions.sources).values_list("id", flat=True)
            )
        )
    if conditions.start is not None:
        found &= Q(at__gte=conditions.start)
    if conditions.end is not None:
        found &= Q(at__lt=conditions.end)
    return found
