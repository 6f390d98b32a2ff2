"""From the ledger and the changes of persons to messages: the outbox, written with the bookmark that moves behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from recorrido.connectors.webhooks import payloads
from recorrido.connectors.webhooks.actions.endpoints import new_message_id
from recorrido.connectors.webhooks.models import Endpoint
from recorrido.connectors.webhooks.patterns import matches
from recorrido.connectors.webhooks.queries import collecting_endpoints
from recorrido.events.consumers import consume, consume_changes, move_bookmark
from recorrido.events.models import Bookmark, Stream
from recorrido.events.queries import Recorded, changes_horizon, ledger_horizon
from recorrido.people.queries import Change, current_person_ids
from recorrido.shared import clock, sql

EVENTS, CHANGES = "webhooks", "webhooks-people"
BATCH = 1_000


def collect() -> bool:
    """The follower ``webhooks``: makes the messages of the next events and changes; True if there may be more."""
    if _nobody_listens():
        return False
    events = consume(consumer=EVENTS, handle=_take_events, limit=BATCH)
    changes = consume_changes(consumer=CHANGES, handle=_take_changes, limit=BATCH)
    return BATCH in (events, changes)


def _nobody_listens() -> bool:
    """Without endpoints the bookmarks follow at once: the first endpoint must not wait for the whole past.

    Horizons first, endpoints second: whoever made an endpoint in between was told so after these events.
    """
    horizons = {EVENTS: (Stream.EVENTS, ledger_horizon()), CHANGES: (Stream.PEOPLE, changes_horizon())}
    if collecting_endpoints(clock.now()):
        return False
    known = dict(Bookmark.objects.filter(consumer__in=horizons).values_list("consumer", "position"))
    for consumer, (stream, horizon) in horizons.items():
        if known.get(consumer, -1) < horizon:
            move_bookmark(consumer=consumer, position=horizon, stream=stream)
    return True


@dataclass
class _Outbox:
    """Messages to write, and who gets which: columns of two statements."""

    now: datetime
    origins: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    payloads: list[str] = field(default_factory=list)
    events: list[int | None] = field(default_factory=list)
    persons: list[int | None] = field(default_factory=list)
    pairs: list[tuple[str, int]] = field(default_factory=list)

    def add(
        self, origin: str, type_: str, payload: str, event: int | None, person: int | None, to: Iterable[int]
    ) -> None:
        self.origins.append(origin)
        self.types.append(type_)
        self.payloads.append(payload)
        self.events.append(event)
        self.persons.append(person)
        self.pairs += [(origin, endpoint) for endpoint in to]

    def write(self) -> None:
        """Taken again (a bookmark moved back), messages and deliveries that are there stay as they are."""
        if not self.origins:
            return
        ids = [new_message_id() for _ in self.origins]
        columns = (ids, self.origins, self.types, self.payloads, self.events, self.persons)
        sql.execute(_MESSAGES, self.now, *columns)
        origins, endpoints = zip(*self.pairs, strict=True)
        sql.execute(_DELIVERIES, self.now, list(origins), list(endpoints))


def _take_events(events: Sequence[Recorded]) -> None:
    now = clock.now()
    listeners = _Listeners(collecting_endpoints(now))
    wanted = [(event, to) for event in events if (to := listeners.of(event.type, event=event.id))]
    persons = _persons_of(event for event, _to in wanted)
    outbox = _Outbox(now)
    for event, to in wanted:
        person = persons.get(event.leaf_ids[0]) if event.leaf_ids else None
        outbox.add(f"event:{event.id}", event.type, payloads.of_event(event, person), event.id, person, to)
    outbox.write()


def _take_changes(changes: Sequence[Change]) -> None:
    now = clock.now()
    listeners = _Listeners(collecting_endpoints(now))
    outbox = _Outbox(now)
    for change in changes:
        kind = f"person.{change.kind}"
        if to := listeners.of(kind, change=change.id):
            outbox.add(f"change:{change.id}", kind, payloads.of_change(change), None, change.person_id, to)
    outbox.write()


class _Listeners:
    """Who is told about an event type, found once for each type."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._endpoints = endpoints
        self._by_type: dict[str, list[Endpoint]] = {}

    def of(self, event_type: str, *, event: int = 0, change: int = 0) -> list[int]:
        """The endpoints to tell: those that subscribed, and were there when it happened."""
        if event_type not in self._by_type:
            self._by_type[event_type] = [
                one for one in self._endpoints if any(matches(p, event_type) for p in one.event_types)
            ]
        found = self._by_type[event_type]
        return [one.pk for one in found if event > one.from_event or change > one.from_change]


def _persons_of(events: Iterable[Recorded]) -> Mapping[int, int]:
    """Per principal leaf the person of today."""
    return current_person_ids({event.leaf_ids[0] for event in events if event.leaf_ids})


_MESSAGES = """
    INSERT INTO webhooks_message (public_id, origin, type, payload, event_id, person_id, created_at)
    SELECT told.*, %s::timestamptz
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[]) AS told
    ON CONFLICT (origin) DO NOTHING
"""
_DELIVERIES = """
    INSERT INTO webhooks_delivery (message_id, endpoint_id, state, tries, next_at, last_code)
    SELECT message.id, told.endpoint, 'waiting', 0, %s::timestamptz, ''
    FROM unnest(%s::text[], %s::bigint[]) AS told (origin, endpoint)
    JOIN webhooks_message message ON message.origin = told.origin
    ON CONFLICT (message_id, endpoint_id) DO NOTHING
"""
