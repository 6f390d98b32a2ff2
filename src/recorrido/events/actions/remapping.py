"""Reading past events differently without touching them: types by another word, corrections laid over events.

A ``type`` step writes an alias into the dictionary of types: at once, for all events of that word, past and future. The
other steps write one correction per event, in a job; the sum of the corrections in force of an event is its overlay.
Undoing takes alias or corrections out of force; the corrections' rows stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.events.actions.jobs import Done, request_job
from recorrido.events.actions.recording import OWN_SOURCE, ensure_source, record_events, ref_of
from recorrido.events.door import Ready, check_group
from recorrido.events.errors import BadSteps
from recorrido.events.ledger import Known, object_ids_of
from recorrido.events.mending import READING, Step, parse_steps
from recorrido.events.models import (
    Event,
    EventCorrection,
    EventOverlay,
    EventType,
    LedgerJob,
    Remapping,
    Source,
    SourceDay,
)
from recorrido.events.patterns import as_condition
from recorrido.events.records import NewEvent
from recorrido.events.schemas import NO_SCHEMAS
from recorrido.people import rules
from recorrido.people.actions import resolve_identifiers
from recorrido.people.resolution import Known as KnownLeaves
from recorrido.people.resolution import Told
from recorrido.shared import clock, sql

ROWS, WINDOW = 1_000, 50_000  # events, and ledger ids, of one step
EXAMPLES, LOOKED_AT = 20, 2_000


@dataclass(frozen=True)
class Example:
    """One past event, as it is read now and as it would be."""

    id: int
    at: Any
    type: str
    new_type: str
    channel: str | None
    new_channel: str | None
    identifiers: tuple[tuple[str, str], ...]
    objects: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Preview:
    """What a remapping would do: ``matching`` events by the counters; of the newest ``looked_at`` of them, ``changed``."""

    types: Sequence[EventType]
    matching: int
    looked_at: int
    changed: int
    examples: Sequence[Example]


def preview_remapping(*, source: Source | None, type_pattern: str, steps: str) -> Preview:
    """What a remapping would do, without doing it. Raises BadSteps."""
    parsed = _readable(source, type_pattern, steps)
    types, target = _types(type_pattern, parsed), _target(parsed)
    days = _days(types, source)
    events = _newest(types, source, days)
    changes = [one for event in events if (one := _change(event, parsed, target))]
    matching = sum(days.values_list("events", flat=True))
    return Preview(types, matching, len(events), len(changes), changes[:EXAMPLES])


def apply_remapping(
    *, actor: Staff, name: str, source: Source | None, type_pattern: str, steps: str
) -> Remapping:
    """Put a remapping in force; what needs corrections is a job of the worker. Raises BadSteps."""
    parsed = _readable(source, type_pattern, steps)
    types, target = _types(type_pattern, parsed), _target(parsed)
    if not types:
        raise BadSteps(_("No event type is called “%(pattern)s”.") % {"pattern": type_pattern})
    with transaction.atomic():
        remapping = Remapping.objects.create(
            name=name.strip() or type_pattern,
            source=source,
            type_pattern=type_pattern,
            steps=steps,
            staff=actor,
            applied_at=clock.now(),
        )
        detail = {"types": [type_.name for type_ in types], "steps": steps}
        audit(
            actor=actor,
            action="remapping.applied",
            subject="remapping",
            subject_id=remapping.id,
            detail=detail,
        )
        if target:
            _alias(types, target, remapping)
        if _corrections(parsed):
            _ask(actor, LedgerJob.REMAP, remapping, _days(types, source))
        else:
            events = sum(_days(types, source).values_list("events", flat=True))
            Remapping.objects.filter(id=remapping.id).update(changed=events)
            _tell(remapping, "applied")
    return remapping


def undo_remapping(*, actor: Staff, remapping: Remapping) -> None:
    """Read the events as before; corrections go out of force in a job."""
    with transaction.atomic():
        held = Remapping.objects.select_for_update().get(id=remapping.id)
        if not held.in_force:
            raise BadSteps(_("This remapping is not in force."))
        Remapping.objects.filter(id=held.id).update(undone_at=clock.now())
        EventType.objects.filter(mapped_by=held).update(maps_to=None, mapped_by=None)
        audit(actor=actor, action="remapping.undone", subject="remapping", subject_id=held.id)
        corrected = EventCorrection.objects.filter(remapping=held)
        if corrected.exists():
            about = {"remapping": held.id}
            request_job(actor=actor, kind=LedgerJob.UNDO, about=about, total=corrected.count())
        else:
            _tell(held, "undone")


def correct_next(job: LedgerJob) -> Done:
    """A step of the job that corrects past events."""
    remapping = Remapping.objects.select_related("source").get(id=job.about["remapping"])
    last = min(job.position + WINDOW, job.about["up_to"])
    rows = Event.objects.filter(id__gt=job.position, id__lte=last, type_id__in=job.about["types"])
    if remapping.source_id:
        rows = rows.filter(source_id=remapping.source_id)
    events = list(rows.select_related("source", "type").order_by("id")[:ROWS]) if remapping.in_force else []
    position = events[-1].id if len(events) == ROWS else last
    changed = _correct(remapping, events)
    over = position >= job.about["up_to"] or not remapping.in_force
    if over:
        Remapping.objects.filter(id=remapping.id).update(changed=_corrected(remapping))
        _tell(remapping, "applied")
    return Done(position - job.position, {"changed": changed}, None if over else position)


def undo_next(job: LedgerJob) -> Done:
    """A step of the job that takes corrections out of force."""
    remapping = Remapping.objects.get(id=job.about["remapping"])
    rows = EventCorrection.objects.filter(remapping=remapping, event_id__gt=job.position).order_by("event_id")
    ids = list(rows.values_list("event_id", flat=True)[:ROWS])
    _lay_over(ids)
    over = len(ids) < ROWS
    if over:
        _tell(remapping, "undone")
    return Done(len(ids), {"changed": len(ids)}, None if over else ids[-1])


def _readable(source: Source | None, type_pattern: str, steps: str) -> list[Step]:
    parsed = parse_steps(steps)
    if not type_pattern.strip():
        raise BadSteps(_("Say which event types are meant, such as Order* or order.placed."))
    if wrong := [step.line for step in parsed if step.verb not in READING]:
        raise BadSteps(
            _("Past events are read differently, not rewritten: “%(line)s” cannot be done to them.")
            % {"line": wrong[0]}
        )
    if source is not None and _target(parsed):
        raise BadSteps(_("A type gets another word for all sources; leave the source empty."))
    return parsed


def _target(steps: Sequence[Step]) -> str:
    """The word that types get; "" where they keep their own."""
    return next((step.words[0] for step in reversed(steps) if step.verb == "type"), "")


def _corrections(steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if step.verb != "type"]


def _types(pattern: str, steps: Sequence[Step]) -> list[EventType]:
    found = EventType.objects.filter(as_condition("name", pattern)).order_by("name")
    target = _target(steps)
    return list(found.exclude(name=target) if target else found)


def _alias(types: Sequence[EventType], target: str, remapping: Remapping) -> None:
    ids = [type_.id for type_ in types]
    into, _made = EventType.objects.get_or_create(name=target)
    if into.maps_to_id is not None:
        raise BadSteps(
            _("“%(target)s” is read as another type itself; map to that one.") % {"target": target}
        )
    if taken := EventType.objects.filter(maps_to_id__in=ids).select_related("maps_to").first():
        raise BadSteps(
            _("“%(alias)s” is read as “%(type)s”: undo that first.")
            % {"alias": taken.name, "type": taken.maps_to.name if taken.maps_to else ""}
        )
    if mapped := next((type_ for type_ in types if type_.maps_to_id is not None), None):
        raise BadSteps(
            _("“%(type)s” is read as another type already: undo that first.") % {"type": mapped.name}
        )
    EventType.objects.filter(id__in=ids).update(maps_to=into, mapped_by=remapping)


def _days(types: Sequence[EventType], source: Source | None) -> Any:
    days = SourceDay.objects.filter(type_id__in=[type_.id for type_ in types])
    return days.filter(source=source) if source else days


def _ask(actor: Staff, kind: str, remapping: Remapping, days: Any) -> None:
    bounds = days.aggregate(first=Min("first_id"), last=Max("last_id"))
    first, last = bounds["first"] or 1, bounds["last"] or 0
    types = sorted(set(days.values_list("type_id", flat=True)))
    about = {"remapping": remapping.id, "types": types, "up_to": last}
    request_job(actor=actor, kind=kind, about=about, total=max(0, last - first + 1), position=first - 1)


def _newest(types: Sequence[EventType], source: Source | None, days: Any) -> list[Event]:
    """The newest events that are meant, out of the last window of the ledger that holds any."""
    last = days.aggregate(last=Max("last_id"))["last"]
    if last is None:
        return []
    rows = Event.objects.filter(
        type_id__in=[type_.id for type_ in types], id__lte=last, id__gt=last - 40 * WINDOW
    )
    rows = rows.filter(source=source) if source else rows
    return list(rows.select_related("source", "type").order_by("-id")[:LOOKED_AT])


def _ready(events: Sequence[Event], steps: Sequence[Step]) -> dict[int, Ready]:
    """What the steps derive from each event, through the door: normalised as if it had been told so. By event id."""
    pairs = [(ref_of(event.source), _draft(event, steps)) for event in events]
    group = check_group(pairs, now=clock.now(), schemas=NO_SCHEMAS, rules=rules.current())
    return {events[ready.position].id: ready for ready in group.ready}


def _draft(event: Event, steps: Sequence[Step]) -> NewEvent:
    draft: dict[str, Any] = {
        "message_id": f"event {event.id}",
        "type": event.type.name,
        "at": event.at.isoformat(),
        "channel": event.channel,
        "properties": dict(event.properties),
    }
    for step in steps:
        step.change(draft)
    return msgspec.convert(draft, NewEvent)


def _change(event: Event, steps: Sequence[Step], target: str) -> Example | None:
    ready = _ready([event], steps).get(event.id)
    if ready is None:
        return None
    keys = tuple((key[0], key[1]) for key in ready.keys) if event.leaf_id is None else ()
    new_type = target or event.type.name
    if not (keys or ready.objects or ready.event.channel != event.channel or new_type != event.type.name):
        return None
    return Example(
        event.id, event.at, event.type.name, new_type, event.channel, ready.event.channel, keys, ready.objects
    )


def _correct(remapping: Remapping, events: Sequence[Event]) -> int:
    steps = _corrections(parse_steps(remapping.steps))
    found = _ready(events, steps) if events else {}
    objects = object_ids_of(found.values(), Known())
    leaves = _leaves(
        {event.id: found[event.id] for event in events if event.leaf_id is None and event.id in found}, events
    )
    rows = [
        row
        for event in events
        if event.id in found and (row := _correction(remapping, event, found[event.id], objects, leaves))
    ]
    EventCorrection.objects.bulk_create(rows, ignore_conflicts=True)
    _lay_over([row.event_id for row in rows])
    return len(rows)


def _correction(
    remapping: Remapping,
    event: Event,
    ready: Ready,
    objects: dict[tuple[str, str], int],
    leaves: dict[int, int],
) -> EventCorrection | None:
    new = [id_ for key in ready.objects if (id_ := objects[key]) not in event.object_ids]
    channel = (ready.event.channel or "") if ready.event.channel != event.channel else None
    leaf = leaves.get(event.id)
    if not new and channel is None and leaf is None:
        return None
    return EventCorrection(event=event, remapping=remapping, channel=channel, leaf_id=leaf, object_ids=new)


def _leaves(found: dict[int, Ready], events: Sequence[Event]) -> dict[int, int]:
    """The principal leaf derived for each event that names nobody; persons are made where they are new."""
    hashes = {event.id: event.hash.hex for event in events}
    named = [(id_, ready) for id_, ready in found.items() if ready.keys]
    if not named:
        return {}
    told = [Told(ready.keys, ready.source, hashes[id_], ready.at) for id_, ready in named]
    groups, _learnt = resolve_identifiers(told=told, known=KnownLeaves())
    return {id_: leaves[0] for (id_, _ready), leaves in zip(named, groups, strict=True) if leaves}


def _lay_over(event_ids: Sequence[int]) -> None:
    """Bring the overlays of some events in step with their corrections in force."""
    if event_ids:
        ids = sql.array(event_ids)
        sql.execute(_OVERLAY, ids, ids)
        EventOverlay.objects.filter(
            event_id__in=event_ids, channel=None, leaf_id=None, object_ids=[]
        ).delete()


def _corrected(remapping: Remapping) -> int:
    return EventCorrection.objects.filter(remapping=remapping).count()


def _tell(remapping: Remapping, what: str) -> None:
    """An event of our own, for those above who keep something made of events: journeys, scores."""
    event = NewEvent(
        message_id=f"remapping-{remapping.id}-{what}",
        type=f"ledger.remapping_{what}",
        at=clock.now(),
        properties={"remapping": remapping.id, "name": remapping.name, "types": remapping.type_pattern},
    )
    record_events(source=ensure_source(name=OWN_SOURCE), events=[event])


_OVERLAY = """
    WITH wanted AS (SELECT unnest(%s::bigint[]) AS event_id),
    told AS (
        SELECT c.* FROM events_eventcorrection c
        JOIN wanted ON wanted.event_id = c.event_id
        JOIN events_remapping r ON r.id = c.remapping_id AND r.applied_at IS NOT NULL AND r.undone_at IS NULL
    ),
    objects AS (
        SELECT event_id, array_agg(DISTINCT object_id ORDER BY object_id) AS ids
        FROM told, unnest(object_ids) AS object_id GROUP BY event_id
    ),
    gone AS (
        UPDATE events_eventoverlay o SET channel = NULL, leaf_id = NULL, object_ids = '{}'
        WHERE o.event_id = ANY(%s::bigint[]) AND NOT EXISTS (SELECT FROM told WHERE told.event_id = o.event_id)
    )
    INSERT INTO events_eventoverlay (event_id, channel, leaf_id, object_ids)
    SELECT told.event_id,
           (array_agg(channel ORDER BY remapping_id DESC) FILTER (WHERE channel IS NOT NULL))[1],
           (array_agg(leaf_id ORDER BY remapping_id) FILTER (WHERE leaf_id IS NOT NULL))[1],
           coalesce(max(objects.ids), '{}')
    FROM told LEFT JOIN objects USING (event_id)
    GROUP BY told.event_id
    ON CONFLICT (event_id) DO UPDATE
        SET channel = excluded.channel, leaf_id = excluded.leaf_id, object_ids = excluded.object_ids
"""
