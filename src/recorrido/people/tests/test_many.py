"""Persons introduced by the thousand: the short ways taken there end where the long way ends."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from recorrido.people import introductions, rules
from recorrido.people.actions import block_value, introduce_many
from recorrido.people.introductions import Introduction
from recorrido.people.models import Identifier, Link
from recorrido.people.queries import attributes_of, leaves_of, person_of
from recorrido.people.resolution import Told, look_up, resolve_ahead
from recorrido.people.tests.telling import NOON, tell_groups, tell_keys

CUSTOMER, MAIL, PHONE = ("customer", "4711"), ("email", "ana@x.cl"), ("phone", "+56987654321")

words = st.integers(1, 9).map(str)
keys = st.one_of(
    st.tuples(st.just("customer"), words),
    st.tuples(st.just("email"), words.map("m{}@x.cl".format)),
    st.tuples(st.just("anonymous"), words.map("cookie-{}".format)),
)
messages = st.lists(
    st.tuples(st.lists(keys, min_size=1, max_size=4, unique=True), st.just("shop")), max_size=8
)


def person(number, minute=0, **facts):
    return Introduction(
        message_id=f"row {number} {minute}",
        at=NOON + timedelta(minutes=minute),
        identifiers=[("customer", f"{number}"), ("email", f"c{number}@x.cl")],
        attributes=facts,
    )


def as_told():
    """Every link with its state, and who is one person with whom, by values."""
    links = Link.objects.values_list("low__value", "high__value", "state", "why")
    people = {}
    for of, value in Identifier.objects.values_list("person_id", "value"):
        people.setdefault(of, set()).add(value)
    return {(frozenset(link[:2]), *link[2:]) for link in links}, {frozenset(one) for one in people.values()}


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(messages)
def test_messages_in_one_group_end_as_one_by_one(told):
    with undone():
        tell_groups(told)
        together = as_told()
    with undone():
        for message in told:
            tell_groups([message])
        assert as_told() == together


@pytest.mark.django_db(transaction=True)
def test_a_file_is_resolved_group_by_group_with_the_next_one_looked_up_ahead():
    many = [person(number) for number in range(1, 6_001)] + [
        person(number, 1) for number in range(5_991, 6_011)
    ]
    assert set(introduce_many(source="crm", country="CL", persons=many)) == {None}
    assert Identifier.objects.count() == 12_020
    assert Identifier.objects.values("person_id").distinct().count() == 6_010
    assert Link.objects.filter(state="connects").count() == 6_010


@pytest.mark.django_db(transaction=True)
def test_a_value_blocked_while_a_file_is_read_identifies_nobody_in_the_rest_of_it(admin):
    def file():
        yield from (person(number) for number in range(1, introductions.GROUP + 1))
        block_value(actor=admin, pattern="c9999@x.cl", reason="the counter's own mail")
        yield from (person(number) for number in range(9_990, 10_000))

    list(introduce_many(source="crm", country="CL", persons=file()))
    assert person_of("email", "c9998@x.cl") == person_of("customer", "9998")
    assert person_of("email", "c9999@x.cl") != person_of("customer", "9999")


@pytest.mark.django_db(transaction=True)
def test_the_newest_fact_stays_whether_the_person_is_new_or_not():
    told = [person(1, 5, city="Talca"), person(1, 9, city="Lota"), person(1, 7, city="Arica", name="Ana")]
    list(introduce_many(source="crm", country="CL", persons=told))
    list(introduce_many(source="crm", country="CL", persons=[person(1, 8, name="Eva", city="Puerto\tMontt")]))
    ana = person_of("customer", "1")
    assert attributes_of([ana]) == {ana: {"city": "Lota", "name": "Eva"}}


def look(*keys):
    message = Told(keys, "shop", uuid4().hex, NOON)
    return [message], look_up([message], rules.current())


@pytest.mark.django_db
def test_a_leaf_that_came_after_the_look_ahead_is_joined_not_made_again():
    told, ahead = look(CUSTOMER, MAIL)
    tell_keys([MAIL, PHONE], source="till")
    resolve_ahead(told=told, look=ahead, meanwhile=lambda: None)
    assert [leaf.value for leaf in leaves_of(person_of(*PHONE))] == ["ana@x.cl", "+56987654321", "4711"]


@pytest.mark.django_db
def test_what_was_looked_up_under_other_rules_is_looked_up_again(admin):
    told, ahead = look(CUSTOMER, MAIL)
    tell_keys([MAIL, PHONE], source="till")
    block_value(actor=admin, pattern="nobody@x.cl", reason="a test")
    _leaves, held = resolve_ahead(told=told, look=ahead, meanwhile=lambda: None)
    assert held is not ahead
    assert person_of(*CUSTOMER) == person_of(*PHONE)


@pytest.mark.django_db
def test_a_stranger_is_whom_nobody_else_names_with_one_identifier_of_each_kind():
    tell_keys([("customer", "1"), ("email", "known@x.cl")])
    told = [
        Told(keys, "shop", uuid4().hex, NOON)
        for keys in (
            (("customer", "2"), ("email", "new@x.cl")),
            (("customer", "3"), ("email", "known@x.cl")),
            (("customer", "4"), ("email", "twice@x.cl")),
            (("customer", "5"), ("email", "twice@x.cl")),
            (("customer", "6"), ("customer", "7")),
            (("customer", "8"), ("email", "just.written@x.cl")),
            (),
        )
    ]
    seen = look_up(told, rules.current(), before={("email", "just.written@x.cl")})
    assert list(seen.ready.leaves_of) == [0]
    assert ("email", "just.written@x.cl") not in seen.new.keys() | seen.found.keys()


@pytest.mark.django_db(transaction=True)
def test_a_person_named_again_in_the_very_next_group_is_the_same():
    many = [person(number) for number in range(1, introductions.GROUP + 1)]
    again = [person(number, 1, city="Talca") for number in range(introductions.GROUP, 0, -1)]
    assert set(introduce_many(source="crm", country="CL", persons=[*many, *again])) == {None}
    assert Identifier.objects.count() == 2 * introductions.GROUP
    assert Link.objects.filter(state="connects").count() == introductions.GROUP
    last = person_of("customer", str(introductions.GROUP))
    assert attributes_of([last]) == {last: {"city": "Talca"}}
