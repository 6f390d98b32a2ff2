"""Reads of the quarantine: what waits, by reason, and what was made of it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Count, Q, QuerySet

from recorrido.events.models import WAITING, Quarantine, QuarantineEdit
from recorrido.events.patterns import as_condition

WINDOW = 10_000
"""Refused events whose text is read in one statement."""
PATIENCE = 1.5
_STATES = {
    "waiting": WAITING,
    "released": Q(released_at__isnull=False),
    "discarded": Q(discarded_at__isnull=False),
}


@dataclass(frozen=True)
class Matching:
    """Which refused events: of a source, for a reason, of types, with words in type, reason or content."""

    source_id: int | None = None
    code: str = ""
    type_pattern: str = ""
    words: str = ""
    up_to: int | None = None

    def condition(self) -> Q:
        return self.found_by_index() & self.found_by_reading()

    def found_by_index(self) -> Q:
        found = Q()
        if self.source_id is not None:
            found &= Q(source_id=self.source_id)
        if self.code:
            found &= Q(code=self.code)
        if self.up_to is not None:
            found &= Q(id__lte=self.up_to)
        return found

    def found_by_reading(self) -> Q:
        """What each event has to be looked at for. Empty where nothing like that is asked."""
        found = as_condition("type", self.type_pattern)
        if self.words:
            found &= (
                Q(type__icontains=self.words)
                | Q(detail__icontains=self.words)
                | Q(payload__icontains=self.words)
            )
        return found


@dataclass(frozen=True)
class Stretch:
    """Refused events that were found, and the id up to which was looked; None when there is nothing beyond."""

    rows: list[Quarantine]
    reached: int | None


@dataclass(frozen=True)
class Reason:
    """How many refused events wait for one reason."""

    code: str
    events: int


def refused_events(matching: Matching, *, state: str = "waiting") -> QuerySet[Quarantine]:
    """Refused events with their source. ``state``: waiting, released or discarded."""
    return Quarantine.objects.filter(_STATES[state], matching.condition()).select_related("source")


def newest_refused(
    matching: Matching,
    *,
    state: str = "waiting",
    below: int | None,
    limit: int,
    patience: float = PATIENCE,
    window: int = WINDOW,
) -> Stretch:
    """The newest refused events that match, before the id ``below``: as many as are found within ``patience`` seconds.

    Words are looked for in the text of each event, a window at a time, because an index of every word would be paid by
    each event that is refused. At least one window is looked through.
    """
    begun, found, top, reading = time.monotonic(), list[Quarantine](), below, matching.found_by_reading()
    while True:
        rows = _indexed(matching, state).order_by("-id")
        rows = rows if top is None else rows.filter(id__lt=top)
        floor = _nth(rows, window) if reading else None
        part = rows.filter(reading, id__gte=floor or 0)
        found += part.select_related("source")[: limit + 1 - len(found)]
        if len(found) > limit:
            return Stretch(found[:limit], found[limit - 1].id)
        if floor is None or time.monotonic() - begun > patience:
            return Stretch(found, floor)
        top = floor


def next_waiting(matching: Matching, *, after: int, limit: int, window: int = WINDOW) -> Stretch:
    """The oldest waiting events that match after an id, out of one window of those that may."""
    rows = _indexed(matching, "waiting").filter(id__gt=after).order_by("id")
    reading = matching.found_by_reading()
    ceiling = _nth(rows, window) if reading else None
    part = rows.filter(reading)
    part = part if ceiling is None else part.filter(id__lte=ceiling)
    found = list(part.select_related("source")[:limit])
    return Stretch(found, found[-1].id if len(found) == limit else ceiling)


def count_waiting(matching: Matching, *, after: int = 0, up_to: int | None = None) -> int:
    """How many wait that may match, by the index: words and patterns of types are not looked at."""
    rows = _indexed(matching, "waiting").filter(id__gt=after)
    return (rows if up_to is None else rows.filter(id__lte=up_to)).count()


def _indexed(matching: Matching, state: str) -> QuerySet[Quarantine]:
    return Quarantine.objects.filter(_STATES[state], matching.found_by_index())


def _nth(rows: QuerySet[Quarantine], window: int) -> int | None:
    """The id at the end of the next window; None where fewer rows are left."""
    return next(iter(rows.values_list("id", flat=True)[window - 1 : window]), None)


def waiting_in_quarantine(*, limit: int = 100, after: int = 0) -> list[Quarantine]:
    """Refused events nobody has released or discarded, oldest first, from the row after id ``after``."""
    rows = Quarantine.objects.filter(WAITING, id__gt=after).select_related("source")
    return list(rows.order_by("id")[:limit])


def waiting_by_reason(matching: Matching | None = None) -> list[Reason]:
    """How many wait for each reason, the most frequent first. Words are not looked for: the index has none."""
    wanted = replace(matching or Matching(), words="")
    rows = Quarantine.objects.filter(WAITING, wanted.condition())
    counted = rows.values_list("code").annotate(n=Count("id")).order_by("-n", "code")
    return [Reason(code, events) for code, events in counted]


def waiting_by_source() -> dict[int, int]:
    """How many wait of each source, by the source's id."""
    rows = Quarantine.objects.filter(WAITING).values_list("source_id").annotate(n=Count("id"))
    return dict(rows.order_by())


def edits_of(row: Quarantine) -> list[QuarantineEdit]:
    """What people and rules made of a refused event, oldest first."""
    return list(QuarantineEdit.objects.filter(quarantine=row).select_related("staff", "rule").order_by("id"))


def newest_edits(rows: Iterable[Quarantine]) -> dict[int, str]:
    """The newest edited payload per refused event; those never edited are left out."""
    edits = QuarantineEdit.objects.filter(quarantine__in=[row.id for row in rows]).order_by("id")
    return dict(edits.values_list("quarantine_id", "payload"))
