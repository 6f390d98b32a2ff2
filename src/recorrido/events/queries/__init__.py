"""Reads of the ledger and of what keeps it sound."""

from recorrido.events.queries.ledger import (
    ObjectName,
    Place,
    Recorded,
    StreamLag,
    changes_horizon,
    count_by_type,
    events_after,
    events_of_object,
    has_events,
    lags,
    ledger_horizon,
    timeline_of_person,
)
from recorrido.events.queries.quarantine import (
    Matching,
    Reason,
    edits_of,
    refused_events,
    waiting_by_reason,
    waiting_by_source,
    waiting_in_quarantine,
)

__all__ = [
    "Matching",
    "ObjectName",
    "Place",
    "Reason",
    "Recorded",
    "StreamLag",
    "changes_horizon",
    "count_by_type",
    "edits_of",
    "events_after",
    "events_of_object",
    "has_events",
    "lags",
    "ledger_horizon",
    "refused_events",
    "timeline_of_person",
    "waiting_by_reason",
    "waiting_by_source",
    "waiting_in_quarantine",
]
