"""The book of schemas the door checks with: kept per process, looked up again every two seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from recorrido.events.models import EventSchema, EventType, Policy
from recorrido.events.schemas import NO_SCHEMAS, CompiledSchema, SchemaBook, compile_schema

SECONDS = 2.0

Fingerprint = tuple[tuple[Any, ...], ...]


@dataclass
class _Kept:
    book: SchemaBook
    fingerprint: Fingerprint
    until: float


_kept = _Kept(NO_SCHEMAS, (), 0.0)


def in_force() -> SchemaBook:
    """The schemas in force, by event type; at most two seconds old. One small query when it looks again."""
    if time.monotonic() >= _kept.until:
        fingerprint = _fingerprint()
        if fingerprint != _kept.fingerprint:
            _kept.book, _kept.fingerprint = _book(fingerprint), fingerprint
        _kept.until = time.monotonic() + SECONDS
    return _kept.book


def look_again() -> None:
    """Have the next group read the schemas anew: called where one was changed in this process."""
    _kept.until = 0.0


def _fingerprint() -> Fingerprint:
    rows = EventSchema.objects.filter(active_since__isnull=False, retired_at__isnull=True)
    return tuple(rows.order_by("type_id").values_list("id", "type_id", "type__name", "version", "policy"))


def _book(fingerprint: Fingerprint) -> SchemaBook:
    """A word that is read as another one is held to that one's schema, unless it has its own."""
    texts = dict(EventSchema.objects.filter(id__in=[row[0] for row in fingerprint]).values_list("id", "text"))
    by_type: dict[Any, CompiledSchema] = {
        type_id: CompiledSchema(name, version, policy == Policy.REFUSE, compile_schema(texts[id_]))
        for id_, type_id, name, version, policy in fingerprint
    }
    own = {schema.type: schema for schema in by_type.values()}
    aliases = EventType.objects.filter(maps_to_id__in=list(by_type)).values_list("name", "maps_to_id")
    return {name: by_type[target] for name, target in aliases} | own
