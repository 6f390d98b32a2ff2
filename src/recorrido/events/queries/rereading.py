"""Whether past events are read differently than they were: whoever keeps something made of them makes it anew."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from recorrido.events.models import EventType, LedgerJob, SourceDay
from recorrido.shared import sql

REREAD = ("ledger.remapping_applied", "ledger.remapping_undone", "ledger.retention_ran")
"""Events of our own, each recorded when a change of the past is complete."""


@dataclass(frozen=True)
class PastChanges:
    """The ids of events, from … to …, that were changed since; ``position``: up to where this is known."""

    position: int
    ranges: tuple[tuple[int, int], ...]


def past_changes_after(position: int) -> PastChanges:
    """Which events were emptied, forgotten or corrected after a position, all of them committed for good.

    The lock waits for who is writing such a change right now, which takes a moment: no number below ours appears later.
    """
    with transaction.atomic():
        sql.execute("LOCK TABLE events_pastchange IN SHARE MODE")
        rows = sql.fetch(
            "SELECT id, first_id, last_id FROM events_pastchange WHERE id > %s ORDER BY id", position
        )
    last = rows[-1][0] if rows else position
    return PastChanges(last, tuple((first, last) for _id, first, last in rows))


def words_of_types() -> dict[str, str]:
    """The event types that are read by another word than their own."""
    found = EventType.objects.filter(maps_to__isnull=False).order_by("name")
    return dict(found.values_list("name", "maps_to__name"))


def past_changed_after(position: int) -> bool:
    """Whether a change of past events was completed behind a ledger position, by the counters: a second late at most."""
    return SourceDay.objects.filter(type__name__in=REREAD, last_id__gt=position).exists()


def past_is_changing() -> bool:
    """Whether the worker is about to read past events differently, or is at it."""
    kinds, states = (LedgerJob.REMAP, LedgerJob.UNDO), (LedgerJob.QUEUED, LedgerJob.RUNNING)
    return LedgerJob.objects.filter(kind__in=kinds, state__in=states).exists()
