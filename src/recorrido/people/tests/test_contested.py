"""Identifiers that two persons use end up with nobody, in whatever order we hear of it."""

from __future__ import annotations

from itertools import permutations

import pytest

from recorrido.people.actions import accept_link, introduce_persons, tell_attributes, verify_identifier
from recorrido.people.attributes import Told as Fact
from recorrido.people.introductions import Introduction
from recorrido.people.models import Identifier, Link, PersonChange
from recorrido.people.queries import person_of
from recorrido.people.resolution import Known, Told, resolve_identifiers
from recorrido.people.tests.telling import (
    NOON,
    broken_promises,
    clear_persons,
    tell_keys,
    tell_named,
    whole_persons,
)

pytestmark = pytest.mark.django_db

ANA, EVA, LUZ = ("customer", "ana"), ("customer", "eva"), ("customer", "luz")
CARD = ("loyalty", "7")
MAIL, OTHER_MAIL = ("email", "casa@x.cl"), ("email", "eva@x.cl")
HOME = ("phone", "+56221234567")
TABLET = ("anonymous", "tablet-7")


def reasons():
    return list(Link.objects.order_by("id").values_list("state", "why"))


@pytest.mark.parametrize(("one", "other"), [("Ana", "Luis"), ("Juan", "Ana"), ("Francisca", "Pedro Pablo")])
def test_a_shared_mail_does_not_join_two_first_names(one, other):
    tell_named((one, [ANA, MAIL]), (other, [CARD, MAIL]))
    assert person_of(*ANA) != person_of(*CARD)
    assert reasons() == [("held", "contested"), ("held", "name")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("María José", "maria"),
        ("Sofía", "Sfoía"),
        ("F.", "Felipe"),
        ("Fran", "Francisca"),
        ("Ana", ""),
        ("José", "Juan José"),
    ],
)
def test_a_first_name_written_otherwise_or_not_at_all_holds_nobody_back(one, other):
    tell_named((one, [ANA, MAIL]), (other, [CARD, MAIL]))
    assert person_of(*ANA) == person_of(*CARD)


def test_names_do_not_speak_against_a_number_of_ones_own():
    tell_named(("Ana", [CARD, ANA]), ("Luis", [("external", "e"), ANA]))
    assert person_of("external", "e") == person_of(*ANA)


def test_names_told_in_one_group_count_as_those_told_before():
    told = [
        Introduction("1", (ANA, MAIL), {"nombre": "Ana"}),
        Introduction("2", (CARD, MAIL), {"name": "Luis Soto"}),
    ]
    introduce_persons(source="test", country="CL", persons=told)
    assert person_of(*ANA) != person_of(*CARD)
    assert Identifier.objects.get(contested=True).value == MAIL[1]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("remembered", [True, False])
def test_a_name_told_of_somebody_known_counts_for_the_link_behind_it(together, remembered):
    """The message with the name says nothing new of identifiers, whether it is seen now or was remembered."""
    tell_named(("Luis", [CARD, MAIL]), ("", [ANA]))
    known = Known()
    if remembered:
        known.take_in(resolve_identifiers(told=[Told((ANA,), "shop", "0" * 32, NOON)], known=known)[1])
    name = Told((ANA,), "shop", "1" * 32, NOON, [("first_name", '"Ana"')])
    link = Told((ANA, MAIL), "shop", "2" * 32, NOON)
    for group in [[name, link]] if together else [[name], [link]]:
        leaves, _ = resolve_identifiers(told=group, known=known)
        facts = [
            Fact(ids[0], *fact, NOON)
            for one, ids in zip(group, leaves, strict=True)
            for fact in one.attributes
        ]
        tell_attributes(facts=facts)
    assert person_of(*ANA) != person_of(*CARD)
    assert reasons() == [("held", "contested"), ("held", "name")]


@pytest.mark.parametrize("device", [TABLET, HOME, MAIL])
@pytest.mark.parametrize("together", [True, False])
def test_what_two_customers_use_ends_with_nobody_in_any_order(device, together):
    outcomes = set()
    for order in permutations([[ANA, device], [EVA, device], [LUZ, device], [device]]):
        clear_persons()
        for messages in [order] if together else [[message] for message in order]:
            tell_keys(*messages)
        outcomes.add(frozenset(whole_persons()))
        assert broken_promises() == []
    assert outcomes == {frozenset(frozenset([one]) for one in (ANA, EVA, LUZ, device))}


def test_whom_a_contested_identifier_joined_come_apart_and_followers_hear_of_it():
    tell_keys([ANA, MAIL], [CARD, MAIL], [EVA, MAIL])
    assert len({person_of(*one) for one in (ANA, CARD, EVA, MAIL)}) == 4
    told = PersonChange.objects.filter(kind="unmerged").values_list("person_id", "other_id", "reason")
    assert {other for _, other, _ in told} >= {person_of(*MAIL), person_of(*CARD)}
    assert {reason for *_, reason in told} == {"contested"}
    assert broken_promises() == []


def test_the_past_of_a_visitor_stays_while_one_person_claims_the_device():
    tell_keys([TABLET], [TABLET, ("external", "cookie")])
    tell_keys([ANA, TABLET], [ANA, MAIL], [ANA, TABLET, MAIL])
    assert person_of(*TABLET) == person_of(*ANA)
    assert not Identifier.objects.filter(contested=True).exists()


def test_a_mail_is_contested_by_a_number_and_not_by_another_mail():
    tell_keys([ANA, MAIL], [EVA, OTHER_MAIL], [MAIL, OTHER_MAIL])
    assert (person_of(*MAIL), person_of(*OTHER_MAIL)) == (person_of(*ANA), person_of(*EVA))


def test_a_limit_of_its_own_kind_does_not_make_an_identifier_contested():
    mails = [("email", f"m{n}@x.cl") for n in range(6)]
    tell_keys([mails[5], HOME], *([ANA, mail] for mail in mails))
    assert reasons()[-1] == ("held", "limit:email")
    assert person_of(*mails[5]) == person_of(*HOME)


def test_an_accepted_contested_link_settles_whose_it_is(admin):
    tell_keys([ANA, MAIL], [ANA, TABLET], [EVA, TABLET])
    accept_link(actor=admin, link=Link.objects.get(why="contested").id, why="her own tablet")
    assert person_of(*TABLET) == person_of(*ANA)
    tell_keys([LUZ, TABLET])
    assert person_of(*TABLET) == person_of(*ANA) != person_of(*LUZ)
    assert not Identifier.objects.filter(contested=True).exists()
    assert broken_promises() == []


def test_all_links_to_the_side_that_got_a_contested_identifier_connect_again(admin):
    tell_keys([ANA, MAIL], [ANA, HOME], [MAIL, HOME], [EVA, HOME])
    assert reasons().count(("held", "contested")) == 2
    accept_link(actor=admin, link=Link.objects.filter(why="contested").first().id)
    assert reasons().count(("connects", "")) == 3


def test_a_verified_identifier_stays_with_its_person(admin):
    ((_, mail),) = tell_keys([ANA, MAIL])
    verify_identifier(actor=admin, identifier=mail, how="code sent")
    tell_keys([EVA, MAIL])
    assert person_of(*MAIL) == person_of(*ANA) != person_of(*EVA)
