"""The bar: areas, and below it the places of the area one is in. A place shows when its route exists and the role may see it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recorrido.company.access import Permission, may
from recorrido.company.models import Staff


@dataclass(frozen=True)
class Place:
    """``route`` is a named URL without arguments; ``area`` a key of AREAS."""

    area: str
    label: str | Promise
    route: str
    permission: Permission


@dataclass(frozen=True)
class Link:
    label: str | Promise
    url: str
    current: bool
    mark: str = ""
    """The address of a short text that the bar asks for by itself: how many alarms are open."""


AREAS = {
    "home": _("Home"),
    "journeys": _("Journeys"),
    "causes": _("Causes"),
    "design": _("Design"),
    "people": _("People"),
    "data": _("Data"),
    "company": _("Company"),
}

PLACES = (
    Place("home", _("Home"), "home", Permission.SEE_JOURNEYS),
    Place("home", _("Findings"), "findings:list", Permission.SEE_JOURNEYS),
    Place("home", _("What if"), "whatif:whatif", Permission.SEE_JOURNEYS),
    Place("home", _("Values"), "values:values", Permission.SEE_JOURNEYS),
    Place("journeys", _("Journey map"), "journeys:map", Permission.SEE_JOURNEYS),
    Place("journeys", _("Where it hurts"), "journeys:pains", Permission.SEE_JOURNEYS),
    Place("journeys", _("Variants"), "journeys:variants", Permission.SEE_JOURNEYS),
    Place("journeys", _("Funnel"), "journeys:funnel", Permission.SEE_JOURNEYS),
    Place("journeys", _("Paths"), "journeys:paths", Permission.SEE_JOURNEYS),
    Place("journeys", _("Compare"), "journeys:compare", Permission.SEE_JOURNEYS),
    Place("journeys", _("Cohorts"), "journeys:cohorts", Permission.SEE_JOURNEYS),
    Place("journeys", _("Objects"), "objects:map", Permission.SEE_JOURNEYS),
    Place("journeys", _("Incidents"), "incidents:list", Permission.SEE_JOURNEYS),
    Place("causes", _("Weakest link"), "drivers:weakest", Permission.SEE_JOURNEYS),
    Place("causes", _("Changes"), "drivers:changes", Permission.SEE_JOURNEYS),
    Place("causes", _("Regular path"), "regular:path", Permission.SEE_JOURNEYS),
    Place("causes", _("Requirements"), "gates:list", Permission.SEE_JOURNEYS),
    Place("causes", _("Failure demand"), "demand:failure", Permission.SEE_JOURNEYS),
    Place("causes", _("Advice and support"), "demand:contacts", Permission.SEE_JOURNEYS),
    Place("causes", _("Profit"), "demand:profit", Permission.SEE_JOURNEYS),
    Place("design", _("Design"), "blueprint:list", Permission.SEE_JOURNEYS),
    Place("design", _("Design and reality"), "conformance:conformance", Permission.SEE_JOURNEYS),
    Place("design", _("Reconciliation"), "conformance:reconciliation", Permission.SEE_JOURNEYS),
    Place("design", _("Calendar"), "calendar:list", Permission.SEE_JOURNEYS),
    Place("people", _("Find a person"), "people:find", Permission.SEE_PEOPLE),
    Place("people", _("Organizations"), "people:organizations", Permission.SEE_PEOPLE),
    Place("people", _("Review"), "people:review", Permission.RESOLVE_PEOPLE),
    Place("people", _("Rules"), "people:rules", Permission.RULE_PEOPLE),
    Place("data", _("Health"), "data:health", Permission.SEE_DATA),
    Place("data", _("Quarantine"), "data:quarantine", Permission.SEE_DATA),
    Place("data", _("Event types"), "data:types", Permission.SEE_DATA),
    Place("data", _("Consumers"), "data:consumers", Permission.SEE_DATA),
    Place("data", _("API keys"), "keys:list", Permission.MANAGE_KEYS),
    Place("data", _("Webhooks"), "webhooks:list", Permission.MANAGE_WEBHOOKS),
    Place("data", _("Upload"), "upload:list", Permission.IMPORT_EVENTS),
    Place("company", _("Staff"), "staff:list", Permission.MANAGE_STAFF),
    Place("company", _("Mails out"), "mails:list", Permission.MANAGE_MAIL),
    Place("company", _("Audit log"), "staff:audit", Permission.SEE_AUDIT),
)


def areas_for(staff: Staff, path: str) -> list[Link]:
    """A link per area, to its first place that the member of staff may see."""
    found = _visible(staff)
    here = _area_of(found, path)
    first = {place.area: url for place, url in reversed(found)}
    marks = {
        area: _url(route) or ""
        for area, route, permission in (
            ("journeys", "incidents:open", Permission.SEE_JOURNEYS),
            ("data", "data:open-alarms", Permission.SEE_DATA),
        )
        if may(staff, permission)
    }
    return [
        Link(label, first[area], area == here, marks.get(area, ""))
        for area, label in AREAS.items()
        if area in first
    ]


def links_for(staff: Staff, path: str) -> list[Link]:
    """The places of the area that the page at ``path`` belongs to; none on a page of no area."""
    found = _visible(staff)
    here = _deepest([url for _place, url in found], path)
    area = _area_of(found, path)
    return [Link(place.label, url, url == here) for place, url in found if place.area == area]


def first_url(staff: Staff) -> str | None:
    """The first page of journeys: it says what to do while there are none. None for who may see no journeys."""
    journeys = [
        place for place in PLACES if place.route.startswith("journeys:") and may(staff, place.permission)
    ]
    return next((url for place in journeys if (url := _url(place.route))), None)


def _url(route: str) -> str | None:
    try:
        return reverse(route)
    except NoReverseMatch:
        return None


def _deepest(urls: list[str], path: str) -> str | None:
    """The longest link the path lies below: "/staff/7/" belongs to "/staff/". Nothing lies below Home."""
    below = (url for url in urls if url == path or (url != "/" and path.startswith(url)))
    return max(below, key=len, default=None)


def _visible(staff: Staff) -> list[tuple[Place, str]]:
    return [(place, url) for place in PLACES if may(staff, place.permission) and (url := _url(place.route))]


def _area_of(found: list[tuple[Place, str]], path: str) -> str | None:
    here = _deepest([url for _place, url in found], path)
    return next((place.area for place, url in found if url == here), None)
