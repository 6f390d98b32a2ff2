from itertools import permutations, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.trayecto.logs import NAMES
from tests.trayecto.twins_alignments import words

from trayecto.conformance.automaton import compiled
from trayecto.conformance.paths import NOTHING, any_order, choice, optional, repeat, sequence, step, steps_of
from trayecto.errors import BadValue

A, B, C, D = map(step, NAMES)

PATHS = st.recursive(
    st.sampled_from([A, B, C, D]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: sequence(*parts))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: choice(*parts))
        | st.lists(inner, min_size=1, max_size=2).map(lambda parts: any_order(*parts))
        | inner.map(optional)
        | st.builds(lambda part, least, more: repeat(part, least, None if more is None else least + more),
                    inner, st.integers(0, 2), st.none() | st.integers(0, 2))
    ),
    max_leaves=6,
)  # fmt: skip


def said(*texts):
    return {tuple(text) for text in texts}


def test_a_sequence_allows_its_steps_in_order_only():
    assert words(sequence(A, B), 3, "abc") == said("ab")


def test_a_text_is_a_step():
    assert sequence("a", optional("b"), any_order("c", "d")) == sequence(A, optional(B), any_order(C, D))


def test_a_choice_allows_one_of_its_parts():
    assert words(choice(A, sequence(B, C)), 3, "abc") == said("a", "bc")


def test_what_is_optional_may_be_left_out():
    assert words(sequence(A, optional(B), C), 3, "abc") == said("ac", "abc")


@pytest.mark.parametrize(
    ("least", "most", "sizes"), [(0, 2, {0, 1, 2}), (1, None, {1, 2, 3, 4}), (2, 2, {2})]
)
def test_a_repeat_has_bounds(least, most, sizes):
    assert {len(word) for word in words(repeat(A, least, most), 4, "a")} == sizes


def test_any_order_allows_each_order_once():
    assert words(any_order(A, B, C), 3, "abc") == {tuple(order) for order in permutations("abc")}


def test_steps_of_parts_in_any_order_may_lie_between_those_of_others():
    assert words(any_order(sequence(A, B), C), 3, "abc") == said("abc", "acb", "cab")


def test_a_repeat_that_counts_down_or_backwards_is_refused():
    for least, most in ((-1, 2), (3, 2)):
        with pytest.raises(BadValue, match="least"):
            repeat(A, least, most)


def test_six_steps_in_any_order_make_sixty_four_states():
    assert compiled(any_order(*map(step, "abcdef"))).states == 64


def test_a_design_with_too_many_states_is_refused_in_a_sentence():
    with pytest.raises(BadValue, match="any order"):
        compiled(any_order(*(step(str(number)) for number in range(8))), most_states=100)


def test_a_design_that_allows_nothing_is_refused():
    with pytest.raises(BadValue, match="no journey"):
        compiled(choice())


def test_states_that_allow_the_same_endings_are_one():
    automaton = compiled(choice(sequence(A, C), sequence(B, C)))
    assert (automaton.states, automaton.steps) == (3, ("a", "b", "c"))


@settings(max_examples=150, deadline=None)
@given(PATHS)
def test_the_automaton_accepts_exactly_what_the_path_allows(path):
    automaton, allowed = compiled(path), words(path, 4, NAMES)
    tried = (word for size in range(5) for word in product(NAMES, repeat=size))
    assert all(automaton.accepts(word) == (word in allowed) for word in tried)
    assert set(automaton.steps) <= steps_of(path)


@settings(max_examples=100, deadline=None)
@given(PATHS, PATHS)
def test_the_operations_mean_what_they_say(a, b):
    assume(NOTHING not in (a, b))
    first, second = words(a, 2, NAMES), words(b, 2, NAMES)
    assert words(choice(a, b), 2, NAMES) == first | second
    both = {x + y for x in first for y in second if len(x + y) <= 2}
    assert words(sequence(a, b), 2, NAMES) == both
    assert words(any_order(a, b), 2, NAMES) == words(any_order(b, a), 2, NAMES)
    assert words(any_order(a, b), 2, NAMES) >= both


@settings(max_examples=60, deadline=None)
@given(PATHS)
def test_no_two_states_of_an_automaton_accept_the_same(path):
    automaton = compiled(path)
    assume(automaton.states <= 12)
    assert len(set(_moore(automaton))) == automaton.states


def _moore(automaton):
    """The classes of the states, by splitting as often as there are states."""
    edges = list(
        zip(automaton.sources.tolist(), automaton.labels.tolist(), automaton.targets.tolist(), strict=True)
    )
    classes = [(bool(final),) for final in automaton.accepting]
    for _ in range(automaton.states):
        keys = [
            (
                classes[state],
                tuple(sorted((label, classes[to]) for source, label, to in edges if source == state)),
            )
            for state in range(automaton.states)
        ]
        names = {key: (number,) for number, key in enumerate(dict.fromkeys(keys))}
        classes = [names[key] for key in keys]
    return classes
