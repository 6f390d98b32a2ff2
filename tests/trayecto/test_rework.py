from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.logs import chosen_journeys, views
from tests.trayecto.memory_view import view_of
from tests.trayecto.twins_rework import figures

from trayecto.filters import has, parse_filter, repeats, repeats_directly, returns_to
from trayecto.questions import rework


def step_of(view, name):
    return next(step for step in rework.ask(view).steps if step.step == name)


def test_a_repeat_is_direct_or_a_return():
    step = step_of(view_of("a0 a1 b2 a3"), "a")
    assert (step.extra_events, step.direct_repeats, step.returns) == (2, 1, 1)


def test_a_journey_counts_once_however_often_it_repeats():
    step = step_of(view_of("a0 a1 a2 a3", "a0", "b0"), "a")
    assert (step.journeys, step.journeys_repeating, step.share_repeating) == (2, 1, 0.5)


def test_totals_count_journeys_that_repeat_some_step():
    answer = rework.ask(view_of("a0 a1", "a0 b1 a2 b3", "a0 b1"))
    assert (answer.journeys, answer.journeys_repeating) == (3, 2)
    assert (answer.journeys_repeating_directly, answer.journeys_returning) == (1, 1)
    assert (answer.events, answer.extra_events) == (8, 3)


def test_steps_with_the_most_extra_events_come_first():
    answer = rework.ask(view_of("a0 b1 b2 b3 c4 c5")).to_dict()
    assert [step["step"] for step in answer["steps"]] == ["b", "c", "a"]


@settings(max_examples=200, deadline=None)
@given(views())
def test_rework_equals_counting_by_hand(view):
    answer = rework.ask(view)
    for step in answer.steps:
        for name, (count, weighed) in figures(chosen_journeys(view), step.step).items():
            assert getattr(step, name) == count
            assert view.weights is None or getattr(step, f"weighted_{name}") == pytest.approx(weighed)


@settings(max_examples=60, deadline=None)
@given(views())
def test_every_count_of_journeys_equals_the_rows_of_its_filter(view):
    answer = rework.ask(view)
    clicks = {
        repeats(): answer.journeys_repeating,
        repeats_directly(): answer.journeys_repeating_directly,
        returns_to(): answer.journeys_returning,
    }
    for step in answer.steps:
        clicks[has(step.step)] = step.journeys
        clicks[repeats(step.step)] = step.journeys_repeating
        clicks[repeats_directly(step.step)] = step.journeys_repeating_directly
        clicks[returns_to(step.step)] = step.journeys_returning
    assert {click: view.where(click).journey_count for click in clicks} == clicks
    assert all(parse_filter(str(click)) == click for click in clicks)


@settings(max_examples=40, deadline=None)
@given(views(), st.permutations(range(4)))
def test_summaries_merge_in_any_order(view, order):
    parts = [rework.scan(batch) for batch in view.batches(4)]
    one, other = (reduce(rework.merge, (parts[place] for place in places)) for places in (range(4), order))
    assert rework.finish(one, view.step_names) == rework.finish(other, view.step_names)


def test_the_table_has_one_row_per_step_that_occurs():
    assert rework.ask(view_of("a0 a1", "b0")).to_arrow().column("step").to_pylist() == ["a", "b"]
