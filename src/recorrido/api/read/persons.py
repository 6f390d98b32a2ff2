"""Persons: by id, by identifier; why they are who they are; what happened to them."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as tr
from django.utils.translation import gettext_noop as _
from ninja import Query, Schema
from pydantic import Field

from recorrido.api.read import cursors
from recorrido.api.read.answers import answer, utc
from recorrido.api.read.events import EventsPage, shown
from recorrido.api.read.keys import key_of
from recorrido.api.read.problems import Problem
from recorrido.api.read.service import operation, router
from recorrido.api.read.words import Cursor, Id, Limit
from recorrido.company.models import Scope
from recorrido.events.queries import Place, timeline_of_person
from recorrido.people import queries
from recorrido.people.identifiers import normalise
from recorrido.people.models import Link

persons = router("persons")
PERSONS = (Scope.READ_PERSONS.value,)


class IdentifierShape(Schema):
    kind: str
    value: str


class PersonShape(Schema):
    """``id`` is the person of today; ``asked`` the id that was asked for, ``merged`` whether they differ."""

    id: int
    asked: int
    merged: bool
    identifiers: list[IdentifierShape]
    attributes: dict[str, Any]
    earlier_ids: list[int]


class FoundShape(Schema):
    id: int
    identifiers: list[IdentifierShape]
    attributes: dict[str, Any]


class PersonsPage(Schema):
    items: list[FoundShape]


class LinkShape(Schema):
    """Why two identifiers belong to one person."""

    one: IdentifierShape
    other: IdentifierShape
    reason: str
    source: str
    at: str


class LinksPage(Schema):
    items: list[LinkShape]


class ChangeShape(Schema):
    """``merged``: ``other_id`` became part of ``person_id``; ``unmerged``: it left again."""

    id: int
    kind: str
    person_id: int
    other_id: int
    reason: str
    source: str
    at: str


class ChangesPage(Schema):
    items: list[ChangeShape]


class Searched(Schema):
    q: Annotated[
        str, Field(max_length=255, description=_("An identifier of any kind, or a person's id."))
    ] = ""
    kind: Annotated[
        str, Field(max_length=32, description=_("The kind of identifier: email, phone, customer …"))
    ] = ""
    value: Annotated[str, Field(max_length=255, description=_("The identifier, however it is written."))] = ""
    country: Annotated[
        str, Field(pattern="^([A-Z]{2})?$", description=_("Reads telephone numbers without a prefix."))
    ] = ""


@operation(
    persons, "GET", "/persons", scopes=PERSONS, shape=PersonsPage,
    summary=_("Find persons by any identifier (q), or by one of a kind (kind and value)"),
)  # fmt: skip
def find_persons(request: HttpRequest, asked: Searched = Query(...)) -> HttpResponse:
    ids = _found(asked)
    known, leaves = queries.attributes_of(ids), queries.leaves_of_all(ids)
    items = [
        {"id": id_, "identifiers": _identifiers(leaves.get(id_, [])), "attributes": known.get(id_, {})}
        for id_ in ids
    ]
    return answer(request, {"items": items})


def _found(asked: Searched) -> list[int]:
    if asked.q:
        return queries.find_persons(asked.q.strip(), country=asked.country)
    if not (asked.kind and asked.value):
        raise Problem(422, "wrong_value", tr("Say what to look for: q, or kind and value."))
    key = normalise(asked.kind, asked.value, asked.country)
    person = queries.person_of(*key) if key else None
    return [] if person is None else [person]


@operation(
    persons, "GET", "/persons/{person_id}", scopes=PERSONS, shape=PersonShape, found_by_name=True,
    summary=_("A person; an id that was merged answers with the person of today and says so"),
)  # fmt: skip
def person(request: HttpRequest, person_id: Id) -> HttpResponse:
    current = queries.current_person_id(person_id)
    told = {
        "id": current,
        "asked": person_id,
        "merged": current != person_id,
        "identifiers": _identifiers(queries.leaves_of(current)),
        "attributes": queries.attributes_of([current]).get(current, {}),
        "earlier_ids": queries.earlier_ids(current),
    }
    return answer(request, told)


@operation(
    persons, "GET", "/persons/{person_id}/links", scopes=PERSONS, shape=LinksPage, found_by_name=True,
    summary=_("Why the identifiers of a person belong together"),
)  # fmt: skip
def links(request: HttpRequest, person_id: Id) -> HttpResponse:
    return answer(request, {"items": [_link(link) for link in queries.links_of(person_id)]})


@operation(
    persons, "GET", "/persons/{person_id}/history", scopes=PERSONS, shape=ChangesPage, found_by_name=True,
    summary=_("The merges and unmerges a person took part in"),
)  # fmt: skip
def history(request: HttpRequest, person_id: Id) -> HttpResponse:
    changes = queries.history_of(person_id)
    return answer(request, {"items": [_change(change) for change in changes]})


@operation(
    persons, "GET", "/persons/{person_id}/events", scopes=(*PERSONS, Scope.READ_EVENTS.value), shape=EventsPage,
    found_by_name=True, summary=_("What happened to a person, newest first"),
)  # fmt: skip
def events_of_person(
    request: HttpRequest, person_id: Id, limit: Limit = Query(50), after: Cursor = Query("")
) -> HttpResponse:
    place = cursors.decode_place("timeline", after)
    before = Place(*place) if place else None
    rows = timeline_of_person(person_id, limit=limit + 1, before=before)
    return answer(request, shown(rows, limit, "timeline", key_of(request)))


def _identifiers(leaves: list[queries.Leaf]) -> list[dict[str, str]]:
    return [{"kind": leaf.kind, "value": leaf.value} for leaf in leaves]


def _link(link: Link) -> dict[str, Any]:
    return {
        "one": {"kind": link.low.kind, "value": link.low.value},
        "other": {"kind": link.high.kind, "value": link.high.value},
        "reason": link.reason,
        "source": link.source,
        "at": utc(link.at),
    }


def _change(change: queries.Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "kind": change.kind,
        "person_id": change.person_id,
        "other_id": change.other_id,
        "reason": change.reason,
        "source": change.source,
        "at": utc(change.at),
    }
