"""Endpoints, events and outcomes for the tests of webhooks."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

from recorrido.connectors.webhooks.actions import create_endpoint
from recorrido.connectors.webhooks.actions.hands import Hand
from recorrido.connectors.webhooks.models import Delivery, Endpoint
from recorrido.connectors.webhooks.posting import Outcome
from recorrido.events.actions import ensure_source, record_events
from recorrido.events.records import NewEvent

HAND = Hand(key="test")
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
_numbers = count()


def listen(*patterns: str, url: str = "https://shop.example/hooks", **fields: object) -> Endpoint:
    return listen_with_secret(*patterns, url=url, **fields)[0]


def listen_with_secret(
    *patterns: str, url: str = "https://shop.example/hooks", **fields: object
) -> tuple[Endpoint, str]:
    return create_endpoint(hand=HAND, url=url, event_types=patterns or ("*",), **fields)


def happen(*types: str, identifiers: tuple = (("customer", "c1"),), **properties: object) -> None:
    events = [
        NewEvent(
            message_id=f"w{next(_numbers)}",
            type=one,
            at=START,
            identifiers=identifiers,
            objects=(("order", "1007"),),
            properties=properties,
        )
        for one in types
    ]
    assert record_events(source=ensure_source(name="shop"), events=events).recorded == len(types)


def answered(status: int, *, retry_after: float | None = None) -> Outcome:
    return Outcome(status, "answered", 7, "", retry_after)


def the_delivery() -> Delivery:
    return Delivery.objects.select_related("message", "endpoint").get()
