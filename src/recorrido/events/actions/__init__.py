"""The only writes to the ledger and its tables. (Consumers' bookmarks: ``consumers``; the log of imports: ``imports``.)"""

from recorrido.events.actions.quarantine import (
    Replayed,
    discard_quarantined,
    edit_and_replay,
    mend_waiting,
    replay_quarantined,
)
from recorrido.events.actions.quarantine_rules import save_rule
from recorrido.events.actions.recording import (
    Progress,
    ensure_source,
    record_events,
    record_from_sources,
    record_many,
    refresh_statistics,
)

__all__ = [
    "Progress",
    "Replayed",
    "discard_quarantined",
    "edit_and_replay",
    "ensure_source",
    "mend_waiting",
    "record_events",
    "record_from_sources",
    "record_many",
    "refresh_statistics",
    "replay_quarantined",
    "save_rule",
]
