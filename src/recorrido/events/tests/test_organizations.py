from __future__ import annotations

from datetime import timedelta

import pytest

from recorrido.events.tests.making import event, record
from recorrido.people.actions import end_contact
from recorrido.people.models import Contact, Organization
from recorrido.people.queries import (
    contacts_of,
    count_contacts,
    find_organizations,
    organization_facts,
    organization_ids,
    organizations_of,
    person_of,
)

pytestmark = pytest.mark.django_db

ACME = (("organization", "acme"),)
ANA, EVA = (("customer", "ana"),), (("customer", "eva"),)


def group(message_id, who=ANA, *, minute=0, **traits):
    return event(
        message_id, "group", minute=minute, identifiers=who, objects=ACME, properties={"traits": traits}
    )


def test_a_group_call_tells_of_an_organization_and_its_contact():
    record(group("g1", name="Acme SpA", rut="76.086.428-5", seats=40))
    acme = Organization.objects.get()
    assert (acme.name, organization_facts(acme.id)["seats"]) == ("Acme SpA", 40)
    assert organization_ids([acme.id])[acme.id] == [("organization", "acme"), ("cl.rut", "760864285")]
    assert [contact.person_id for contact in contacts_of(acme.id)] == [person_of(*ANA[0])]


def test_the_newest_news_of_an_organization_win_whatever_their_order():
    record(group("g2", minute=2, name="Acme Chile"))
    record(group("g1", minute=1, name="Acme"))
    assert Organization.objects.get().name == "Acme Chile"


def test_whoever_orders_for_an_organization_is_its_contact_with_the_role_told():
    record(
        event("o1", identifiers=EVA, objects=ACME),
        event("o2", identifiers=EVA, objects=ACME, minute=9, properties={"role": "buyer"}),
        event("o3", identifiers=ANA, objects=(("company", "E01"),)),
        event("o4", objects=ACME),
    )
    eva = organizations_of(person_of(*EVA[0]))
    assert [(one.role, one.since.minute, one.until) for one in eva] == [("buyer", 0, None)]
    assert Organization.objects.count() == 2


def test_telling_of_a_contact_again_changes_nothing():
    for number in range(3):
        record(event(f"o{number}", identifiers=EVA, objects=ACME, minute=number))
    assert Contact.objects.count() == 1


def test_a_contact_ends_and_begins_again_when_the_person_is_heard_of(admin):
    record(event("o1", identifiers=EVA, objects=ACME))
    end_contact(actor=admin, contact=Contact.objects.get().id, why="left the company")
    assert count_contacts([Organization.objects.get().id]) == {}
    record(event("o2", identifiers=EVA, objects=ACME, minute=1))
    assert Contact.objects.get().until is not None
    record(event("o3", identifiers=EVA, objects=ACME, at=Contact.objects.get().until + timedelta(seconds=1)))
    assert Contact.objects.get().until is None


def test_an_invalid_tax_id_stays_a_fact_and_is_no_identifier():
    record(group("g1", name="Acme", rut="76.086.428-1"))
    acme = Organization.objects.get()
    assert organization_ids([acme.id])[acme.id] == [("organization", "acme")]
    assert organization_facts(acme.id)["rut"] == "76.086.428-1"


def test_organizations_are_found_by_name_and_by_any_id():
    record(group("g1", name="Acme SpA", rut="76.086.428-5"))
    for words in ("acme s", "760864", "ACME"):
        assert find_organizations(words).count() == 1
    assert find_organizations("nobody").count() == 0
