from __future__ import annotations

import csv
import io
import json

import pytest

from recorrido.journeys.tests.ledgers import event, record
from recorrido.people.actions import tell_attributes
from recorrido.people.attributes import Told
from recorrido.people.queries import leaves_of, person_of
from recorrido.web.people.tests.telling import introduce, merged
from recorrido.web.tests.links import links_from

pytestmark = pytest.mark.django_db


def lived(*, customer: str = "c1", steps: int = 3) -> int:
    """A person with one order of so many steps."""
    record(*(event("order.placed", day, customer=customer, order=f"{customer}-o1") for day in range(steps)))
    person = person_of("customer", customer)
    assert person is not None
    return person


def times_on(client, address: str) -> list[str]:
    page = client.get(address).content.decode()
    return [part.partition('"')[0] for part in page.split('<time datetime="')[1:]]


def rows_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))[1:]


def test_a_person_is_found_by_an_identifier_and_by_number(signed_in, analyst):
    person = lived(customer="c77")
    client = signed_in(analyst)
    for words in ("c77", str(person)):
        assert f"/people/{person}/" in links_from(client, f"/people/?q={words}", "/people/")


def test_nobody_is_found_by_what_nobody_is_known_by(signed_in, analyst):
    lived()
    assert "Nadie" in signed_in(analyst).get("/people/?q=nobody@example.com").content.decode()


def test_the_timeline_goes_on_where_its_page_ended(signed_in, analyst):
    person, client = lived(steps=120), signed_in(analyst)
    address, seen = f"/people/{person}/", []
    while address:
        seen += times_on(client, address)
        following = links_from(client, address, "?after=")
        address = f"/people/{person}/{following[0]}" if following else ""
    assert len(seen) == len(set(seen)) == 120
    assert seen == sorted(seen, reverse=True)


def test_a_persons_attribute_may_have_any_name(signed_in, analyst):
    person = lived()
    (leaf, *_) = leaves_of(person)
    said = {"items": "14", "$unread_identifiers": "5", "$blocked_identifiers": '[["phone", "0000"]]'}
    tell_attributes(facts=[Told(leaf.id, key, value, leaf.since) for key, value in said.items()])
    page = signed_in(analyst).get(f"/people/{person}/").content.decode()
    assert all(words in page for words in ("<dt>Items</dt><dd>14</dd>", "0000"))


def test_an_orders_timeline_holds_its_events(signed_in, analyst):
    lived(customer="c1", steps=4)
    lived(customer="c2", steps=2)
    assert len(times_on(signed_in(analyst), "/people/object/order/c1-o1/")) == 4


def test_values_within_values_are_read_as_a_line_and_kept_whole_in_the_file(signed_in, analyst):
    lines = [{"sku": "A1", "price": 9990}, {"sku": "B2", "sizes": ["38", "39"]}]
    record(event("order.placed", 1, customer="c1", order="o1", lines=lines, store={"city": "Talca"}))
    client = signed_in(analyst)
    page = client.get("/people/object/order/o1/").content.decode()
    assert "Lines: sku: A1, price: 9.990 · sku: B2, sizes: (38, 39)" in page
    assert "Tienda: city: Talca" in page
    (row,) = rows_of(client.get("/people/object/order/o1/?format=csv"))
    assert json.loads(row[-1])["lines"] == lines


def test_an_object_that_no_event_names_is_not_found(signed_in, analyst):
    assert signed_in(analyst).get("/people/object/order/none/").status_code == 404


def test_the_file_of_a_timeline_has_all_events(signed_in, analyst):
    person = lived(steps=70)
    assert len(rows_of(signed_in(analyst).get(f"/people/{person}/?format=csv"))) == 70


def test_a_file_is_named_after_an_order_whatever_its_number_holds(signed_in, analyst):
    answer = signed_in(analyst).get('/people/object/order/a"; x="b/?format=csv')
    assert answer["Content-Disposition"] == r'attachment; filename="order-a\"; x=\"b.csv"'


def test_the_file_of_a_search_has_the_persons_found(signed_in, analyst):
    person = lived(customer="c9")
    assert rows_of(signed_in(analyst).get("/people/?q=c9&format=csv"))[0][0] == str(person)


@pytest.mark.parametrize("page", ["/people/?q=c1", "/people/{person}/", "/people/object/order/c1-o1/"])
def test_an_agent_sees_people_and_exports_nothing(signed_in, make_staff, page):
    client, address = signed_in(make_staff("agent")), page.format(person=lived())
    file = address + ("&" if "?" in address else "?") + "format=csv"
    assert (client.get(address).status_code, client.get(file).status_code) == (200, 403)
    assert "format=csv" not in client.get(address).content.decode()


def test_a_merged_persons_address_leads_to_the_person_of_today(signed_in, analyst):
    older, younger = merged()
    answer = signed_in(analyst).get(f"/people/{younger}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/people/{older}/")


def test_a_person_is_found_by_name(signed_in, analyst):
    introduce((("customer", "c1"),), name="José Muñoz")
    person = person_of("customer", "c1")
    assert f"/people/{person}/" in links_from(signed_in(analyst), "/people/?q=munoz jose", "/people/")


@pytest.mark.parametrize("steps", [2, 60])
def test_a_persons_timeline_asks_as_many_queries_whatever_its_length(
    signed_in, analyst, django_assert_num_queries, steps
):
    person, client = lived(steps=steps), signed_in(analyst)
    with django_assert_num_queries(18):
        client.get(f"/people/{person}/")


@pytest.mark.parametrize("steps", [2, 60])
def test_an_objects_timeline_asks_as_many_queries_whatever_its_length(
    signed_in, analyst, django_assert_num_queries, steps
):
    lived(steps=steps)
    client = signed_in(analyst)
    with django_assert_num_queries(6):
        client.get("/people/object/order/c1-o1/")


def test_a_search_asks_as_many_queries_whatever_it_finds(signed_in, analyst, django_assert_num_queries):
    lived(customer="c1")
    client = signed_in(analyst)
    with django_assert_num_queries(4):  # session, staff, the person's number, their identifiers
        client.get("/people/?q=c1")
