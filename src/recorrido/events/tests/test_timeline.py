from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from recorrido.events.ledger import EVENTS_SEQUENCE
from recorrido.events.models.ledger import BLOCK_BITS
from recorrido.events.queries import ObjectName, count_of_leaves, events_of_object, timeline_of_person
from recorrido.events.tests.making import event, record
from recorrido.people.errors import UnknownPerson
from recorrido.people.queries import leaves_of, person_of
from recorrido.shared import sql

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


@pytest.fixture
def pass_a_block() -> Iterator[Callable[[], object]]:
    """Go on as if 4,194,304 events had been recorded."""
    ((before,),) = sql.fetch("SELECT nextval(%s)", EVENTS_SEQUENCE)
    yield lambda: sql.fetch(
        "SELECT setval(%s, nextval(%s) + %s)", EVENTS_SEQUENCE, EVENTS_SEQUENCE, 1 << BLOCK_BITS
    )
    sql.fetch("SELECT setval(%s, %s)", EVENTS_SEQUENCE, before)


def test_a_timeline_goes_through_all_blocks_of_the_ledger_as_if_they_were_one(pass_a_block):
    for block in range(3):
        record(
            *(
                event(f"m{block}-{n}", f"t{3 * n + block}", minute=3 * n + block, identifiers=ANA)
                for n in range(4)
            )
        )
        pass_a_block()
    person, found, place = person_of("customer", "ana"), [], None
    while page := timeline_of_person(person, limit=5, before=place):
        found += types(page)
        place = page[-1].place
    assert found == [f"t{n}" for n in reversed(range(12))]
    assert count_of_leaves([leaf.id for leaf in leaves_of(person)]) == 12


def test_the_events_of_a_leaf_are_found_by_the_index_in_every_block(pass_a_block):
    record(event("m1", identifiers=ANA))
    pass_a_block()
    record(event("m2", identifiers=ANA), event("m3", identifiers=(("customer", "eva"),)))
    (leaf,) = leaves_of(person_of("customer", "ana"))
    assert len(sql.fetch("SELECT id FROM events_of_leaf(%s)", leaf.id)) == 2
    sql.execute("SET LOCAL enable_seqscan = off")
    plan = "\n".join(line for (line,) in sql.fetch(f"EXPLAIN SELECT id FROM events_of_leaf({leaf.id})"))
    assert f"(((id >> {BLOCK_BITS}) = block.number) AND (leaf_id = '{leaf.id}'::bigint))" in plan


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
