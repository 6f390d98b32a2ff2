"""Organizations and their contacts."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Query, Schema
from pydantic import Field

from recorrido.api.read.answers import answer, utc
from recorrido.api.read.cursors import ORGANIZATIONS as CURSORS
from recorrido.api.read.persons import PERSONS, NamedIdentifier
from recorrido.api.read.service import operation, router
from recorrido.api.read.words import Id, Limit
from recorrido.people import queries
from recorrido.people.queries import ContactRow

organizations = router("organizations")


class OrganizationShape(Schema):
    id: int
    name: str
    identifiers: list[NamedIdentifier]
    contacts: int


class OrganizationsPage(Schema):
    items: list[OrganizationShape]
    next: str | None


class ContactShape(Schema):
    """A person who acts for the organization, known there by one identifier; ``until`` null: today."""

    person_id: int
    identifier: NamedIdentifier
    role: str
    source: str
    since: str
    until: str | None


class OneOrganizationShape(OrganizationShape):
    attributes: dict[str, Any]
    people: list[ContactShape]


class Searched(Schema):
    q: Annotated[str, Field(max_length=200, description=_("Part of the name, or of an identifier."))] = ""
    limit: Limit = 50
    after: CURSORS.parameter() = ""  # type: ignore[valid-type]


@operation(
    organizations, "GET", "/organizations", scopes=PERSONS, shape=OrganizationsPage,
    summary=_("Organizations, oldest first"),
)  # fmt: skip
def list_organizations(request: HttpRequest, asked: Searched = Query(...)) -> HttpResponse:
    found = queries.find_organizations(asked.q.strip()).filter(id__gt=CURSORS.number(asked.after) or 0)
    rows = list(found.order_by("id").values_list("id", "name")[: asked.limit + 1])
    items = _shown(rows[: asked.limit])
    following = CURSORS.write(rows[asked.limit - 1][0]) if len(rows) > asked.limit else None
    return answer(request, {"items": items, "next": following})


@operation(
    organizations, "GET", "/organizations/{organization_id}", scopes=PERSONS, shape=OneOrganizationShape,
    found_by_name=True, summary=_("An organization with its contacts"),
)  # fmt: skip
def organization(request: HttpRequest, organization_id: Id) -> HttpResponse:
    row = queries.organization(organization_id)
    told = {
        "attributes": queries.organization_facts(organization_id),
        "people": [_contact(one) for one in queries.contacts_of(organization_id)],
    }
    return answer(request, _shown([(row.pk, row.name)])[0] | told)


def _shown(rows: list[tuple[int, str]]) -> list[dict[str, Any]]:
    ids = [id_ for id_, _name in rows]
    known, contacts = queries.organization_ids(ids), queries.count_contacts(ids)
    return [
        {
            "id": id_,
            "name": name,
            "identifiers": [{"kind": kind, "value": value} for kind, value in known.get(id_, [])],
            "contacts": contacts.get(id_, 0),
        }
        for id_, name in rows
    ]


def _contact(one: ContactRow) -> dict[str, Any]:
    kind, value = one.leaf
    return {
        "person_id": one.person_id,
        "identifier": {"kind": kind, "value": value},
        "role": one.role,
        "source": one.source,
        "since": utc(one.since),
        "until": utc(one.until) if one.until else None,
    }
