from __future__ import annotations

import pytest

from recorrido.people.models import Identifier, Link, PersonChange
from recorrido.people.queries import leaves_of, person_of
from recorrido.people.tests.telling import tell_keys

pytestmark = pytest.mark.django_db

ANA, EVA = ("customer", "ana"), ("customer", "eva")
ANAS, EVAS = ("email", "ana@x.cl"), ("email", "eva@x.cl")
HOME = ("phone", "+56221234567")
TABLET = ("anonymous", "tablet-7")


def links():
    return list(Link.objects.order_by("id").values_list("low__value", "high__value", "state", "why"))


def test_two_customers_of_one_source_with_one_mail_stay_two_persons():
    tell_keys([ANA, ANAS], [EVA, ANAS])
    assert person_of(*ANA) != person_of(*EVA)
    assert links()[1:] == [("ana@x.cl", "eva", "held", "limit:customer")]
    assert links()[0][2:] == ("held", "contested")


def test_the_customer_numbers_of_two_sources_may_be_one_persons():
    tell_keys([ANA, ANAS], source="shop")
    tell_keys([EVA, ANAS], source="till")
    assert person_of(*ANA) == person_of(*EVA)


def test_two_national_ids_are_never_one_person():
    one, other = ("cl.rut", "123456785"), ("cl.rut", "76086428")
    tell_keys([one, ANAS], source="shop")
    tell_keys([other, ANAS], source="till")
    assert person_of(*one) != person_of(*other)


def test_a_stores_tablet_does_not_join_those_who_used_it():
    tell_keys([ANA, TABLET], [EVA, TABLET], [("customer", "luz"), TABLET])
    assert len({person_of("customer", name) for name in ("ana", "eva", "luz")}) == 3
    assert [why for *_, why in links()] == ["contested", "limit:customer", "contested"]


def test_a_familys_phone_does_not_join_two_guests_with_mails_of_their_own():
    tell_keys([ANAS, HOME], [EVAS, HOME])
    assert person_of(*ANAS) != person_of(*EVAS)
    assert links()[1][2:] == ("held", "shared:phone")


def test_a_phone_joins_what_does_not_contradict():
    tell_keys([HOME, ("anonymous", "cookie")], [ANA, HOME])
    assert person_of(*ANA) == person_of(*HOME) == person_of("anonymous", "cookie")


def test_a_sixth_mail_waits_for_a_decision():
    mails = [("email", f"m{n}@x.cl") for n in range(6)]
    tell_keys(*([ANA, mail] for mail in mails))
    assert len(leaves_of(person_of(*ANA))) == 6
    assert links()[-1][2:] == ("held", "limit:email")


def test_a_held_link_merges_nobody_and_telling_it_again_changes_nothing():
    first = tell_keys([ANA, ANAS], [EVA, ANAS])
    assert tell_keys([ANA, ANAS], [EVA, ANAS]) == first
    assert Link.objects.count() == 2
    assert not PersonChange.objects.filter(kind="merged").exists()


def test_an_event_belongs_to_its_strongest_identifier_where_the_first_may_be_shared():
    tell_keys([ANA, TABLET])
    ((principal, tablet),) = tell_keys([TABLET, EVA])
    assert Identifier.objects.get(id=principal).value == "eva"
    assert Identifier.objects.get(id=tablet).person_id == tablet != person_of(*ANA)


def test_limits_do_not_depend_on_how_messages_are_grouped():
    messages = [[ANA, ANAS], [EVA, HOME], [ANAS, HOME], [EVA, EVAS], [ANAS, TABLET], [EVAS, TABLET]]
    tell_keys(*messages)
    together = [state for *_, state, _why in links()]
    others = [[(kind, f"{value}9") for kind, value in message] for message in messages]
    for message in others:
        tell_keys(message)
    assert [state for *_, state, _why in links()[len(together) :]] == together
