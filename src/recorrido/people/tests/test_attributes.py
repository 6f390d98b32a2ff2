from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from recorrido.people.actions import introduce_persons, tell_attributes
from recorrido.people.attributes import Told as Fact
from recorrido.people.introductions import Introduction
from recorrido.people.models import Attribute, Link
from recorrido.people.queries import attributes_of, find_persons, leaves_of, person_of
from recorrido.people.tests.telling import NOON, tell

pytestmark = pytest.mark.django_db


def fact(leaf, key, value, minute):
    return Fact(leaf, key, f'"{value}"', NOON + timedelta(minutes=minute))


def test_the_newest_fact_wins_whatever_the_order_of_arrival():
    outcomes = set()
    for number, order in enumerate(itertools.permutations([("Talca", 1), ("Arica", 3), ("Lota", 2)])):
        ((leaf,),) = tell([f"c{number}"])
        for city, minute in order:
            tell_attributes(facts=[fact(leaf, "city", city, minute)])
        outcomes.add(attributes_of([leaf])[leaf]["city"])
    assert outcomes == {"Arica"}


def test_facts_told_at_the_same_instant_do_not_depend_on_their_order():
    ((one,), (two,)) = tell(["a"], ["b"])
    tell_attributes(facts=[fact(one, "city", "Talca", 0), fact(one, "city", "Lota", 0)])
    tell_attributes(facts=[fact(two, "city", "Lota", 0)])
    tell_attributes(facts=[fact(two, "city", "Talca", 0)])
    assert attributes_of([one])[one] == attributes_of([two])[two]


def test_a_merge_keeps_what_both_sides_knew():
    ((older,), (younger,)) = tell(["web-1"], ["card-1"])
    tell_attributes(facts=[fact(older, "city", "Talca", 1), fact(older, "name", "Ana", 1)])
    tell_attributes(facts=[fact(younger, "city", "Arica", 2)])
    tell(["card-1", "web-1"])
    assert attributes_of([older]) == {older: {"city": "Arica", "name": "Ana"}}
    assert Attribute.objects.count() == 3


def test_a_customer_file_introduces_persons_and_repeating_it_changes_nothing():
    rows = [
        Introduction("customers/1", (("customer", "C1"), ("email", "Ana@X.cl")), {"city": "Talca"}),
        Introduction("customers/2", (("email", "no address"),)),
    ]
    for _ in range(2):
        problems = introduce_persons(source="crm", country="CL", persons=rows)
        assert [problem and problem.kind for problem in problems] == [None, "email"]
    person = person_of("customer", "C1")
    assert [(leaf.kind, leaf.value) for leaf in leaves_of(person)] == [
        ("customer", "C1"),
        ("email", "ana@x.cl"),
    ]
    assert (attributes_of([person]), Link.objects.count()) == ({person: {"city": "Talca"}}, 1)


def test_a_customer_with_a_mistyped_number_is_a_customer_all_the_same():
    ids = (("customer", "C1"), ("national_id", "12.345.678-9"), ("email", "sin@correo.cl"))
    row = Introduction("customers/1", ids)
    assert introduce_persons(source="crm", country="CL", persons=[row]) == [None]
    facts = attributes_of([person_of("customer", "C1")])[person_of("customer", "C1")]
    assert facts["$unread_identifiers"][0][:2] == ["national_id", "12.345.678-9"]
    assert facts["$blocked_identifiers"] == [["email", "sin@correo.cl"]]


def test_a_person_is_found_by_any_identifier_however_it_is_written():
    row = Introduction("r1", (("customer", "C1"), ("email", "ana@x.cl"), ("phone", "+56987654321")))
    introduce_persons(source="crm", country="CL", persons=[row])
    person = person_of("customer", "C1")
    for words in ("C1", " ANA@x.cl", "9 8765 4321", str(person)):
        assert find_persons(words, country="CL") == [person]
    assert (find_persons("56987654321"), find_persons("nobody")) == ([person], [])


def test_a_person_is_found_by_an_identifier_of_a_kind_of_the_companys_own():
    row = Introduction("r1", (("tesoro.club", "0012-ñ"), ("customer", "C1")))
    other = Introduction("r2", (("customer", "0012"),))
    introduce_persons(source="crm", country="CL", persons=[row, other])
    assert find_persons("0012-ñ ") == [person_of("customer", "C1")]
    assert find_persons("0012") == [person_of("customer", "0012")]


def test_an_identifier_is_found_in_the_one_form_its_kind_is_kept_in():
    """As it is written, an upper-case mail address is no identifier; a customer number is."""
    rows = [Introduction("r1", (("email", "ana@x.cl"),)), Introduction("r2", (("customer", "ANA@X.CL"),))]
    introduce_persons(source="crm", country="CL", persons=rows)
    mailed, numbered = person_of("email", "ana@x.cl"), person_of("customer", "ANA@X.CL")
    assert find_persons("ANA@X.CL") == sorted([mailed, numbered])
    assert find_persons("ana@x.cl") == [mailed]
