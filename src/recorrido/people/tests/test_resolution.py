from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorrido.people.models import Identifier, Link, Person, PersonChange
from recorrido.people.queries import current_person_id, current_person_ids, earlier_ids, history_of, leaves_of
from recorrido.people.tests.telling import clear_persons, persons, plain_components, tell

pytestmark = pytest.mark.django_db

WORDS = st.lists(st.sampled_from("abcdefghijkl"), min_size=1, max_size=4, unique=True)
MESSAGES = st.lists(st.lists(WORDS, max_size=6), max_size=5)


@settings(max_examples=60, deadline=None)
@given(calls=MESSAGES)
def test_persons_are_the_components_a_plain_union_finds(calls):
    clear_persons()
    for groups in calls:
        tell(*groups)
    assert persons() == plain_components(group for groups in calls for group in groups)


@settings(max_examples=30, deadline=None)
@given(calls=MESSAGES)
def test_a_person_is_called_by_its_oldest_leaf_and_every_leaf_id_leads_there(calls):
    clear_persons()
    for groups in calls:
        tell(*groups)
    leaves = dict(Identifier.objects.values_list("id", "person_id"))
    assert all(person == min(i for i, p in leaves.items() if p == person) for person in leaves.values())
    assert current_person_ids(leaves) == leaves
    survivors = set(Person.objects.filter(merged_into=None).values_list("id", flat=True))
    assert survivors == set(leaves.values())


def test_telling_the_same_again_changes_nothing():
    first = tell(["ana", "ana@x"], ["ana@x", "phone"])
    assert tell(["ana", "ana@x"], ["ana@x", "phone"]) == first
    assert (Identifier.objects.count(), Link.objects.count(), PersonChange.objects.count()) == (3, 2, 0)


def test_a_merged_id_keeps_answering():
    ((older,), (younger,)) = tell(["web-1"], ["card-1"])
    tell(["card-1", "web-1"])
    assert current_person_id(younger) == older
    assert [leaf.value for leaf in leaves_of(younger)] == ["web-1", "card-1"]
    assert earlier_ids(older) == [younger]


def test_ids_answer_through_a_chain_of_merges():
    ((a,), (b,), (c,)) = tell(["a"], ["b"], ["c"])
    tell(["b", "c"])
    tell(["a", "b"])
    assert current_person_ids([a, b, c]) == {a: a, b: a, c: a}
    assert set(Person.objects.exclude(merged_into=None).values_list("id", "merged_into")) == {(b, a), (c, a)}


def test_a_merge_is_written_down_with_both_sides_and_its_reason():
    ((older,), (younger,)) = tell(["web-1"], ["card-1"])
    tell(["card-1", "web-1"])
    (change,) = history_of(older)
    assert (change.kind, change.person_id, change.other_id) == ("merged", older, younger)
    assert (change.reason, change.source) == ("same_message", "shop")


def test_all_evidence_is_kept_so_that_one_link_can_be_taken_back():
    tell(["a", "b"], ["b", "c"], ["a", "c"])
    assert Link.objects.count() == 3
