from __future__ import annotations

import csv
import io

import pytest

from recorrido.events.tests.making import event, record
from recorrido.people.models import Contact, Organization
from recorrido.people.queries import person_of
from recorrido.web.tests.links import links_from

pytestmark = pytest.mark.django_db


def organizations(number: int) -> None:
    record(
        *(
            event(
                f"g{n}",
                "group",
                identifiers=(("customer", f"c{n}"),),
                objects=(("organization", f"o{n}"),),
                properties={"traits": {"name": f"Empresa {n:03}"}, "role": "buyer"},
            )
            for n in range(number)
        )
    )


def test_an_organization_is_found_and_shows_its_contacts_and_events(signed_in, analyst):
    organizations(3)
    client = signed_in(analyst)
    (address,) = links_from(client, "/people/organizations/?q=empresa 001", "/people/organizations/")[-1:]
    page = client.get(address).content.decode()
    assert "buyer" in page and f"/people/{person_of('customer', 'c1')}/" in page
    assert page.count("<time") == 1


def test_a_persons_page_leads_to_its_organization(signed_in, analyst):
    organizations(1)
    organization = Organization.objects.get().id
    person = person_of("customer", "c0")
    assert (
        f"/people/organizations/{organization}/"
        in signed_in(analyst).get(f"/people/{person}/").content.decode()
    )


def test_a_contact_ends_on_the_page(signed_in, make_staff):
    organizations(1)
    contact, client = Contact.objects.get(), signed_in(make_staff("agent"))
    client.post(f"/people/contact/{contact.id}/")
    assert Contact.objects.get().until is not None
    assert client.post("/people/contact/999999/").status_code == 404


def test_the_file_of_organizations_has_all_of_them(signed_in, analyst):
    organizations(60)
    answer = signed_in(analyst).get("/people/organizations/?format=csv")
    assert len(list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))) == 61


def test_an_organization_that_is_not_there_is_not_found(signed_in, analyst):
    assert signed_in(analyst).get("/people/organizations/99999/").status_code == 404


@pytest.mark.parametrize("number", [2, 60])
def test_organizations_ask_as_many_queries_whatever_their_number(
    signed_in, analyst, django_assert_num_queries, number
):
    organizations(number)
    client = signed_in(analyst)
    with django_assert_num_queries(5):
        client.get("/people/organizations/")
