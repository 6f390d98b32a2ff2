"""Writing one checked group in one transaction: the statements behind ``actions.record_events``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import LiteralString, NamedTuple

from recorrido.events import rows
from recorrido.events.door import Ready, Turned
from recorrido.people.actions import resolve_identifiers, tell_attributes, tell_organizations
from recorrido.people.attributes import Told as Fact
from recorrido.people.organizations import OBJECT_KINDS, ToldOrganization
from recorrido.people.resolution import Known as KnownLeaves
from recorrido.shared import sql
from recorrido.shared.horizon import take_ids

EVENTS_SEQUENCE = "events_event_id_seq"
EVENTS_LOCK_CLASS = 7_001
OBJECTS_SEQUENCE = "events_objectref_id_seq"

ObjectKey = tuple[str, str]


class _Making(NamedTuple):
    """How objects are made: in the transaction of the events, or ahead of it, in transactions of their own."""

    allot: Callable[[LiteralString, int], Sequence[int]]
    insert: LiteralString


@dataclass(slots=True)
class Known:
    """What one long run remembers, so that it asks the database once for each message's leaves, object and type."""

    people: KnownLeaves = field(default_factory=KnownLeaves)
    objects: dict[ObjectKey, int] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    limit: int = 1_000_000
    all_new: bool = False
    """The group before held no message the ledger had: neither will the next, most likely."""
    new_objects: bool = False
    """Most objects of the group before had been named by nobody: so will the next group's, most likely."""

    def take_in(self, learnt: Known) -> None:
        """After the commit only: a rolled-back id means nothing."""
        self.people.take_in(learnt.people)
        if len(self.objects) > self.limit:
            self.objects.clear()
        self.objects.update(learnt.objects)
        self.types.update(learnt.types)


def new_to_the_ledger(ready: Sequence[Ready]) -> list[Ready]:
    """The events whose message was never recorded: one index probe for each."""
    if not ready:
        return []
    found = sql.fetch(
        _RECORDED, sql.array(event.origin.id for event in ready), sql.array(event.message for event in ready)
    )
    recorded = {position for (position,) in found}
    return [event for position, event in enumerate(ready, 1) if position not in recorded]


def objects_ahead(ready: Sequence[Ready], known: Known) -> dict[ObjectKey, int]:
    """The ids of their objects, made now and not with the events: whoever names one of them too need not wait until
    these are written. Outside of transactions only.

    They are on the disk when a later transaction of ours is, and not before: until then the ids are good for this group
    only. Where the events are not written after all, they stay, and nothing names them. Raises as PostgreSQL does.
    """
    objects, missing = _remembered_objects(ready, known)
    return objects | _found_or_made(missing, known, _AHEAD) if missing else objects


def write_events(
    ready: Sequence[Ready], known: Known, objects: Mapping[ObjectKey, int] | None = None
) -> Known:
    """Write new events with their leaves, persons, objects and attributes; returns what was learnt. ``objects``: the ids
    of all of theirs, where they were made ahead.

    A message that somebody else records at the same moment raises ``psycopg.errors.UniqueViolation``.
    """
    leaf_ids, people = resolve_identifiers(told=ready, known=known.people)
    touched = object_ids_of(ready, known) if objects is None else dict(objects)
    learnt = Known(people=people, objects=touched, types=_type_ids(ready, known))
    _tell(ready, leaf_ids, people.made)
    # Consumers wait for us from here to the commit.
    ids = take_ids(sequence=EVENTS_SEQUENCE, lock_class=EVENTS_LOCK_CLASS, count=len(ready))
    _copy(ready, ids, leaf_ids, learnt)
    return learnt


def write_quarantine(turned: Sequence[Turned]) -> int:
    """Keep refused events with their reason; returns how many were not there yet."""
    if not turned:
        return 0
    return sql.execute(
        _QUARANTINE,
        [one.source.id for one in turned],
        [one.fingerprint for one in turned],
        [one.refused.code for one in turned],
        [one.refused.detail.replace("\x00", "\\0") for one in turned],
        [one.payload for one in turned],
        [one.type for one in turned],
    )


def _tell(ready: Sequence[Ready], leaf_ids: Sequence[Sequence[int]], made: Collection[int]) -> None:
    tell_attributes(
        facts=(
            Fact(leaves[0], key, value, event.at)
            for event, leaves in zip(ready, leaf_ids, strict=True)
            for key, value in event.attributes
        ),
        made=made,
    )
    tell_organizations(
        told=[
            ToldOrganization(
                thing,
                event.source,
                event.origin.country,
                event.message,
                event.at,
                leaves[0] if leaves else None,
                _text_in(event.event.properties, "role"),
                _traits(event) if event.event.type == "group" else {},
            )
            for event, leaves in zip(ready, leaf_ids, strict=True)
            for thing in event.objects
            if thing[0] in OBJECT_KINDS
        ]
    )


def _text_in(properties: Mapping[str, object], name: str) -> str:
    value = properties.get(name)
    return value if isinstance(value, str) else ""


def _traits(event: Ready) -> Mapping[str, object]:
    """What a group call says of its organization."""
    traits = event.event.properties.get("traits")
    return traits if isinstance(traits, Mapping) else {}


def _type_ids(ready: Iterable[Ready], known: Known) -> dict[str, int]:
    """The ids of the types these events have, made where they are new."""
    wanted = {event.event.type for event in ready}
    types = {name: id_ for name in wanted if (id_ := known.types.get(name))}
    if missing := sorted(wanted - types.keys()):
        types |= sql.fetch(_FIND_TYPES, missing)
    if new := sorted(wanted - types.keys()):
        sql.execute(_INSERT_TYPES, new)
        types |= sql.fetch(_FIND_TYPES, new)
    return types


def object_ids_of(ready: Iterable[Ready], known: Known) -> dict[ObjectKey, int]:
    """The ids of the objects these events touch, made where they are new."""
    objects, missing = _remembered_objects(ready, known)
    return objects | _found_or_made(missing, known, _WITH_EVENTS) if missing else objects


def _remembered_objects(ready: Iterable[Ready], known: Known) -> tuple[dict[ObjectKey, int], set[ObjectKey]]:
    """The ids of objects seen before, and what else is touched."""
    wanted = {key for event in ready for key in event.objects}
    objects = {key: id_ for key in wanted if (id_ := known.objects.get(key))}
    return objects, wanted - objects.keys()


def _found_or_made(missing: set[ObjectKey], known: Known, way: _Making) -> dict[ObjectKey, int]:
    objects = {} if known.new_objects else _find_objects(missing)
    # Sorted: two writers wait for each other in one order.
    made = _make_objects(sorted(missing - objects.keys()), way)
    known.new_objects = 2 * len(made) > len(missing)
    objects |= made
    if len(objects) < len(missing):  # there all along, or made by somebody since we looked
        objects |= _find_objects(missing - objects.keys())
    return objects


def _find_objects(wanted: Iterable[ObjectKey]) -> dict[ObjectKey, int]:
    keys = list(wanted)
    kinds, ids = zip(*keys, strict=True)
    found = sql.fetch(_FIND_OBJECTS, sql.text_array(kinds), sql.text_array(ids))
    return {keys[position - 1]: id_ for position, id_ in found}


def _make_objects(new: Sequence[ObjectKey], way: _Making) -> dict[ObjectKey, int]:
    """Make those that are not there; the ids of these."""
    if not new:
        return {}
    kinds, names = zip(*new, strict=True)
    ids = way.allot(OBJECTS_SEQUENCE, len(new))
    ((told,),) = sql.fetch(way.insert, sql.array(ids), sql.text_array(kinds), sql.text_array(names))
    made = set(map(int, told.split(","))) if told else set()
    return {key: id_ for key, id_ in zip(new, ids, strict=True) if id_ in made}


def _copy(
    ready: Sequence[Ready], ids: Sequence[int], leaf_ids: Sequence[Sequence[int]], known: Known
) -> None:
    events: list[bytes] = []
    links: list[bytes] = []
    object_of, types = known.objects.__getitem__, known.types
    for event, id_, leaves in zip(ready, ids, leaf_ids, strict=True):
        touched = [object_of(one) for one in event.objects]
        for object_id in touched:
            links.append(rows.link(object_id, id_))
        head = rows.event_head(event.message, id_, event.origin.id, types[event.event.type])
        leaf = rows.number(leaves[0] if leaves else None)
        events.append(
            b"".join((head, event.middle, leaf, rows.numbers(leaves), rows.numbers(touched), event.tail))
        )
    # By hash, their first field: two writers of the same messages meet them in one order, so one waits and none locks up.
    events.sort()
    sql.copy_in_binary(rows.COPY_EVENTS, events)
    if links:
        sql.copy_in_binary(rows.COPY_LINKS, links)


# LATERAL … OFFSET 0 keeps the planner at one index probe per wanted row, however it misjudges the array's length.
_RECORDED = """
    SELECT wanted.position
    FROM unnest(%s::bigint[], %s::uuid[]) WITH ORDINALITY AS wanted (source_id, hash, position),
         LATERAL (SELECT 1 FROM events_event e
                  WHERE e.source_id = wanted.source_id AND e.hash = wanted.hash OFFSET 0) recorded
"""
_FIND_TYPES = "SELECT name, id FROM events_eventtype WHERE name = ANY(%s::text[])"
_INSERT_TYPES = """
    INSERT INTO events_eventtype (name) SELECT * FROM unnest(%s::text[]) ON CONFLICT (name) DO NOTHING
"""
_FIND_OBJECTS = """
    SELECT wanted.position, object.id
    FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS wanted (kind, external_id, position),
         LATERAL (SELECT id FROM events_objectref o
                  WHERE o.kind = wanted.kind AND o.external_id = wanted.external_id OFFSET 0) object
"""
# One text comes back, as in people.sight.
_INSERT_OBJECTS = """
    WITH made AS (
        INSERT INTO events_objectref (id, kind, external_id)
        SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[])
        ON CONFLICT (kind, external_id) DO NOTHING RETURNING id
    )
    SELECT string_agg(id::text, ',') FROM made
"""
# A statement that is a transaction of its own, and does not wait for the disk.
_INSERT_OBJECTS_LAZILY = """
    WITH lazily AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
    made AS (
        INSERT INTO events_objectref (id, kind, external_id)
        SELECT new.* FROM lazily, unnest(%s::bigint[], %s::text[], %s::text[]) AS new
        ON CONFLICT (kind, external_id) DO NOTHING RETURNING id
    )
    SELECT string_agg(id::text, ',') FROM made
"""
_WITH_EVENTS = _Making(sql.allot, _INSERT_OBJECTS)
_AHEAD = _Making(sql.allot_lazily, _INSERT_OBJECTS_LAZILY)
_QUARANTINE = """
    INSERT INTO events_quarantine (source_id, fingerprint, code, detail, payload, type)
    SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[])
    ON CONFLICT (source_id, fingerprint) DO NOTHING
"""
