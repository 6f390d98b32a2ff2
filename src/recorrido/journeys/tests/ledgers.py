"""Small ledgers for tests: events written through the ledger's own door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

from recorrido.events.actions import ensure_source, record_events
from recorrido.events.records import NewEvent
from recorrido.journeys.actions import build_now, install_blueprint
from recorrido.journeys.models import JourneyBuild

START = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
_numbers = count()


def event(
    type: str,
    day: float = 0,
    *,
    customer: str | None = "c1",
    order: str | None = None,
    channel: str | None = None,
    date_only: bool = False,
    **properties: object,
) -> NewEvent:
    """An event ``day`` days after START, with an id of its own."""
    return NewEvent(
        message_id=f"m{next(_numbers)}",
        type=type,
        at=START + timedelta(days=day),
        channel=channel,
        identifiers=(("customer", customer),) if customer else (),
        objects=(("order", order),) if order else (),
        properties=properties,
        date_only=date_only,
    )


def record(*events: NewEvent) -> None:
    report = record_events(source=ensure_source(name="shop"), events=events)
    assert report.recorded == len(events), report


def build(text: str, journey_type: str = "order") -> JourneyBuild:
    install_blueprint(source=text, file_name="test.yaml", actor=None)
    return build_now(journey_type=journey_type, actor=None)


def order(
    number: int, *, start: float, steps: Iterator[tuple[str, float]], **properties: object
) -> list[NewEvent]:
    """The events of one order of its own customer: (type, days after ``start``)."""
    return [
        event(kind, start + wait, customer=f"c{number}", order=f"o{number}", **properties)
        for kind, wait in steps
    ]
