"""Events: the ledger in order behind its horizon, one event, an object's events; and recording them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as tr
from django.utils.translation import gettext_noop as _
from ninja import Query, Schema
from pydantic import Field

from recorrido.api.read.answers import answer, utc
from recorrido.api.read.cursors import LEDGER, OBJECT, Places
from recorrido.api.read.idempotency import idempotent
from recorrido.api.read.keys import key_of
from recorrido.api.read.problems import Problem
from recorrido.api.read.redaction import hide_identifiers
from recorrido.api.read.service import operation, router
from recorrido.api.read.words import Id, Limit, Moment, Strict, moment_of
from recorrido.company.models import ApiKey, Scope
from recorrido.events.actions import ensure_source, record_events
from recorrido.events.queries import Place, Recorded, events_of_object, ledger_horizon
from recorrido.events.queries.browsing import Conditions, Stretch, events_by_id, events_meeting
from recorrido.events.records import NewEvent
from recorrido.people.queries import current_person_ids, leaves_of_all

events = router("events")
EVENTS = (Scope.READ_EVENTS.value,)
LATEST = "latest"
AFTER = _("The “next” of the page before; “latest” begins with what happens from now on.")
KIND = "[a-z][a-z0-9_.]{0,31}"  # as the door of the ledger takes it


class ObjectShape(Schema):
    kind: str
    id: str


class EventIdentifier(Schema):
    kind: str
    value: str


class EventShape(Schema):
    """``identifiers`` are those of the event's person; null without the scope read:persons."""

    id: int
    type: str
    at: str
    date_only: bool
    channel: str | None
    source: str
    person_id: int | None
    identifiers: list[EventIdentifier] | None
    objects: list[ObjectShape]
    properties: dict[str, Any]


class EventsPage(Schema):
    """``next``: where the list goes on; null at its end."""

    items: list[EventShape]
    next: str | None


class LedgerPage(Schema):
    """``next`` is always there: ask with it again for what is new. ``more``: there is more already."""

    items: list[EventShape]
    next: str
    more: bool


class Asked(Schema):
    after: LEDGER.parameter(AFTER, LATEST) = ""  # type: ignore[valid-type]
    limit: Limit = 100
    type: Annotated[list[str], Field(max_length=50, description=_("Only events of these types."))] = []
    source: Annotated[list[str], Field(max_length=50, description=_("Only events of these sources."))] = []
    since: Annotated[Moment | None, Field(description=_("Only events that happened then or later."))] = None
    until: Annotated[Moment | None, Field(description=_("Only events that happened before then."))] = None


@operation(
    events, "GET", "/events", scopes=EVENTS, shape=LedgerPage,
    summary=_("The ledger in the order it was written, each event once"),
)  # fmt: skip
def ledger(request: HttpRequest, asked: Asked = Query(...)) -> HttpResponse:
    if asked.after == LATEST:
        return answer(request, _page(Stretch([], ledger_horizon(), False), key_of(request)))
    found = events_meeting(_conditions(asked), after=LEDGER.number(asked.after) or 0, limit=asked.limit)
    return answer(request, _page(found, key_of(request)))


def _conditions(asked: Asked) -> Conditions:
    return Conditions(
        types=tuple(asked.type),
        sources=tuple(asked.source),
        start=moment_of(asked.since) if asked.since else None,
        end=moment_of(asked.until) if asked.until else None,
    )


def _page(found: Stretch, key: ApiKey) -> dict[str, Any]:
    return {
        "items": told(found.events, key),
        "next": LEDGER.write(found.position),
        "more": found.more,
    }


@operation(
    events,
    "GET",
    "/events/{event_id}",
    scopes=EVENTS,
    shape=EventShape,
    found_by_name=True,
    summary=_("One event"),
)
def event(request: HttpRequest, event_id: Id) -> HttpResponse:
    found = events_by_id([event_id])
    if not found:
        raise Problem(404, "unknown_event", tr("The ledger has no event with this id."))
    return answer(request, told(found, key_of(request))[0])


@operation(
    events, "GET", "/objects/{kind}/{path:external_id}/events", scopes=EVENTS, shape=EventsPage,
    summary=_("What touched one order, return, shipment, product …, newest first"),
)  # fmt: skip
def events_of(
    request: HttpRequest,
    kind: Annotated[str, Field(pattern=f"^{KIND}$")],
    external_id: Annotated[str, Field(min_length=1, max_length=200)],
    limit: Limit = Query(50),
    after: OBJECT.parameter() = Query(""),  # type: ignore[valid-type]
) -> HttpResponse:
    place = OBJECT.place(after)
    before = Place(*place) if place else None
    rows = events_of_object(kind, external_id, limit=limit + 1, before=before)
    return answer(request, shown(rows, limit, OBJECT, key_of(request)))


def shown(rows: Sequence[Recorded], limit: int, places: Places, key: ApiKey) -> dict[str, Any]:
    """A page of a list, newest first, of which one more than its limit was read."""
    last = rows[limit - 1].place if len(rows) > limit else None
    return {
        "items": told(rows[:limit], key),
        "next": places.write_place(last.at, last.id) if last else None,
    }


def told(found: Sequence[Recorded], key: ApiKey) -> list[dict[str, Any]]:
    """Events as the key may see them; a handful of queries however many they are."""
    people = current_person_ids({one.leaf_ids[0] for one in found if one.leaf_ids})
    if key.allows(Scope.READ_PERSONS):
        leaves = leaves_of_all(set(people.values()))
        identifiers = {
            id_: [{"kind": one.kind, "value": one.value} for one in ours] for id_, ours in leaves.items()
        }
        return [_event(one, people, identifiers, one.properties) for one in found]
    return [_event(one, people, None, kept) for one, kept in zip(found, hide_identifiers(found), strict=True)]


def _event(
    event: Recorded,
    people: dict[int, int],
    identifiers: dict[int, list[dict[str, str]]] | None,
    properties: dict[str, Any],
) -> dict[str, Any]:
    person = people.get(event.leaf_ids[0]) if event.leaf_ids else None
    return {
        "id": event.id,
        "type": event.type,
        "at": utc(event.at),
        "date_only": event.date_only,
        "channel": event.channel,
        "source": event.source,
        "person_id": person,
        "identifiers": None if identifiers is None else identifiers.get(person or 0, []),
        "objects": [{"kind": one.kind, "id": one.external_id} for one in event.objects],
        "properties": properties,
    }


# Recording


class IdentifierIn(Strict):
    kind: Annotated[str, Field(min_length=1, max_length=32)]
    value: Annotated[str, Field(max_length=255)]


class ObjectIn(Strict):
    kind: Annotated[str, Field(min_length=1, max_length=32)]
    id: Annotated[str, Field(min_length=1, max_length=200)]


class EventIn(Strict):
    """``message_id``: the same on every try; it is what makes sending twice harmless."""

    message_id: Annotated[str, Field(min_length=1, max_length=400)]
    type: Annotated[str, Field(min_length=1, max_length=120)]
    at: Moment
    date_only: bool = False
    channel: Annotated[str | None, Field(max_length=16)] = None
    identifiers: Annotated[list[IdentifierIn], Field(max_length=500)] = []
    objects: Annotated[list[ObjectIn], Field(max_length=500)] = []
    properties: dict[str, Any] = {}
    attributes: dict[str, Any] = {}


class EventsIn(Strict):
    events: Annotated[list[EventIn], Field(min_length=1, max_length=1_000)]


class RefusedShape(Schema):
    position: int
    message_id: str
    code: str
    detail: str


class ReportShape(Schema):
    """The three numbers add up to the events sent. What was refused lies in quarantine, whole, with its reason."""

    recorded: int
    duplicates: int
    quarantined: int
    refused: list[RefusedShape]


IDEMPOTENCY = {"x-idempotent": True}


@operation(
    events, "POST", "/events", scopes=(Scope.WRITE_EVENTS.value,), shape=ReportShape, extra=IDEMPOTENCY,
    summary=_("Record events of the key's source; all of them are durable before the answer"),
)  # fmt: skip
@idempotent
def record(request: HttpRequest, payload: EventsIn) -> HttpResponse:
    key = key_of(request)
    if not key.source:
        raise Problem(
            403,
            "key_without_source",
            tr("This key names no source, so it cannot tell whose events these are."),
        )
    source = ensure_source(name=key.source, country=key.country)
    report = record_events(source=source, events=[_new(one, key) for one in payload.events])
    refused = [
        {"position": one.position, "message_id": one.message_id, "code": one.code, "detail": one.detail}
        for one in report.refused
    ]
    counted = {
        "recorded": report.recorded,
        "duplicates": report.duplicates,
        "quarantined": report.quarantined,
    }
    return answer(request, counted | {"refused": refused})


def _new(told: EventIn, key: ApiKey) -> NewEvent:
    return NewEvent(
        message_id=told.message_id,
        type=told.type,
        at=moment_of(told.at),
        channel=told.channel or key.channel or None,
        identifiers=tuple((one.kind, one.value) for one in told.identifiers),
        objects=tuple((one.kind, one.id) for one in told.objects),
        properties=told.properties,
        date_only=told.date_only,
        attributes=told.attributes,
    )
