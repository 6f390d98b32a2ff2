"""The map that is kept current by what went and what came equals the map that is asked anew."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.trayecto.logs import NAMES, journeys
from tests.trayecto.memory_view import MemoryView, view_of

from trayecto.kernels import kept as kernel
from trayecto.questions import kept_map
from trayecto.questions import map as question

values = st.lists(st.integers(0, 30), max_size=30)


def sorted_array(numbers):
    return np.array(sorted(numbers), np.int64)


@given(values, values, st.data())
def test_a_rank_after_some_went_and_others_came_is_that_of_what_is_left(known, come, data):
    gone = data.draw(st.lists(st.sampled_from(range(len(known))), unique=True)) if known else []
    left = sorted([value for place, value in enumerate(known) if place not in gone] + come)
    arrays = [sorted_array(each) for each in (known, [known[place] for place in gone], come)]
    assert [kernel.rank_in(*arrays, rank) for rank in range(len(left))] == left


def test_ranks_far_apart_do_not_overflow():
    far = np.array([0, 2**62], np.int64)
    none = np.empty(0, np.int64)
    assert kernel.rank_in(far, none, np.array([2**61], np.int64), 1) == 2**61


PARTS = st.sampled_from(["stays", "goes", "comes"])
MANY = tuple(f"s{number:03}" for number in range(question.DENSE_STEPS)) + NAMES


@st.composite
def changes(draw):
    """Journeys, each of which stays, goes or comes, of a log with few steps or with many."""
    found = draw(st.lists(journeys(), min_size=1, max_size=8))
    parts = np.array(draw(st.lists(PARTS, min_size=len(found), max_size=len(found))))
    return MemoryView(tuple(found), draw(st.sampled_from([NAMES, MANY]))), parts


def measured(view, mask):
    return kept_map.measure(replace(view, selection=mask).batches(), len(view.step_names))


@given(changes())
def test_a_map_kept_current_equals_the_map_asked_anew(change):
    view, parts = change
    known, gone, come = (
        measured(view, parts != "comes"),
        measured(view, parts == "goes"),
        measured(view, parts == "comes"),
    )
    kept = kept_map.replaced(known, gone, come, view.step_names)
    assert kept == question.ask(replace(view, selection=parts != "goes"))


@given(changes())
def test_a_map_kept_in_a_file_is_read_as_it_was_measured(change):
    view, parts = change
    before = measured(view, parts != "comes")
    answer = kept_map.figures(before, view.step_names)
    read = kept_map.from_arrow(before.to_arrow(), answer, view.step_names)
    come, none = measured(view, parts == "comes"), kept_map.nothing(len(view.step_names))
    assert kept_map.replaced(read, none, come, view.step_names) == question.ask(view)


def test_steps_that_come_with_new_journeys_are_on_the_map():
    before, after = view_of("a0 b1", names="ab"), view_of("a0 b1", "a0 z2", names="abz")
    known = measured(before, None)
    come = measured(after, np.array([False, True]))
    kept = kept_map.replaced(known, kept_map.nothing(3), come, after.step_names)
    assert kept == question.ask(after)
