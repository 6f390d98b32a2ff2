"""One look tells the messages that say nothing new from the others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorrido.people import rules
from recorrido.people.models import Identifier
from recorrido.people.resolution import Known, resolve_identifiers
from recorrido.people.sight import see
from recorrido.people.tests.telling import clear_persons, key, tell, tell_keys, told

pytestmark = pytest.mark.django_db

WORDS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=4, unique=True)


def look(*groups):
    return see([tuple(map(key, words)) for words in groups], rules.current())


@settings(max_examples=60, deadline=None)
@given(before=st.lists(WORDS, max_size=6), asked=st.lists(WORDS, max_size=6))
def test_a_message_says_nothing_new_when_its_principal_was_told_with_each_other_leaf(before, asked):
    clear_persons()
    leaves = {
        words[n]: ids[n] for words, ids in zip(before, tell(*before), strict=True) for n in range(len(ids))
    }
    links = {frozenset((words[0], other)) for words in before for other in words[1:]}
    seen = look(*asked)
    for words in asked:
        is_known = leaves.keys() >= set(words) and all(frozenset((words[0], o)) in links for o in words[1:])
        expected = [leaves[word] for word in words] if is_known else None
        assert seen.groups.get(tuple(map(key, words))) == expected
    assert seen.found.items() <= {key(word): leaf for word, leaf in leaves.items()}.items()


def test_of_a_message_with_news_it_is_known_what_was_found_and_what_was_not():
    ((ana,),) = tell(["ana"])
    seen = look(["ana", "bea"], ["carla"])
    assert (seen.groups, seen.found) == ({}, {key("ana"): ana})
    assert seen.asked == {key(word) for word in ("ana", "bea", "carla")}


def test_leaves_that_nobody_told_together_are_news():
    tell(["ana"], ["bea"])
    assert look(["ana", "bea"]).groups == {}


def test_a_message_that_names_nobody_says_nothing_new():
    assert look([]).groups == {(): []}


def test_the_strongest_identifier_is_the_principal_wherever_it_stands():
    keys = (("anonymous", "tab-1"), ("customer", "C1"))
    (leaves,) = tell_keys(keys)
    seen = see([keys], rules.current())
    assert seen.groups == {keys: leaves}
    assert Identifier.objects.get(id=leaves[0]).kind == "customer"


@pytest.mark.parametrize("value", ['a"b', "a\\b", "a,b", "{a}", "NULL", "á b", "a'b"])
def test_any_text_may_be_a_value(value):
    keys = (("external", value), ("external", f"{value}2"))
    (leaves,) = tell_keys(keys)
    assert see([keys], rules.current()).groups == {keys: leaves}


def test_what_is_remembered_is_bounded_by_the_identifiers_it_names():
    known = Known(limit=10)
    for words in (["a"], [f"b{n}" for n in range(8)], ["c", "d"]):
        known.take_in(resolve_identifiers(told=[told(words)], known=known)[1])
    assert list(known.groups) == [(key("c"), key("d"))]
