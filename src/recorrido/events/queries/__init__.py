"""Reads of the ledger and of what keeps it sound."""

from recorrido.events.queries.alarms import alarms, open_alarms
from recorrido.events.queries.consumers import ConsumerState, consumers, position_at
from recorrido.events.queries.findings import Finding, Limits, sentence_of
from recorrido.events.queries.health import DataHealth, Day, SourceHealth, health
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
    "ConsumerState",
    "DataHealth",
    "Day",
    "Finding",
    "Limits",
    "Matching",
    "ObjectName",
    "Place",
    "Reason",
    "Recorded",
    "SourceHealth",
    "StreamLag",
    "alarms",
    "changes_horizon",
    "consumers",
    "count_by_type",
    "edits_of",
    "events_after",
    "events_of_object",
    "has_events",
    "health",
    "lags",
    "ledger_horizon",
    "open_alarms",
    "position_at",
    "refused_events",
    "sentence_of",
    "timeline_of_person",
    "waiting_by_reason",
    "waiting_by_source",
    "waiting_in_quarantine",
]
