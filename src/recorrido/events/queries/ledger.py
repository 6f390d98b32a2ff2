"""Reads of the ledger: behind the horizon for consumers, newest first for pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from recorrido.events.ledger import EVENTS_LOCK_CLASS, EVENTS_SEQUENCE
from recorrido.events.models import Bookmark, Event, EventObject, ObjectRef, Source, Stream
from recorrido.people.queries import leaves_of
from recorrido.people.resolution import CHANGES_LOCK_CLASS, CHANGES_SEQUENCE
from recorrido.shared.horizon import safe_position


@dataclass(frozen=True, slots=True)
class ObjectName:
    """An object as its own system names it."""

    kind: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event of the ledger. ``leaf_ids`` are identifiers, the principal first."""

    id: int
    type: str
    at: datetime
    date_only: bool
    channel: str | None
    source: str
    leaf_ids: tuple[int, ...]
    objects: tuple[ObjectName, ...]
    properties: dict[str, Any]

    @property
    def place(self) -> Place:
        """Where to go on from, in a list that ends with this event."""
        return Place(self.at, self.id)


@dataclass(frozen=True, slots=True)
class Place:
    """A keyset position in a list of events."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class StreamLag:
    """How far a consumer is behind its stream, in ids. ``stream`` is a word of ``models.Stream``."""

    consumer: str
    position: int
    horizon: int
    stream: str


def ledger_horizon() -> int:
    """The highest event id up to which nothing can appear any more."""
    return safe_position(sequence=EVENTS_SEQUENCE, lock_class=EVENTS_LOCK_CLASS)


def changes_horizon() -> int:
    """The highest id of a person change up to which nothing can appear any more."""
    return safe_position(sequence=CHANGES_SEQUENCE, lock_class=CHANGES_LOCK_CLASS)


def has_events() -> bool:
    """Whether the ledger holds any event; its horizon moves also for what was rolled back."""
    return Event.objects.exists()


def events_after(position: int, *, limit: int = 1_000) -> list[Recorded]:
    """The next events after an id, in id order, all of them committed for good. Empty when there is nothing new."""
    return _recorded(_rows().filter(id__gt=position, id__lte=ledger_horizon()).order_by("id")[:limit])


def timeline_of_person(person_id: int, *, limit: int = 50, before: Place | None = None) -> list[Recorded]:
    """A person's events, newest first. ``person_id`` may be one that was merged. Raises UnknownPerson.

    ``before``: the ``place`` of the last event of the page before.
    """
    rows = _rows().filter(leaf_id__in=[leaf.id for leaf in leaves_of(person_id)])
    return _page(rows, limit, before)


def events_of_object(
    kind: str, external_id: str, *, limit: int = 50, before: Place | None = None
) -> list[Recorded]:
    """The events that touch an object, newest first; empty where no event ever named it."""
    object_ids = ObjectRef.objects.filter(kind=kind, external_id=external_id).values("id")
    events = EventObject.objects.filter(object_id__in=object_ids).values("event_id")
    return _page(_rows().filter(id__in=events), limit, before)


def count_by_type() -> dict[str, int]:
    """Events per type name, types without events left out."""
    rows = Event.objects.values_list("type__name").annotate(n=Count("id")).order_by("type__name")
    return dict(rows)


def lags() -> list[StreamLag]:
    """Each consumer with its position and the horizon of the stream it reads."""
    horizons = {Stream.EVENTS.value: ledger_horizon(), Stream.PEOPLE.value: changes_horizon()}
    rows = Bookmark.objects.order_by("consumer").values_list("consumer", "position", "stream")
    return [StreamLag(consumer, position, horizons[stream], stream) for consumer, position, stream in rows]


def _rows() -> QuerySet[Event]:
    return Event.objects.select_related("type")


def _page(rows: QuerySet[Event], limit: int, before: Place | None) -> list[Recorded]:
    if before is not None:
        rows = rows.filter(Q(at__lt=before.at) | Q(at=before.at, id__lt=before.id))
    return _recorded(rows.order_by("-at", "-id")[:limit])


def _recorded(rows: Iterable[Event]) -> list[Recorded]:
    events = list(rows)
    names = _object_names(events)
    sources = dict(Source.objects.values_list("id", "name")) if events else {}
    return [
        Recorded(
            event.id,
            event.type.name,
            event.at,
            event.date_only,
            event.channel,
            sources[event.source_id],
            tuple(event.leaf_ids),
            tuple(names[object_id] for object_id in event.object_ids),
            event.properties,
        )
        for event in events
    ]


def _object_names(events: Sequence[Event]) -> dict[int, ObjectName]:
    wanted = {object_id for event in events for object_id in event.object_ids}
    rows = ObjectRef.objects.filter(id__in=wanted).values_list("id", "kind", "external_id")
    return {id_: ObjectName(kind, external_id) for id_, kind, external_id in rows}
