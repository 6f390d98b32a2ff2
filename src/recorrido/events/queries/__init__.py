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
    waiting_in_quarantine,
)

__all__ = [
    "ObjectName",
    "Place",
    "Recorded",
    "StreamLag",
    "changes_horizon",
    "count_by_type",
    "events_after",
    "events_of_object",
    "has_events",
    "lags",
    "ledger_horizon",
    "timeline_of_person",
    "waiting_in_quarantine",
]
