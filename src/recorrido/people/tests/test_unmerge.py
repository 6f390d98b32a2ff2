from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorrido.company.models import AuditEntry
from recorrido.people.actions import accept_link, merge_persons, refuse_link, unmerge, unmerge_link
from recorrido.people.errors import SamePerson
from recorrido.people.models import Identifier, Link, PersonChange
from recorrido.people.queries import current_person_id, current_person_ids, history_of, person_of
from recorrido.people.tests.telling import (
    PlainPeople,
    broken_promises,
    clear_persons,
    persons,
    start_by_links,
    start_by_messages,
    tell,
    tell_groups,
    tell_keys,
    whole_persons,
)

pytestmark = pytest.mark.django_db

KEYS = [("customer", f"c{n}") for n in range(4)] + [("email", f"m{n}@x.cl") for n in range(4)]
KEYS += [("phone", f"+5698765432{n}") for n in range(2)] + [("external", f"e{n}") for n in range(3)]
MESSAGE = st.tuples(
    st.lists(st.sampled_from(KEYS), min_size=1, max_size=4, unique=True), st.sampled_from(["shop", "till"])
)
WORDS = [f"w{n}" for n in range(12)]
PROPERTY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def oracle():
    limits = {"customer": 1, "email": 5, "phone": 5}
    return PlainPeople(limits, per_source={"customer"}, weak={"phone", "anonymous"})


def merges():
    return list(PersonChange.objects.filter(kind="merged").order_by("id").values_list("id", flat=True))


def test_an_unmerge_gives_both_sides_their_identifiers_and_ids_back(admin):
    ((older,), (younger,)) = tell(["web"], ["card"])
    tell(["card", "web"])
    done = unmerge(actor=admin, merge=merges()[0], why="two sisters")
    assert (done.person, done.other, persons()) == (older, younger, {frozenset(["web"]), frozenset(["card"])})
    assert current_person_ids([older, younger]) == {older: older, younger: younger}
    assert broken_promises() == []


def test_what_came_since_stays_with_the_side_it_was_first_linked_to(admin):
    tell(["web"], ["card"])
    tell(["card", "web"], ["card", "mail"], ["mail", "web"], ["web", "phone"])
    unmerge(actor=admin, merge=merges()[0])
    assert persons() == {frozenset(["web", "phone"]), frozenset(["card", "mail"])}


def test_a_separation_is_written_down_for_those_who_follow(admin):
    ((older,), (younger,)) = tell(["web"], ["card"])
    tell(["card", "web"])
    unmerge(actor=admin, merge=merges()[0], why="two sisters")
    *_, change = history_of(older)
    assert (change.kind, change.person_id, change.other_id) == ("unmerged", older, younger)
    assert (change.actor_id, change.why) == (admin.pk, "two sisters")
    assert AuditEntry.objects.get(action="person.unmerged").detail["why"] == "two sisters"


def test_telling_refused_links_again_never_rejoins(admin):
    messages = [["web", "card"], ["card", "mail"], ["mail", "web"]]
    tell(["web"], ["card"])
    tell(*messages)
    unmerge(actor=admin, merge=merges()[0])
    apart = persons()
    tell(*messages)
    assert (len(apart), persons()) == (2, apart)


def test_new_evidence_against_a_separation_waits_for_a_decision(admin):
    tell(["web"], ["card"])
    tell(["card", "web"])
    unmerge(actor=admin, merge=merges()[0])
    tell(["web", "new"], ["card", "new"])
    assert persons() == {frozenset(["web", "new"]), frozenset(["card"])}
    assert Link.objects.get(state="held").why == "apart"


def test_undoing_a_merge_twice_changes_nothing_more(admin):
    tell(["web"], ["card"])
    tell(["card", "web"])
    assert unmerge(actor=admin, merge=merges()[0]) is not None
    assert unmerge(actor=admin, merge=merges()[0]) is None
    assert PersonChange.objects.filter(kind="unmerged").count() == 1


def test_the_same_person_after_all(admin):
    tell(["web"], ["card"])
    tell(["card", "web"], ["card", "mail"], ["mail", "web"])
    (merge,) = merges()
    refused = unmerge(actor=admin, merge=merge).refused
    person = accept_link(actor=admin, link=refused[0], why="it was her")
    assert persons() == {frozenset(["web", "card", "mail"])}
    assert (Link.objects.filter(state="connects").count(), person) == (3, current_person_id(person))
    assert broken_promises() == []


def test_a_held_link_is_accepted_against_the_limit_or_refused_for_good(admin):
    ana, eva, mail = ("customer", "ana"), ("customer", "eva"), ("email", "a@x.cl")
    tell_keys([ana, mail], [eva, mail])
    let_go, held = Link.objects.filter(state="held").order_by("id")
    refuse_link(actor=admin, link=held.id, why="a couple")
    accept_link(actor=admin, link=let_go.id, why="it was hers first")
    assert person_of(*ana) == person_of(*mail) != person_of(*eva)
    accept_link(actor=admin, link=held.id, why="she opened a second account")
    assert person_of(*ana) == person_of(*eva)
    with pytest.raises(SamePerson):
        refuse_link(actor=admin, link=held.id)


def test_persons_merged_by_hand_can_be_separated_again(admin):
    ((one,), (other,), _) = tell(["a"], ["b"], ["b", "c"])
    assert merge_persons(actor=admin, one=other, other=one, why="same photo") == one
    assert history_of(one)[0].reason == "by_hand"
    unmerge(actor=admin, merge=merges()[0])
    assert persons() == {frozenset("a"), frozenset("bc")}


@PROPERTY
@given(told=st.lists(st.lists(MESSAGE, min_size=1, max_size=5), max_size=5))
def test_persons_under_limits_are_those_that_the_plain_rules_give(told):
    clear_persons()
    plain = oracle()
    for group in told:
        for keys, source in group:
            plain.tell(keys, source)
            tell_keys(keys, source=source)
    assert whole_persons() == plain.persons()
    assert broken_promises() == []


@PROPERTY
@given(
    told=st.lists(MESSAGE, max_size=12),
    later=st.lists(MESSAGE, max_size=6),
    chosen=st.lists(st.integers(0, 30), max_size=5),
)
def test_merges_and_separations_give_what_the_plain_rules_give(admin, told, later, chosen):
    clear_persons()
    plain = oracle()
    for number, (keys, source) in enumerate([*told, *later]):
        plain.tell(keys, source)
        tell_keys(keys, source=source)
        for one in chosen if number + 1 == len(told) else ():
            if plain.links:
                place = one % len(plain.links)
                plain.separate(place)
                unmerge_link(actor=admin, link=Link.objects.order_by("id")[place].id)
    assert whole_persons() == plain.persons()
    assert [link.state for link in plain.links] == list(
        Link.objects.order_by("id").values_list("state", flat=True)
    )
    assert broken_promises() == []


def undo_all(admin, seed):
    ids = merges()
    Random(seed).shuffle(ids)
    return sum(unmerge(actor=admin, merge=one) is not None for one in ids)


@PROPERTY
@given(told=st.lists(MESSAGE, max_size=15), seed=st.integers(0, 99), size=st.integers(1, 15))
def test_every_merge_undone_in_any_order_leads_back_to_the_start(admin, told, seed, size):
    clear_persons()
    for place in range(0, len(told), size):
        tell_groups(told[place : place + size])
    start = start_by_links()
    undo_all(admin, seed)
    pairs = PersonChange.objects.filter(kind="merged").values_list("person_id", "other_id")
    assert all(current_person_id(person) != current_person_id(other) for person, other in pairs)
    assert all(current_person_id(other) == other for _person, other in pairs)
    assert whole_persons() == start
    assert broken_promises() == []


@PROPERTY
@given(
    told=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True), max_size=15),
    seed=st.integers(0, 99),
    size=st.integers(1, 15),
)
def test_the_start_is_one_person_for_what_each_message_brought(admin, told, seed, size):
    clear_persons()
    for place in range(0, len(told), size):
        tell(*told[place : place + size])
    joined = len(merges())
    assert undo_all(admin, seed) == joined
    assert persons() == start_by_messages(told)


@PROPERTY
@given(told=st.lists(MESSAGE, max_size=15), chosen=st.lists(st.integers(0, 30), max_size=6))
def test_what_somebody_joined_by_hand_comes_apart_as_it_was(admin, told, chosen):
    clear_persons()
    tell_groups(told)
    for one in chosen:
        waiting = Link.objects.exclude(state="connects").order_by("id")
        if not waiting:
            break
        before = whole_persons()
        accept_link(actor=admin, link=waiting[one % len(waiting)].id)
        joined = merges()
        if whole_persons() != before:
            unmerge(actor=admin, merge=joined[-1])
            assert whole_persons() == before
            accept_link(actor=admin, link=waiting[one % len(waiting)].id)
        assert broken_promises() == []


@PROPERTY
@given(told=st.lists(MESSAGE, max_size=12), seed=st.integers(0, 99))
def test_an_id_that_was_ever_given_answers_for_ever(admin, told, seed):
    clear_persons()
    random, given_out = Random(seed), set()
    for keys, source in told:
        tell_keys(keys, source=source)
        given_out |= set(Identifier.objects.values_list("person_id", flat=True))
        if (ids := merges()) and random.random() < 0.4:
            unmerge(actor=admin, merge=random.choice(ids))
    assert current_person_ids(given_out).keys() == given_out
