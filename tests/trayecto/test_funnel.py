from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.logs import NAMES, chosen_journeys, views
from tests.trayecto.memory_view import HOUR, view_of
from tests.trayecto.twins_funnel import depth

from trayecto.errors import BadValue, UnknownStep
from trayecto.questions import funnel


def reached(view, steps, **more):
    return [step.journeys for step in funnel.ask(view, list(steps), **more).steps]


def test_a_funnel_counts_each_journey_once():
    view = view_of("a0 b1 a2 b3", "a0 c1", "b0 a1")
    assert reached(view, "ab") == [3, 1]


def test_other_steps_may_lie_between():
    assert reached(view_of("a0 c1 d2 b3"), "ab") == [1, 1]


def test_strict_wants_each_step_directly_after_the_one_before():
    view = view_of("a0 c1 b2", "a0 b1", "a0 c1 a2 b3")
    assert reached(view, "ab", strict=True) == [3, 2]


def test_the_window_is_inclusive():
    view = view_of("a0 b5", "a0 b6")
    assert reached(view, "ab", within="5h") == [2, 1]


def test_every_occurrence_of_the_first_step_is_tried():
    view = view_of("a0 a9 b10 c11")
    assert reached(view, "abc", within="2h") == [1, 1, 1]


def test_events_at_the_same_time_stand_in_log_order():
    assert reached(view_of("a1 b1", "b1 a1"), "ab", within="0s") == [2, 1]


def test_one_event_never_serves_two_steps():
    assert reached(view_of("a0", "a0 a0"), "aa") == [2, 1]


def test_shares_are_of_the_first_step_and_of_the_previous_one():
    steps = funnel.ask(view_of("a0 b1 c2", "a0 b1", "a0", "a0", "c0"), ["a", "b", "c"]).to_dict()["steps"]
    assert steps[2] == {"step": "c", "journeys": 1, "share_of_first": 0.25, "share_of_previous": 0.5}


def test_a_funnel_nobody_enters_has_shares_of_zero():
    result = funnel.ask(view_of("b0"), ["a", "b"]).to_dict()
    assert [step["share_of_first"] for step in result["steps"]] == [0.0, 0.0]


def test_weights_add_their_own_counts_and_shares():
    view = view_of("a0 b1", "a0", weights=np.array([3.0, 1.0]))
    assert funnel.ask(view, ["a", "b"]).to_dict()["steps"][1] == {
        "step": "b", "journeys": 1, "share_of_first": 0.5, "share_of_previous": 0.5,
        "weighted_journeys": 3.0, "weighted_share_of_first": 0.75, "weighted_share_of_previous": 0.75,
    }  # fmt: skip


def test_an_unknown_step_is_named_with_the_nearest_one():
    with pytest.raises(UnknownStep, match=r"'order\.place'.*'order\.placed'"):
        funnel.ask(view_of("a0", names=["a", "order.placed"]), ["order.place"])


@pytest.mark.parametrize("within", ["a week", "7", 5, "-1d"])
def test_a_window_that_is_no_length_of_time_is_refused(within):
    with pytest.raises(BadValue):
        funnel.ask(view_of("a0"), ["a"], within=within)


@pytest.mark.parametrize("steps", [[], "ab"])
def test_a_funnel_wants_a_list_of_steps(steps):
    with pytest.raises(BadValue, match="at least one step"):
        funnel.ask(view_of("a0"), steps)


def test_the_table_has_one_row_per_step():
    table = funnel.ask(view_of("a0 b1"), ["a", "b"]).to_arrow()
    assert table.column("journeys").to_pylist() == [1, 1]


@settings(max_examples=250, deadline=None)
@given(
    views(),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4),
    st.none() | st.integers(0, 8),
    st.booleans(),
)
def test_a_funnel_equals_trying_every_way_to_pick_the_events(view, steps, hours, strict):
    window = None if hours is None else hours * HOUR
    expected = [(depth(journey, steps, window, strict), weight) for journey, weight in chosen_journeys(view)]
    result = funnel.ask(view, steps, within=None if hours is None else f"{hours}h", strict=strict)
    for level, step in enumerate(result.steps, start=1):
        assert step.journeys == sum(found >= level for found, _ in expected)
        if view.weights is not None:
            assert step.weighted_journeys == sum(weight for found, weight in expected if found >= level)


@settings(max_examples=60, deadline=None)
@given(views(), st.permutations(range(4)))
def test_summaries_merge_in_any_order_and_grouping(view, order):
    params = funnel.funnel_params(view, ["a", "b"], "3h", False)
    summaries = list(map(partial(funnel.scan, params=params), view.batches(4)))
    one, two, three, four = (summaries[place] for place in order)
    grouped = funnel.merge(funnel.merge(one, two), funnel.merge(three, four))
    chained = funnel.merge(summaries[0], funnel.merge(summaries[1], funnel.merge(*summaries[2:])))
    assert funnel.finish(grouped, ["a", "b"]) == funnel.finish(chained, ["a", "b"])
