"""Whether past events are read differently than they were: whoever keeps something made of them makes it anew."""

from __future__ import annotations

from recorrido.events.models import LedgerJob, SourceDay

REREAD = ("ledger.remapping_applied", "ledger.remapping_undone", "ledger.retention_ran")
"""Events of our own, each recorded when a change of the past is complete."""


def past_changed_after(position: int) -> bool:
    """Whether a change of past events was completed behind a ledger position, by the counters: a second late at most."""
    return SourceDay.objects.filter(type__name__in=REREAD, last_id__gt=position).exists()


def past_is_changing() -> bool:
    """Whether the worker is about to read past events differently, or is at it."""
    kinds, states = (LedgerJob.REMAP, LedgerJob.UNDO), (LedgerJob.QUEUED, LedgerJob.RUNNING)
    return LedgerJob.objects.filter(kind__in=kinds, state__in=states).exists()
