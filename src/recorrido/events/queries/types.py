"""Event types: what of each was seen, by the counters; their schemas; and samples of their newest events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, Q, QuerySet, Sum

from recorrido.events.models import Event, EventSchema, EventType, SourceDay
from recorrido.events.queries.ledger import ledger_horizon
from recorrido.events.schemas import compile_schema, parse_schema, sentences

IN_FORCE = Q(active_since__isnull=False, retired_at__isnull=True)
WINDOW, WIDEST = 50_000, 2_000_000  # ledger ids looked through for a sample: at first, and at most
MOST_EXAMPLES = 20


@dataclass(frozen=True)
class TypeCounts:
    """What was seen of one event type."""

    events: int
    nobody: int
    violations: int
    first_at: datetime
    last_at: datetime
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """One event of a sample: its properties as its client sent them, without what the door wrote beside them."""

    id: int
    at: datetime
    source: str
    channel: str | None
    properties: dict[str, Any]

    @property
    def facts(self) -> list[tuple[str, Any]]:
        """For templates, where ``properties.items`` would be a property of that name."""
        return list(self.properties.items())


@dataclass(frozen=True)
class SchemaTest:
    """How a schema would have done on past events."""

    tried: int
    violating: int
    examples: Sequence[tuple[Sample, list[str]]]


def event_types(words: str = "") -> QuerySet[EventType]:
    """Event types whose word holds the words."""
    found = EventType.objects.select_related("maps_to")
    return found.filter(name__icontains=words) if words else found


def counts_of_types(type_ids: Iterable[int]) -> dict[int, TypeCounts]:
    """What was seen of these types, all days and sources together; those never counted are left out."""
    rows = SourceDay.objects.filter(type_id__in=list(type_ids)).values("type_id", "source__name")
    counted: dict[int, TypeCounts] = {}
    for row in rows.annotate(
        n=Sum("events"),
        none=Sum("nobody"),
        bad=Sum("violations"),
        first=Min("first_at"),
        last=Max("last_at"),
    ).order_by("source__name"):
        new = TypeCounts(row["n"], row["none"], row["bad"], row["first"], row["last"], (row["source__name"],))
        old = counted.get(row["type_id"])
        counted[row["type_id"]] = _together(old, new) if old else new
    return counted


def _together(one: TypeCounts, other: TypeCounts) -> TypeCounts:
    return TypeCounts(
        one.events + other.events,
        one.nobody + other.nobody,
        one.violations + other.violations,
        min(one.first_at, other.first_at),
        max(one.last_at, other.last_at),
        one.sources + other.sources,
    )


@dataclass(frozen=True)
class Pair:
    """What one source sent of one type, all days together."""

    source_id: int
    source: str
    type_id: int
    type: str
    events: int
    nobody: int
    violations: int
    last_at: datetime


def types_of_source(source_id: int) -> list[Pair]:
    """The types a source sent, the most frequent first."""
    return _pairs(SourceDay.objects.filter(source_id=source_id))


def sources_of_type(type_id: int) -> list[Pair]:
    """The sources of a type, the most frequent first."""
    return _pairs(SourceDay.objects.filter(type_id=type_id))


def _pairs(days: QuerySet[SourceDay]) -> list[Pair]:
    rows = days.values_list("source_id", "source__name", "type_id", "type__name").annotate(
        n=Sum("events"), none=Sum("nobody"), bad=Sum("violations"), last=Max("last_at")
    )
    return [Pair(*row) for row in rows.order_by("-n", "type__name", "source__name")]


def schemas_of(type_: EventType) -> list[EventSchema]:
    """The versions of a type's schema, the newest first."""
    return list(EventSchema.objects.filter(type=type_).select_related("staff").order_by("-version"))


def schemas_in_force(type_ids: Iterable[int]) -> dict[int, EventSchema]:
    """The schema in force per type, by the type's id."""
    rows = EventSchema.objects.filter(IN_FORCE, type_id__in=list(type_ids))
    return {row.type_id: row for row in rows}


def schemas_as_json() -> str:
    """The newest schema of every type and the one in force, for another installation or a repository."""
    newest: dict[str, dict[str, Any]] = {}
    rows = EventSchema.objects.select_related("type").order_by("type__name", "version")
    for row in rows:
        newest[row.type.name] = {
            "type": row.type.name,
            "version": row.version,
            "policy": row.policy,
            "in_force": row.in_force,
            "remark": row.remark,
            "schema": parse_schema(row.text),
        }
    return json.dumps({"schemas": list(newest.values())}, ensure_ascii=False, indent=2) + "\n"


def newest_events(type_ids: Iterable[int], *, limit: int, source_id: int | None = None) -> list[Sample]:
    """The newest events of some types, newest first, out of at most two million ledger places below the last of them."""
    ids = list(type_ids)
    days = SourceDay.objects.filter(type_id__in=ids)
    wanted = Q(type_id__in=ids)
    if source_id is not None:
        days, wanted = days.filter(source_id=source_id), wanted & Q(source_id=source_id)
    bounds = days.aggregate(first=Min("first_id"), last=Max("last_id"))
    if bounds["last"] is None:
        return []
    return _walk_down(wanted, bounds["first"], max(bounds["last"], ledger_horizon()), limit)


def events_without_person(
    type_id: int, source_id: int, *, limit: int, below: int | None = None
) -> list[Sample]:
    """The newest events of one source and type that name no person; ``below``: only those before this ledger id."""
    days = SourceDay.objects.filter(type_id=type_id, source_id=source_id, nobody__gt=0)
    bounds = days.aggregate(first=Min("first_id"), last=Max("last_id"))
    if bounds["last"] is None:
        return []
    top = min(bounds["last"], below - 1) if below is not None else bounds["last"]
    wanted = Q(type_id=type_id, source_id=source_id, leaf__isnull=True)
    return _walk_down(wanted, bounds["first"], top, limit)


def try_schema(text: str, samples: Sequence[Sample]) -> SchemaTest:
    """Hold past events against a schema. Raises BadSchema."""
    validator, violating = compile_schema(text), 0
    examples: list[tuple[Sample, list[str]]] = []
    for sample in samples:
        if validator.is_valid(sample.properties):
            continue
        violating += 1
        if len(examples) < MOST_EXAMPLES:
            examples.append((sample, sentences(validator, sample.properties, most=3)))
    return SchemaTest(len(samples), violating, examples)


def _walk_down(wanted: Q, first: int, last: int, limit: int) -> list[Sample]:
    """Windows of the primary key, each twice as wide: no index on types, and no walk through the whole ledger."""
    found: list[Event] = []
    window, top = WINDOW, last
    while top >= first and top > last - WIDEST and len(found) < limit:
        rows = Event.objects.filter(wanted, id__lte=top, id__gt=top - window).select_related("source")
        found += rows.order_by("-id")[: limit - len(found)]
        top, window = top - window, window * 2
    return [
        Sample(event.id, event.at, event.source.name, event.channel, told_by_client(event.properties))
        for event in found
    ]


def told_by_client(properties: dict[str, Any]) -> dict[str, Any]:
    """Without the names that begin with $: those the door wrote."""
    return {name: value for name, value in properties.items() if not name.startswith("$")}
