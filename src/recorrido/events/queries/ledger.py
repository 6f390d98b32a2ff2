"""Reads of the ledger: behind the horizon for consumers, newest first for pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from recorrido.events.ledger import EVENTS_LOCK_CLASS, EVENTS_SEQUENCE
from recorrido.events.models import (
    Bookmark,
    Event,
    EventObject,
    EventOverlay,
    EventType,
    ObjectRef,
    Source,
    Stream,
)
from recorrido.people.queries import leaves_of
from recorrido.people.resolution import CHANGES_LOCK_CLASS, CHANGES_SEQUENCE
from recorrido.shared import sql
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
    def facts(self) -> list[tuple[str, Any]]:
        """The properties for templates, where ``properties.items`` would be a property of that name."""
        return list(self.properties.items())

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
    return timeline_of_leaves([leaf.id for leaf in leaves_of(person_id)], limit=limit, before=before)


def timeline_of_leaves(
    leaves: Sequence[int], *, limit: int = 50, before: Place | None = None
) -> list[Recorded]:
    """The events whose principal identifier is one of these, told or corrected, newest first."""
    place = (before.at, before.id) if before else (datetime.max.replace(tzinfo=UTC), 0)
    wanted = sql.array(leaves)
    rows = sql.fetch(_NEWEST_OF_LEAVES, wanted, *place, limit, wanted, *place, limit)
    return _recorded(_newest(_rows().filter(id__in=[id_ for (id_,) in rows]), limit))


def count_of_leaves(leaves: Sequence[int]) -> int:
    """How many events have one of these as their principal identifier."""
    ((count,),) = sql.fetch(_COUNT_OF_LEAVES, sql.array(leaves))
    return int(count)


def events_of_object(
    kind: str, external_id: str, *, limit: int = 50, before: Place | None = None
) -> list[Recorded]:
    """The events that touch an object, newest first; empty where no event ever named it."""
    object_ids = ObjectRef.objects.filter(kind=kind, external_id=external_id).values("id")
    told = EventObject.objects.filter(object_id__in=object_ids).values("event_id")
    given = EventOverlay.objects.filter(object_ids__overlap=ArraySubquery(object_ids)).values("event_id")
    return _recorded(_newest(_rows().filter(id__in=told.union(given, all=True)), limit, before))


def count_by_type() -> dict[str, int]:
    """Events per type as it is read today, types without events left out."""
    name = Coalesce("type__maps_to__name", "type__name")
    return dict(Event.objects.values_list(name).annotate(n=Count("id")).order_by(name))


def event_relation() -> LiteralString:
    """The relation that statements over many events read: the table itself, or, where a remapping is in force, the view
    of the same columns that lays it over the events."""
    remapped = EventType.objects.filter(maps_to__isnull=False).exists() or EventOverlay.objects.exists()
    return "events_seen" if remapped else "events_event"


def lags() -> list[StreamLag]:
    """Each consumer with its position and the horizon of the stream it reads."""
    horizons = {Stream.EVENTS.value: ledger_horizon(), Stream.PEOPLE.value: changes_horizon()}
    rows = Bookmark.objects.order_by("consumer").values_list("consumer", "position", "stream")
    return [StreamLag(consumer, position, horizons[stream], stream) for consumer, position, stream in rows]


def _rows() -> QuerySet[Event]:
    """Events with their type as it is read today and the corrections that lie over them, if any."""
    overlay = EventOverlay.objects.filter(event_id=OuterRef("pk"))
    fields = JSONObject(channel="channel", leaf="leaf_id", objects="object_ids")
    return Event.objects.select_related("type__maps_to").annotate(
        overlay=Subquery(overlay.values(said=fields))
    )


def _newest(rows: QuerySet[Event], limit: int, before: Place | None = None) -> QuerySet[Event]:
    if before is not None:
        rows = rows.filter(Q(at__lt=before.at) | Q(at=before.at, id__lt=before.id))
    return rows.order_by("-at", "-id")[:limit]


def _recorded(rows: Iterable[Event]) -> list[Recorded]:
    events = [(event, _Overlay.of(event)) for event in rows]
    names = _object_names(id_ for event, over in events for id_ in (*event.object_ids, *over.objects))
    sources = dict(Source.objects.values_list("id", "name")) if events else {}
    return [
        Recorded(
            event.id,
            (event.type.maps_to or event.type).name,
            event.at,
            event.date_only,
            event.channel if over.channel is None else over.channel or None,
            sources[event.source_id],
            (*event.leaf_ids, *over.leaves),
            tuple(names[id_] for id_ in (*event.object_ids, *over.objects)),
            event.properties,
        )
        for event, over in events
    ]


@dataclass(frozen=True, slots=True)
class _Overlay:
    """What lies over one event; nothing for nearly all of them."""

    channel: str | None = None
    leaves: tuple[int, ...] = ()
    objects: tuple[int, ...] = ()

    @classmethod
    def of(cls, event: Event) -> _Overlay:
        said = getattr(event, "overlay", None)
        if not said:
            return _NOTHING_OVER_IT
        leaf = said["leaf"] if event.leaf_id is None else None
        return cls(said["channel"], () if leaf is None else (leaf,), tuple(said["objects"]))


_NOTHING_OVER_IT = _Overlay()


def _object_names(wanted: Iterable[int]) -> dict[int, ObjectName]:
    rows = ObjectRef.objects.filter(id__in=set(wanted)).values_list("id", "kind", "external_id")
    return {id_: ObjectName(kind, external_id) for id_, kind, external_id in rows}


# For each leaf and block of ids one probe, which ends after ``limit`` events: never all events of a busy leaf.
_NEWEST_OF_LEAVES = """
    SELECT id FROM (
        SELECT told.id, told.at
        FROM unnest(%s::bigint[]) leaf(id),
             unnest(ARRAY(SELECT generate_series(0, (SELECT max(id) >> 22 FROM events_event)))) block(number),
             LATERAL (SELECT e.id, e.at FROM events_event e
                      WHERE e.id >> 22 = block.number AND e.leaf_id = leaf.id AND (e.at, e.id) < (%s, %s)
                      ORDER BY e.at DESC, e.id DESC LIMIT %s) told
        UNION ALL
        SELECT e.id, e.at
        FROM (SELECT event_id FROM events_eventoverlay WHERE leaf_id = ANY(%s::bigint[]) OFFSET 0) given,
             LATERAL (SELECT id, at FROM events_event WHERE id = given.event_id AND leaf_id IS NULL OFFSET 0) e
        WHERE (e.at, e.id) < (%s, %s)
    ) found ORDER BY at DESC, id DESC LIMIT %s
"""
_COUNT_OF_LEAVES = """
    SELECT count(*) FROM unnest(%s::bigint[]) leaf(id), LATERAL (SELECT id FROM events_of_leaf(leaf.id) OFFSET 0) told
"""
