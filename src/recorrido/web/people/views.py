"""One person's life with us: identifiers, why they belong together, and everything that happened, newest first."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recorrido.company.access import Permission, may, require
from recorrido.events.queries import Recorded, events_of_object, timeline_of_person
from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.queries import design_in_force
from recorrido.people import queries
from recorrido.people.errors import UnknownPerson
from recorrido.people.reading import BLOCKED, UNREAD
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.people.facts import Facts
from recorrido.web.people.leaving import leaving_mark
from recorrido.web.people.lookup import FoundPerson, people_named
from recorrido.web.people.persons import MergeForm
from recorrido.web.people.timelines import PAGE, before, page_of_events

CSV_EVENTS = 10_000


@require_safe
@allowed(Permission.SEE_PEOPLE)
def find(request: HttpRequest) -> HttpResponse:
    """Find a person by name or by an identifier: e-mail, telephone, customer number, national id."""
    words = request.GET.get("q", "").strip()
    found = people_named(words) if words else []
    if request.GET.get("format") == "csv":
        require(staff_of(request), Permission.EXPORT)
        return csv_file(
            "people", [_("Person"), _("Name"), _("Known by")], [_cells(person) for person in found]
        )
    return render(request, "people/find.html", {"words": words, "found": found} | _rights(request))


def _cells(person: FoundPerson) -> list[object]:
    known_by = " ".join(f"{leaf.kind}:{leaf.value}" for leaf in person.identifiers)
    return [person.person_id, person.name, known_by]


def _rights(request: HttpRequest) -> dict[str, object]:
    return {"may_export": may(staff_of(request), Permission.EXPORT)}


@require_safe
@allowed(Permission.SEE_PEOPLE)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """A merged person's address leads to the person of today."""
    try:
        current = queries.current_person_id(person_id)
    except UnknownPerson as error:
        raise Http404(_("No person has this number.")) from error
    if current != person_id:
        return redirect("people:person", current)
    if request.GET.get("format") == "csv":
        return _csv(request, f"person-{current}", timeline_of_person(current, limit=CSV_EVENTS))
    events = timeline_of_person(current, limit=PAGE + 1, before=before(request))
    design = design_in_force()
    resolving = _resolving(request, current) if may(staff_of(request), Permission.RESOLVE_PEOPLE) else {}
    return render(
        request,
        "people/person.html",
        _known_of(current, design)
        | resolving
        | page_of_events(events, design)
        | _rights(request)
        | leaving_mark(current),
    )


def _known_of(person_id: int, design: Blueprint | None) -> dict[str, object]:
    attributes = queries.attributes_of([person_id]).get(person_id, {})
    return {
        "person_id": person_id,
        "name": queries.name_in(attributes),
        # Pairs: a template that asks a dictionary for its items gets the attribute of that name, if there is one.
        "attributes": Facts(design).said(
            (key, value) for key, value in attributes.items() if not _is_apart(key)
        ),
        "aside": [
            one for key in (UNREAD, BLOCKED) if isinstance(told := attributes.get(key), list) for one in told
        ],
        "identifiers": queries.leaves_of(person_id),
        "organizations": queries.organizations_of(person_id),
        "links": queries.links_of(person_id),
        "earlier": queries.earlier_ids(person_id),
    }


def _is_apart(key: str) -> bool:
    """What the page says elsewhere: the name, and what could not be read."""
    return key == "name" or key.startswith("$")


def _resolving(request: HttpRequest, person_id: int) -> dict[str, object]:
    """What somebody needs who asks why this is one person, or two."""
    one, other = (request.GET.get(name, "") for name in ("one", "other"))
    asked = one.isdecimal() and other.isdecimal() and max(len(one), len(other)) < 19 and one != other
    return {
        "may_resolve": True,
        "asked": asked,
        "chain": queries.chain_between(int(one), int(other)) if asked else [],
        "one": one,
        "other": other,
        "refused": queries.refused_links_of(person_id),
        "changes": queries.history_of(person_id),
        "merge_form": MergeForm(),
    }


@require_safe
@allowed(Permission.SEE_PEOPLE)
def thing(request: HttpRequest, kind: str, external_id: str) -> HttpResponse:
    """Everything that touched one order, return, shipment or case."""
    if request.GET.get("format") == "csv":
        return _csv(request, f"{kind}-{external_id}", events_of_object(kind, external_id, limit=CSV_EVENTS))
    events = events_of_object(kind, external_id, limit=PAGE + 1, before=before(request))
    if not events and before(request) is None:
        raise Http404(_("No event names this."))
    shown = page_of_events(events, design_in_force())
    return render(request, "people/object.html", {"kind": kind, "external_id": external_id} | shown)


def _csv(request: HttpRequest, name: str, events: list[Recorded]) -> HttpResponse:
    require(staff_of(request), Permission.EXPORT)
    header = [_("When"), _("What"), _("Channel"), _("Source"), _("Objects"), _("Properties")]
    rows = (
        [
            event.at.isoformat(),
            event.type,
            event.channel or "",
            event.source,
            " ".join(f"{thing.kind}:{thing.external_id}" for thing in event.objects),
            json.dumps(event.properties, ensure_ascii=False),
        ]
        for event in events
    )
    return csv_file(name, header, rows)
