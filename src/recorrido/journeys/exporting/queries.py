"""Where the export of events stands, for pages and for the job that goes on with it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from recorrido.events.queries import ledger_horizon
from recorrido.journeys.exporting.models import EventExport, ExportState


@dataclass(frozen=True)
class ExportStatus:
    """``destination`` "" where none is set. ``last``: the newest run; ``done``: the newest that ended well;
    ``behind``: ledger positions that do not lie there yet, at most so many events."""

    destination: str
    last: EventExport | None
    done: EventExport | None
    behind: int


def state_of_export() -> ExportStatus:
    """Where the export that the settings ask for stands."""
    destination: str = settings.RECORRIDO_EXPORT
    runs = EventExport.objects.filter(destination=destination).order_by("-id") if destination else None
    if runs is None:
        return ExportStatus("", None, None, 0)
    done = runs.filter(state=ExportState.DONE).first()
    reached = done.position or 0 if done else 0
    return ExportStatus(destination, runs.first(), done, max(0, ledger_horizon() - reached))
