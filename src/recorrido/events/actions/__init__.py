"""The only writes to the ledger and its tables. (Consumers' bookmarks: ``consumers``; the log of imports: ``imports``.)"""

from recorrido.events.actions.recording import (
    Progress,
    ensure_source,
    record_events,
    record_from_sources,
    record_many,
    refresh_statistics,
    replay_quarantined,
)

__all__ = [
    "Progress",
    "ensure_source",
    "record_events",
    "record_from_sources",
    "record_many",
    "refresh_statistics",
    "replay_quarantined",
]
