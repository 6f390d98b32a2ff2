"""The tables of the ledger and of what keeps it sound."""

from recorrido.events.models.care import (
    EventCorrection,
    EventOverlay,
    EventSchema,
    LedgerJob,
    PastChange,
    Policy,
    Remapping,
    RetentionRule,
)
from recorrido.events.models.health import LAG_LIMITS, Alarm, HealthThreshold, SourceDay, SourceHour
from recorrido.events.models.ledger import (
    Bookmark,
    Event,
    EventObject,
    EventType,
    ImportRun,
    ObjectRef,
    Source,
    Stream,
)
from recorrido.events.models.quarantine import WAITING, Quarantine, QuarantineEdit, QuarantineRule

__all__ = [
    "LAG_LIMITS",
    "WAITING",
    "Alarm",
    "Bookmark",
    "Event",
    "EventCorrection",
    "EventObject",
    "EventOverlay",
    "EventSchema",
    "EventType",
    "HealthThreshold",
    "ImportRun",
    "LedgerJob",
    "ObjectRef",
    "PastChange",
    "Policy",
    "Quarantine",
    "QuarantineEdit",
    "QuarantineRule",
    "Remapping",
    "RetentionRule",
    "Source",
    "SourceDay",
    "SourceHour",
    "Stream",
]
