"""Persons: by id, by identifier; why they are who they are; what happened to them."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as tr
from django.utils.translation import gettext_noop as _
from ninja import Query, Schema
from pydantic import Field

from recorrido.api.read.answers import answer, plain, utc
from recorrido.api.read.cursors import PERSONS as CURSORS
from recorrido.api.read.cursors import TIMELINE
from recorrido.api.read.events import KIND, EventsPage, shown
from recorrido.api.read.keys import key_of
from recorrido.api.read.problems import Problem
from recorrido.api.read.service import operation, router
from recorrido.api.read.shapes import shape_of
from recorrido.api.read.words import Id, Limit
from recorrido.company.models import Scope
from recorrido.events.queries import Place, timeline_of_person
from recorrido.people import queries
from recorrido.people.errors import UnreadableIdentifier
from recorrido.people.identifiers import normalise
from recorrido.people.models import Link, Person
from recorrido.people.queries import Change, Leaf

persons = router("persons")
PERSONS = (Scope.READ_PERSONS.value,)
Country = Annotated[
    str, Field(pattern="^([A-Z]{2})?$", description=_("Reads telephone numbers without a prefix: CL."))
]


class FoundShape(Schema):
    id: int
    identifiers: list[shape_of(Leaf)]  # type: ignore[valid-type]
    attributes: dict[str, Any]


class PersonShape(FoundShape):
    """``id`` is the person of today; ``asked`` the id that was asked for, ``merged`` whether they differ."""

    asked: int
    merged: bool
    earlier_ids: list[int]
    organization_ids: list[int]


class PersonsPage(Schema):
    items: list[FoundShape]
    next: str | None


class NamedIdentifier(Schema):
    kind: str
    value: str


class LinkShape(Schema):
    """Why two identifiers belong to one person."""

    one: NamedIdentifier
    other: NamedIdentifier
    reason: str
    source: str
    at: str


class LinksPage(Schema):
    items: list[LinkShape]


class ChangesPage(Schema):
    """``merged``: ``other_id`` became part of ``person_id``; ``unmerged``: it left again."""

    items: list[shape_of(Change)]  # type: ignore[valid-type]


class Searched(Schema):
    q: Annotated[
        str, Field(max_length=255, description=_("An identifier of any kind, or a person's id."))
    ] = ""
    country: Country = ""
    limit: Limit = 50
    after: CURSORS.parameter() = ""  # type: ignore[valid-type]


@operation(
    persons, "GET", "/persons", scopes=PERSONS, shape=PersonsPage,
    summary=_("All persons, oldest first, or those whom words identify"),
)  # fmt: skip
def list_persons(request: HttpRequest, asked: Searched = Query(...)) -> HttpResponse:
    after, words = CURSORS.number(asked.after) or 0, asked.q.strip()
    ids = (
        [id_ for id_ in queries.find_persons(words, country=asked.country) if id_ > after]
        if words
        else _all(after, asked)
    )
    shown_ids = ids[: asked.limit]
    known, leaves = queries.attributes_of(shown_ids), queries.leaves_of_all(shown_ids)
    items = [_found(id_, leaves.get(id_, []), known.get(id_, {})) for id_ in shown_ids]
    following = CURSORS.write(shown_ids[-1]) if len(ids) > asked.limit else None
    return answer(request, {"items": items, "next": following})


def _all(after: int, asked: Searched) -> list[int]:
    rows = Person.objects.filter(id__gt=after, merged_into__isnull=True).order_by("id")
    return list(rows.values_list("id", flat=True)[: asked.limit + 1])


@operation(
    persons, "GET", "/persons/{person_id}", scopes=PERSONS, shape=PersonShape, found_by_name=True,
    summary=_("A person; an id that was merged answers with the person of today and says so"),
)  # fmt: skip
def person(request: HttpRequest, person_id: Id) -> HttpResponse:
    return answer(request, _person(queries.current_person_id(person_id), person_id))


@operation(
    persons, "GET", "/persons/by/{kind}/{path:value}", scopes=PERSONS, shape=PersonShape, found_by_name=True,
    summary=_("The person behind one identifier, however it is written"),
)  # fmt: skip
def person_behind(
    request: HttpRequest,
    kind: Annotated[str, Field(pattern=f"^{KIND}$")],
    value: Annotated[str, Field(min_length=1, max_length=255)],
    country: Country = Query(""),
) -> HttpResponse:
    try:
        key = normalise(kind, value, country)
    except UnreadableIdentifier as error:
        raise Problem(404, error.code, str(error)) from error
    found = queries.person_of(*key) if key else None
    if found is None:
        raise Problem(404, "unknown_person", tr("Nobody is known by this identifier."))
    return answer(request, _person(found, found))


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
    return answer(request, {"items": [plain(change) for change in queries.history_of(person_id)]})


@operation(
    persons, "GET", "/persons/{person_id}/events", scopes=(*PERSONS, Scope.READ_EVENTS.value), shape=EventsPage,
    found_by_name=True, summary=_("What happened to a person, newest first"),
)  # fmt: skip
def events_of_person(
    request: HttpRequest,
    person_id: Id,
    limit: Limit = Query(50),
    after: TIMELINE.parameter() = Query(""),  # type: ignore[valid-type]
) -> HttpResponse:
    place = TIMELINE.place(after)
    before = Place(*place) if place else None
    rows = timeline_of_person(person_id, limit=limit + 1, before=before)
    return answer(request, shown(rows, limit, TIMELINE, key_of(request)))


def _person(id_: int, asked: int) -> dict[str, Any]:
    told = {
        "asked": asked,
        "merged": id_ != asked,
        "earlier_ids": queries.earlier_ids(id_),
        "organization_ids": sorted({one.organization_id for one in queries.organizations_of(id_)}),
    }
    return _found(id_, queries.leaves_of(id_), queries.attributes_of([id_]).get(id_, {})) | told


def _found(id_: int, leaves: list[Leaf], attributes: dict[str, Any]) -> dict[str, Any]:
    return {"id": id_, "identifiers": [plain(leaf) for leaf in leaves], "attributes": attributes}


def _link(link: Link) -> dict[str, Any]:
    return {
        "one": {"kind": link.low.kind, "value": link.low.value},
        "other": {"kind": link.high.kind, "value": link.high.value},
        "reason": link.reason,
        "source": link.source,
        "at": utc(link.at),
    }
