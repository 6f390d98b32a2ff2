"""Trouble played live into a running installation: events that happen now, one after the other."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from recorrido.events.actions import ensure_source, record_events
from recorrido.events.records import NewEvent
from recorrido.shared import clock

SOURCE = "shop"
CUSTOMERS = 100_000  # of the demo: whoever is touched is somebody known there
SORTS: dict[str, tuple[str, dict[str, Any]]] = {
    "payments": ("payment.refused", {"reason": "declined_by_bank"}),
    "checkout": ("checkout.failed", {"error": "timeout"}),
    "searches": ("search.performed", {"words": "botas", "results": 0}),
}


def play(*, sort: str, per_minute: int, minutes: int, tell: Callable[[int, int], None]) -> int:
    """Record so many events a minute as they happen; ``tell`` hears (done, of). Returns how many. It takes as long as
    it says."""
    total, begun = per_minute * minutes, time.monotonic()
    source = ensure_source(name=SOURCE)
    for number, event in enumerate(_events(sort, total)):
        time.sleep(max(0.0, begun + number * 60 / per_minute - time.monotonic()))
        record_events(source=source, events=[event()])
        tell(number + 1, total)
    return total


def _events(sort: str, total: int) -> Iterator[Callable[[], NewEvent]]:
    type_, properties = SORTS[sort]
    chance = random.Random()
    for _ in range(total):
        customer = f"C{chance.randrange(CUSTOMERS):06d}"

        def event(customer: str = customer) -> NewEvent:
            return NewEvent(
                message_id=f"trouble:{uuid.uuid4()}",
                type=type_,
                at=clock.now(),
                channel="web",
                identifiers=(("customer", customer),),
                properties=properties,
            )

        yield event
