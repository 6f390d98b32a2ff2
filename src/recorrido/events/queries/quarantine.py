"""Reads of the quarantine: what waits, by reason, and what was made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from recorrido.events.models import WAITING, Quarantine, QuarantineEdit
from recorrido.events.patterns import as_condition


@dataclass(frozen=True)
class Matching:
    """Which refused events: of a source, for a reason, of types, with words in type, reason or content."""

    source_id: int | None = None
    code: str = ""
    type_pattern: str = ""
    words: str = ""
    up_to: int | None = None

    def condition(self) -> Q:
        found = as_condition("type", self.type_pattern)
        if self.source_id is not None:
            found &= Q(source_id=self.source_id)
        if self.code:
            found &= Q(code=self.code)
        if self.up_to is not None:
            found &= Q(id__lte=self.up_to)
        if self.words:
            found &= (
                Q(type__icontains=self.words)
                | Q(detail__icontains=self.words)
                | Q(payload__icontains=self.words)
            )
        return found


@dataclass(frozen=True)
class Reason:
    """How many refused events wait for one reason."""

    code: str
    events: int


def refused_events(matching: Matching, *, state: str = "waiting") -> QuerySet[Quarantine]:
    """Refused events with their source. ``state``: waiting, released or discarded."""
    conditions = {
        "waiting": WAITING,
        "released": Q(released_at__isnull=False),
        "discarded": Q(discarded_at__isnull=False),
    }
    return Quarantine.objects.filter(conditions[state], matching.condition()).select_related("source")


def waiting_in_quarantine(*, limit: int = 100, after: int = 0) -> list[Quarantine]:
    """Refused events nobody has released or discarded, oldest first, from the row after id ``after``."""
    rows = Quarantine.objects.filter(WAITING, id__gt=after).select_related("source")
    return list(rows.order_by("id")[:limit])


def waiting_by_reason(matching: Matching | None = None) -> list[Reason]:
    """How many wait for each reason, the most frequent first."""
    rows = Quarantine.objects.filter(WAITING, (matching or Matching()).condition())
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
