from __future__ import annotations

import pytest

from recorrido.events.queries import ObjectName, events_of_object, timeline_of_person
from recorrido.events.tests.making import event, record
from recorrido.people.errors import UnknownPerson
from recorrido.people.queries import person_of

pytestmark = pytest.mark.django_db

ANA = (("customer", "ana"),)


def types(events):
    return [one.type for one in events]


def test_a_timeline_shows_a_persons_events_newest_first():
    record(
        event("m1", "first", minute=1, identifiers=ANA, objects=(("order", "7"),), properties={"a": 1}),
        event("m2", "second", minute=2, identifiers=ANA),
        event("m3", "someone else", minute=3, identifiers=(("customer", "eva"),)),
    )
    timeline = timeline_of_person(person_of("customer", "ana"))
    assert types(timeline) == ["second", "first"]
    assert (timeline[1].objects, timeline[1].properties) == ((ObjectName("order", "7"),), {"a": 1})
    assert timeline[1].source == "shop"


def test_a_merged_person_has_the_events_of_both_under_either_id():
    record(
        event("m1", "web", identifiers=(("anonymous", "a"),)), event("m2", "store", minute=1, identifiers=ANA)
    )
    ids = [person_of("anonymous", "a"), person_of("customer", "ana")]
    record(event("m3", "login", minute=2, identifiers=(*ANA, ("anonymous", "a"))))
    assert [types(timeline_of_person(one)) for one in ids] == [["login", "store", "web"]] * 2


def test_pages_of_a_timeline_neither_repeat_nor_skip_events_of_the_same_minute():
    record(*(event(f"m{n}", f"t{n}", minute=n // 3, identifiers=ANA) for n in range(10)))
    person, pages, place = person_of("customer", "ana"), [], None
    while page := timeline_of_person(person, limit=4, before=place):
        pages.append(types(page))
        place = page[-1].place
    assert [len(page) for page in pages] == [4, 4, 2]
    assert [type_ for page in pages for type_ in page] == [f"t{n}" for n in reversed(range(10))]


def test_an_objects_events_are_found_by_its_name():
    record(
        event("m1", "placed", minute=1, objects=(("order", "7"), ("store", "S1"))),
        event("m2", "shipped", minute=2, objects=(("order", "7"),)),
        event("m3", "other", minute=3, objects=(("shipment", "7"),)),
    )
    assert types(events_of_object("order", "7")) == ["shipped", "placed"]
    assert events_of_object("order", "8") == []


def test_nobody_has_no_timeline():
    with pytest.raises(UnknownPerson):
        timeline_of_person(987_654)


def test_a_page_of_a_timeline_costs_the_same_number_of_queries_whatever_its_length(django_assert_num_queries):
    record(*(event(f"m{n}", identifiers=ANA, objects=(("order", str(n)),)) for n in range(30)))
    person = person_of("customer", "ana")
    for limit in (3, 30):
        with django_assert_num_queries(5):
            timeline_of_person(person, limit=limit)
