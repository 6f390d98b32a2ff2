"""Companies that buy, and the persons who act for them."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission, may, require
from recorrido.events.queries import timeline_of_leaves
from recorrido.journeys.queries import design_in_force
from recorrido.people import actions, queries
from recorrido.people.errors import UnknownContact, UnknownOrganization
from recorrido.people.kinds import Key
from recorrido.people.models import Organization
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.paging import page_of
from recorrido.web.people.timelines import PAGE, before, page_of_events

MOST_IN_FILE = 10_000


@dataclass(frozen=True)
class Listed:
    organization: Organization
    ids: list[Key]
    contacts: int


@require_safe
@allowed(Permission.SEE_PEOPLE)
def organizations(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = queries.find_organizations(words)
    if request.GET.get("format") == "csv":
        require(staff_of(request), Permission.EXPORT)
        rows = _listed(list(found.order_by("name", "id")[:MOST_IN_FILE]))
        header = [_("Organization"), _("Known by"), _("Contacts")]
        return csv_file("organizations", header, [_cells(row) for row in rows])
    page = page_of(found, key=("name", "id"), after=request.GET.get("after", ""))
    context = {"page": page, "rows": _listed(page.rows), "words": words}
    return render(request, "people/organizations.html", context)


@require_safe
@allowed(Permission.SEE_PEOPLE)
def organization(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Who acts for it, and what happened to them lately."""
    try:
        found = queries.organization(organization_id)
    except UnknownOrganization as error:
        raise Http404(str(error)) from error
    contacts = queries.contacts_of(organization_id)
    leaves = queries.leaves_of_all({contact.person_id for contact in contacts})
    events = timeline_of_leaves(
        [leaf.id for known in leaves.values() for leaf in known], limit=PAGE + 1, before=before(request)
    )
    context = {
        "organization": found,
        "ids": queries.organization_ids([organization_id]).get(organization_id, []),
        "facts": queries.organization_facts(organization_id).items(),
        "contacts": contacts,
        "names": queries.names_of(leaves),
        "may_resolve": may(staff_of(request), Permission.RESOLVE_PEOPLE),
    }
    return render(request, "people/organization.html", context | page_of_events(events, design_in_force()))


@require_POST
@allowed(Permission.RESOLVE_PEOPLE)
def end_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    try:
        organization_id = actions.end_contact(
            actor=staff_of(request), contact=contact_id, why=request.POST.get("why", "").strip()
        )
    except UnknownContact as error:
        raise Http404(str(error)) from error
    messages.success(request, _("Saved."))
    return redirect("people:organization", organization_id)


def _listed(rows: list[Organization]) -> list[Listed]:
    numbers = [row.id for row in rows]
    ids, contacts = queries.organization_ids(numbers), queries.count_contacts(numbers)
    return [Listed(row, ids.get(row.id, []), contacts.get(row.id, 0)) for row in rows]


def _cells(row: Listed) -> list[object]:
    return [row.organization.name, " ".join(f"{kind}:{value}" for kind, value in row.ids), row.contacts]
