"""Reads about organizations and their contacts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from recorrido.people.errors import UnknownOrganization
from recorrido.people.kinds import Key
from recorrido.people.models import Contact, Organization, OrganizationAttribute, OrganizationIdentifier


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A person who acts, or acted, for an organization, known there by one leaf."""

    id: int
    organization_id: int
    organization: str
    person_id: int
    leaf: Key
    role: str
    source: str
    since: datetime
    told_at: datetime
    until: datetime | None


def find_organizations(words: str = "") -> QuerySet[Organization]:
    """Organizations whose name or id holds the words; all of them without words."""
    if not words:
        return Organization.objects.all()
    known = OrganizationIdentifier.objects.filter(value__icontains=words).values("organization_id")
    return Organization.objects.filter(Q(name__icontains=words) | Q(id__in=known))


def organization(organization_id: int) -> Organization:
    """Raises UnknownOrganization."""
    row = Organization.objects.filter(id=organization_id).first()
    if row is None:
        raise UnknownOrganization(organization_id)
    return row


def organization_ids(organization_ids: Iterable[int]) -> dict[int, list[Key]]:
    """Per organization: what it is known by, (kind, value), oldest first."""
    known: dict[int, list[Key]] = {}
    rows = OrganizationIdentifier.objects.filter(organization_id__in=list(organization_ids)).order_by("id")
    for id_, kind, value in rows.values_list("organization_id", "kind", "value"):
        known.setdefault(id_, []).append((kind, value))
    return known


def organization_facts(organization_id: int) -> dict[str, Any]:
    """What messages told of an organization, by key."""
    rows = OrganizationAttribute.objects.filter(organization_id=organization_id).order_by("key")
    return dict(rows.values_list("key", "value"))


def contacts_of(organization_id: int, *, limit: int = 200) -> list[ContactRow]:
    """Its contacts, those who still are first, the most recently heard of first."""
    rows = Contact.objects.filter(organization_id=organization_id)
    return _contacts(rows.order_by(F("until").desc(nulls_first=True), "-told_at", "id"), limit)


def organizations_of(person_id: int) -> list[ContactRow]:
    """The organizations a current person acts, or acted, for."""
    return _contacts(Contact.objects.filter(identifier__person_id=person_id).order_by("-told_at", "id"), 100)


def count_contacts(organization_ids: Iterable[int]) -> dict[int, int]:
    """Per organization: how many contacts it has today."""
    rows = Contact.objects.filter(organization_id__in=list(organization_ids), until=None)
    return dict(rows.values_list("organization_id").annotate(n=Count("id")).order_by())


def _contacts(rows: QuerySet[Contact], limit: int) -> list[ContactRow]:
    fields = [
        "id",
        "organization_id",
        "organization__name",
        "identifier__person_id",
        "identifier__kind",
        "identifier__value",
        "role",
        "source",
        "since",
        "told_at",
        "until",
    ]
    return [
        ContactRow(id_, organization, name, person, (kind, value), *rest)
        for id_, organization, name, person, kind, value, *rest in rows.values_list(*fields)[:limit]
    ]
