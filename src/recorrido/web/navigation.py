"""The top bar's places. A place is shown when its route exists and the role may see it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recorrido.company.access import Permission, may
from recorrido.company.models import Staff


@dataclass(frozen=True)
class Place:
    """``route`` is a named URL without arguments; ``area`` its namespace or a prefix of the route's name."""

    label: str | Promise
    route: str
    permission: Permission


@dataclass(frozen=True)
class Link:
    label: str | Promise
    url: str
    current: bool


PLACES = (
    Place(_("Journey map"), "journeys:map", Permission.SEE_JOURNEYS),
    Place(_("Where it hurts"), "journeys:pains", Permission.SEE_JOURNEYS),
    Place(_("Variants"), "journeys:variants", Permission.SEE_JOURNEYS),
    Place(_("Funnel"), "journeys:funnel", Permission.SEE_JOURNEYS),
    Place(_("People"), "people:find", Permission.SEE_PEOPLE),
    Place(_("Staff"), "staff:list", Permission.MANAGE_STAFF),
    Place(_("Audit log"), "staff:audit", Permission.SEE_AUDIT),
)


def links_for(staff: Staff, path: str) -> list[Link]:
    """The links a member of staff sees on the page at ``path``."""
    found = [(place, url) for place in PLACES if may(staff, place.permission) and (url := _url(place.route))]
    here = _deepest([url for _place, url in found], path)
    return [Link(place.label, url, url == here) for place, url in found]


def first_url(staff: Staff) -> str | None:
    """Where a member of staff lands after signing in; None while there is no page of journeys."""
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
    """The longest link the path lies below: "/staff/7/" belongs to "/staff/"."""
    return max((url for url in urls if path.startswith(url)), key=len, default=None)
