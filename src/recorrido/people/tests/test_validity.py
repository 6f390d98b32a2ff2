from __future__ import annotations

from datetime import timedelta

import pytest

from recorrido.company.models import AuditEntry
from recorrido.people.actions import (
    end_identifier,
    resume_identifier,
    verify_identifier,
    withdraw_verification,
)
from recorrido.people.errors import BadEnd
from recorrido.people.models import Identifier
from recorrido.people.queries import leaves_of, person_of
from recorrido.people.resolution import Known, Told, resolve_identifiers
from recorrido.people.tests.telling import NOON, broken_promises, tell_keys
from recorrido.shared import clock

pytestmark = pytest.mark.django_db

ANA, EVA, PHONE = ("customer", "ana"), ("customer", "eva"), ("phone", "+56987654321")
LATER = NOON + timedelta(days=1)


@pytest.fixture
def ended(admin):
    """Ana's phone, which went to somebody else at noon."""
    tell_keys([ANA, PHONE], at=NOON - timedelta(days=9))
    leaf = Identifier.objects.get(kind="phone")
    end_identifier(actor=admin, identifier=leaf.id, at=NOON, why="the carrier says so")
    return leaf.id


def test_a_recycled_phone_leads_to_whoever_has_it_now(ended):
    tell_keys([EVA, PHONE], at=LATER)
    assert person_of(*PHONE) == person_of(*EVA) != person_of(*ANA)
    assert [leaf.id for leaf in leaves_of(person_of(*ANA)) if leaf.kind == "phone"] == [ended]
    assert broken_promises() == []


def test_late_news_of_an_earlier_time_still_find_who_had_the_phone(ended):
    tell_keys([EVA, PHONE], at=LATER)
    ((leaf,),) = tell_keys([PHONE], at=NOON - timedelta(hours=1))
    assert leaf == ended


def test_what_a_long_run_remembers_of_a_phone_ends_with_it(admin):
    known = Known()
    call = Told((PHONE,), "calls", "0" * 32, LATER)
    groups, learnt = resolve_identifiers(told=[call], known=known)
    known.take_in(learnt)
    end_identifier(actor=admin, identifier=groups[0][0], at=NOON)
    assert resolve_identifiers(told=[call], known=known)[0] != groups


def test_one_group_may_speak_of_the_phone_before_and_after_its_end(ended):
    early = [Told(keys, "calls", "0" * 32, NOON - timedelta(hours=1)) for keys in [(PHONE,), (ANA,)]]
    late = Told((PHONE,), "calls", "1" * 32, LATER)
    groups, learnt = resolve_identifiers(told=[early[0], late, early[1]], known=Known())
    assert groups[0] == [ended] != groups[1]
    # What is remembered is what the phone means now; who never lost an identifier means the same at any time.
    assert learnt.groups == {(PHONE,): groups[1], (ANA,): groups[2]}


def test_an_identifier_does_not_end_twice_nor_in_the_future(admin, ended):
    for at in (NOON, clock.now() + timedelta(days=1)):
        with pytest.raises(BadEnd):
            end_identifier(actor=admin, identifier=ended, at=at)


def test_an_end_is_taken_back_while_nobody_else_has_the_value(admin, ended):
    resume_identifier(actor=admin, identifier=ended, why="a mistake")
    assert person_of(*PHONE) == person_of(*ANA)
    end_identifier(actor=admin, identifier=ended, at=NOON)
    tell_keys([EVA, PHONE], at=LATER)
    with pytest.raises(BadEnd):
        resume_identifier(actor=admin, identifier=ended)


def test_an_identifier_says_who_told_it_first_and_who_made_sure(admin):
    ((leaf,),) = tell_keys([PHONE], source="calls")
    verify_identifier(actor=admin, identifier=leaf, how="code sent")
    row = Identifier.objects.get(id=leaf)
    assert (row.source, row.since, row.verified_by) == ("calls", NOON, "Admin: code sent")
    withdraw_verification(actor=admin, identifier=leaf)
    assert Identifier.objects.get(id=leaf).verified_at is None
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["identifier.verified", "identifier.unverified"]
