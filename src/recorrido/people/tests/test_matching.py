"""Probable matches among persons in a real ledger, and what a comparison must never propose."""

from __future__ import annotations

import pytest

from recorrido.people.actions import introduce_persons
from recorrido.people.introductions import Introduction
from recorrido.people.matching import find_matches
from recorrido.people.matching.proposing import propose_matches
from recorrido.people.models import PersonChange, Proposal
from recorrido.people.queries import person_of

pytestmark = pytest.mark.django_db

ANA = {"first_name": "Ana María", "last_name": "Pérez Soto", "birthday": "1980-05-17", "city": "Concepción"}
MISTYPED = {
    "firstName": "ana maria",
    "lastName": "Peres Soto",
    "birth_date": "17/05/1980",
    "address": {"city": "concepcion"},
}
STRANGER = {"first_name": "Bruno", "last_name": "Araya", "birthday": "1971-01-02", "city": "Arica"}


def tell(*persons: tuple[tuple[tuple[str, str], ...], dict]) -> None:
    told = [Introduction(str(n), ids, attributes) for n, (ids, attributes) in enumerate(persons)]
    introduce_persons(source="test", country="CL", persons=told)


def customer(number: str, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return (("customer", number), *more)


def test_a_mistyped_name_on_the_same_birthday_is_proposed_and_nobody_merged():
    tell((customer("A"), ANA), (customer("B"), MISTYPED), (customer("C"), STRANGER))
    assert propose_matches() == 1
    (proposal,) = Proposal.objects.all()
    assert {proposal.low_id, proposal.high_id} == {person_of("customer", "A"), person_of("customer", "B")}
    assert not PersonChange.objects.exists()


def test_the_reasons_name_each_column_with_both_values_and_its_weight():
    tell((customer("A"), ANA), (customer("B"), MISTYPED))
    (match,) = find_matches()
    reasons = {reason["field"]: reason for reason in match.why}
    assert (reasons["dob"]["level"], reasons["dob"]["left"]) == ("equal", "1980-05-17")
    assert (reasons["surname"]["level"], reasons["surname"]["right"]) == ("close", "peres soto")
    assert reasons["city"]["level"] == "equal" and reasons["first_name"]["weight"] > 0


def test_persons_with_different_national_ids_are_never_proposed():
    tell(
        (customer("A", ("cl.rut", "12345678-5")), ANA),
        (customer("B", ("cl.rut", "11222333-9")), MISTYPED),
    )
    assert find_matches() == []


def test_searching_again_changes_nothing():
    tell((customer("A"), ANA), (customer("B"), MISTYPED))
    propose_matches()
    before = list(Proposal.objects.values())
    propose_matches()
    assert list(Proposal.objects.values()) == before


@pytest.mark.parametrize(
    "told", [[], [{}], [{"city": "Lima"}], [{"birthday": "no date"}, {"birthday": "32/13/1980"}]]
)
def test_too_little_to_compare_is_no_error(told):
    tell(*((customer(str(n)), attributes) for n, attributes in enumerate(told)))
    assert find_matches() == []


def test_brothers_in_one_house_are_not_taken_for_one():
    home = {"last_name": "Tapia Rojas", "city": "Talca", "address": "Los Olmos 120"}
    tell(
        (customer("A"), home | {"first_name": "Diego", "birthday": "2001-03-04"}),
        (customer("B"), home | {"first_name": "Gabriel", "birthday": "1998-11-20"}),
    )
    assert find_matches() == []
