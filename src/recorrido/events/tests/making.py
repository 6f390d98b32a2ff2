"""Events for tests: everything has a default, so a test says only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from recorrido.events.actions import ensure_source, record_events
from recorrido.events.records import NewEvent, RecordReport

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(message_id: str = "m1", type_: str = "order.placed", *, minute: int = 0, **fields: Any) -> NewEvent:
    return NewEvent(message_id, type_, fields.pop("at", NOON + timedelta(minutes=minute)), **fields)


def record(*events: NewEvent, source: str = "shop", country: str = "CL") -> RecordReport:
    return record_events(source=ensure_source(name=source, country=country), events=events)


def figures(report: RecordReport) -> tuple[int, int, int]:
    return report.recorded, report.duplicates, report.quarantined
