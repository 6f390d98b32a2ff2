"""Messages that name the same values together again are known at once, and never by what no longer holds."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from recorrido.people import acquaintances, rules, sight, tasks
from recorrido.people.actions import block_value, end_identifier, resume_identifier
from recorrido.people.models import Acquaintance, Identifier
from recorrido.people.resolution import Known, Told, resolve_identifiers
from recorrido.people.tests.telling import NOON, broken_promises, clear_persons, key, tell, tell_keys
from recorrido.shared import sql

pytestmark = pytest.mark.django_db

ANA, PHONE, MAIL = ("customer", "ana"), ("phone", "+56987654321"), ("email", "ana@example.com")
WORDS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=4, unique=True)
VALUES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)


def meet(*messages):
    """Each message alone, as a process tells it that remembers nothing itself; returns its leaves."""
    return [
        resolve_identifiers(
            told=[Told(tuple(keys), "shop", "0" * 32, NOON)], known=Known(see=acquaintances.see)
        )[0][0]
        for keys in messages
    ]


@pytest.fixture
def asked(monkeypatch):
    """The messages that had to be looked at leaf by leaf."""
    looked = []

    def see(messages, in_force):
        looked.extend(listed := list(messages))
        return sight_see(listed, in_force)

    sight_see = sight.see
    monkeypatch.setattr(sight, "see", see)
    return looked


def test_who_was_met_is_not_looked_up_leaf_by_leaf_again(asked):
    first, second, third = meet(*[[ANA, PHONE, MAIL]] * 3)
    assert first == second == third
    assert asked == [(ANA, PHONE, MAIL)] * 2  # the first meeting made the leaves, the second one found them


def test_a_single_value_is_one_question_anyway_and_is_not_written_down():
    tell_keys([ANA])
    meet([ANA])
    assert not Acquaintance.objects.exists()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(WORDS, max_size=5), max_size=6))
def test_whoever_remembers_says_the_same_as_who_looks(groups):
    """By turns with a plain look, over groups of messages in any order, the memory being emptied now and then."""
    clear_persons()
    Acquaintance.objects.all().delete()
    for number, words in enumerate(groups):
        messages = [tuple(map(key, group)) for group in words]
        with transaction.atomic():
            seen = acquaintances.see(messages, rules.current())
            assert seen.groups == sight.see(messages, rules.current()).groups
        told = [Told(keys, "shop", f"{number:032x}", NOON) for keys in messages]
        resolve_identifiers(told=told, known=Known(see=acquaintances.see))
        if number % 3 == 2:
            Acquaintance.objects.all().delete()
    assert broken_promises() == []


def test_of_others_it_says_what_was_found_and_what_was_not():
    tell(["ana", "bea"], ["eva"])
    meet([key("ana"), key("bea")])
    seen = acquaintances.see([(key("ana"), key("bea")), (key("eva"), key("ida"))], rules.current())
    assert list(seen.groups) == [(key("ana"), key("bea"))]
    assert (set(seen.found), seen.asked) == ({key("eva")}, {key("eva"), key("ida")})


def test_a_phone_that_went_to_somebody_else_is_not_known_by_the_time_before(admin):
    (leaves,) = tell_keys([ANA, PHONE], at=NOON)
    assert meet([ANA, PHONE]) == [leaves]
    end_identifier(actor=admin, identifier=leaves[1], at=NOON)
    ((ana, phone),) = meet([ANA, PHONE])
    assert (ana, phone != leaves[1]) == (leaves[0], True)


def test_nor_by_the_time_between_when_the_end_was_a_mistake(admin):
    (leaves,) = tell_keys([ANA, PHONE], at=NOON)
    end_identifier(actor=admin, identifier=leaves[1], at=NOON)
    resume_identifier(actor=admin, identifier=leaves[1])
    assert meet([ANA, PHONE], [ANA, PHONE]) == [leaves, leaves]


def test_a_change_of_the_rules_is_a_new_edition_of_what_is_remembered(admin, asked):
    meet(*[[ANA, PHONE]] * 2)
    block_value(actor=admin, pattern="0000", reason="nobody")
    meet([ANA, PHONE])
    assert asked == [(ANA, PHONE)] * 3


def test_what_a_rolled_back_group_learnt_is_not_remembered():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        meet(*[[ANA, PHONE]] * 2)
        raise ZeroDivisionError
    assert not Acquaintance.objects.exists()


def test_what_two_processes_wrote_down_at_once_is_one_answer():
    (leaves,) = tell_keys([ANA, PHONE])
    for _ in range(2):
        acquaintances.remember({(ANA, PHONE): leaves}, rules.current())
    assert meet([ANA, PHONE]) == [leaves]
    assert Acquaintance.objects.count() == 2


@given(st.sets(st.lists(st.tuples(st.sampled_from(["customer", "email"]), VALUES), min_size=2).map(tuple)))
def test_different_values_have_different_hashes(messages):
    hashes = acquaintances._hashes(messages, rules.Rules())
    assert len(set(hashes.values())) == len(messages)


def test_a_crash_of_the_database_empties_it_and_nothing_else():
    unlogged = sql.fetch(
        "SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r' ORDER BY relname"
    )
    assert unlogged == [("people_acquaintance",)]


def test_a_memory_that_outgrew_the_identifiers_is_emptied(monkeypatch):
    monkeypatch.setattr(acquaintances, "FEW", 3)
    (leaves,) = tell_keys([ANA, PHONE])
    acquaintances.remember(dict.fromkeys([(ANA, PHONE), (PHONE, ANA)], leaves), rules.current())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_acquaintance, people_identifier")
    assert not acquaintances.clear_out()  # two rows for two identifiers
    for _ in range(3):
        acquaintances.remember({(ANA, PHONE): leaves}, rules.current())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_acquaintance, people_identifier")
    assert Identifier.objects.count() == 2
    tasks.clear_out_acquaintances(timestamp=0)
    assert not Acquaintance.objects.exists()
    assert meet([ANA, PHONE]) == [leaves]


@pytest.fixture
def somebody_else():
    """A connection of its own to the test's database."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        yield other


@pytest.mark.django_db(transaction=True)
def test_it_is_not_emptied_under_somebody_who_is_writing(monkeypatch, somebody_else):
    monkeypatch.setattr(acquaintances, "FEW", 0)
    monkeypatch.setattr(acquaintances, "MOST_PER_IDENTIFIER", 0)
    acquaintances.remember({(ANA, PHONE): [1, 2]}, rules.current())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_acquaintance")
    with somebody_else.transaction():
        somebody_else.execute("SELECT FROM people_acquaintance")
        assert not acquaintances.clear_out()
    assert Acquaintance.objects.exists()
    assert acquaintances.clear_out()
