from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.logs import views
from tests.trayecto.memory_view import HOUR, MemoryView, view_of
from tests.trayecto.twins_map import figures, flows_of, steps_of

from trayecto import engine
from trayecto.errors import UnknownStep
from trayecto.questions import map as question
from trayecto.questions import quantiles


class HalfTime:
    """A clock that runs at half speed."""

    def working(self, times):
        return times // 2


def seconds_of(flow):
    return flow.seconds.mean, flow.seconds.median, flow.seconds.p90, flow.seconds.min, flow.seconds.max


def check_flows(result, expected):
    assert {(flow.source, flow.target) for flow in result.flows} == set(expected)
    for flow in result.flows:
        plain, _, durations = expected[flow.source, flow.target]
        assert (flow.events, flow.journeys) == plain
        assert seconds_of(flow) == pytest.approx(figures(durations), rel=1e-12)


@given(views())
def test_the_map_equals_its_slow_twin(view):
    result = question.ask(view)
    check_flows(result, flows_of(view))
    found = {step.step: (step.events, step.journeys, step.starts, step.ends) for step in result.steps}
    assert found == {step: plain for step, (plain, _) in steps_of(view).items()}


@given(views())
def test_every_count_has_its_weighted_twin(view):
    if view.weights is None:
        assert question.ask(view).weighted_journeys is None
        return
    result = question.ask(view)
    for step in result.steps:
        found = (step.weighted_events, step.weighted_journeys, step.weighted_starts, step.weighted_ends)
        assert found == pytest.approx(steps_of(view)[step.step][1])
    for flow in result.flows:
        expected = flows_of(view)[flow.source, flow.target][1]
        assert (flow.weighted_events, flow.weighted_journeys) == pytest.approx(expected)


def test_a_flow_counts_its_events_and_each_journey_once():
    flow = question.ask(view_of("a0 b1 a2 b4", "a0 b3")).flows[0]
    assert (flow.source, flow.target, flow.events, flow.journeys) == ("a", "b", 3, 2)
    assert flow.seconds.median == 2 * 3600


def test_quantiles_interpolate_as_numpy_does():
    rng = np.random.default_rng(3)
    waits = [int(wait) for wait in rng.lognormal(15, 3, 5000)]
    view = MemoryView(tuple((("a", 0), ("b", wait)) for wait in waits), ("a", "b"))
    flow = question.ask(view).flows[0]
    assert seconds_of(flow) == pytest.approx(figures([wait / 1e6 for wait in waits]), rel=1e-13)


@given(st.lists(st.integers(0, 2**52), min_size=1, max_size=40))
def test_quantiles_are_exact_at_every_scale(waits):
    view = MemoryView(tuple((("a", 0), ("b", wait)) for wait in waits), ("a", "b"))
    flow = question.ask(view).flows[0]
    assert seconds_of(flow) == pytest.approx(figures([wait / 1e6 for wait in waits]), rel=1e-12)


def test_the_mean_of_very_long_waits_does_not_overflow():
    century = 100 * 365 * 24 * HOUR
    view = MemoryView(tuple((("a", 0), ("b", century)) for _ in range(5000)), ("a", "b"))
    assert question.ask(view).flows[0].seconds.mean == century / 1e6


@given(views(), views())
@settings(max_examples=50)
def test_merging_summaries_is_commutative_and_associative(first, second):
    plan = question.plan_for(first.batches(), 4)
    a, b = (question.scan(batch, plan) for batch in first.batches())
    c = question.scan(second.batches(1)[0], plan)
    left = question.merge(question.merge(a, b), c)
    right = question.merge(c, question.merge(b, a))
    seen = [0, 1, 3, 4, 5, 6]  # all but the stamp of the journey seen last
    assert (left.flows[:, seen] == right.flows[:, seen]).all() and (left.histogram == right.histogram).all()
    assert (left.journeys, left.events) == (right.journeys, right.events)


@given(views())
@settings(max_examples=50)
def test_the_second_scan_merges_in_any_order(view):
    plan = question.plan_for(view.batches(3), 4)
    ranks = quantiles.ranks(
        engine.run(view.batches(3), partial(question.scan, plan=plan), question.merge).histogram
    )
    found = []
    for order in (view.batches(3), view.batches(3)[::-1]):
        values = engine.run(
            order,
            partial(question.rescan, plan=plan, ranks=ranks),
            partial(quantiles.merge_values, ranks=ranks),
        )
        found.append(quantiles.quantiles(ranks, values))
    assert (found[0] == found[1]).all()


@given(views())
@settings(max_examples=50)
def test_a_log_with_very_many_steps_gives_the_same_map(view):
    names = (*(f"unused {number}" for number in range(question.DENSE_STEPS)), *view.step_names)
    wide = MemoryView(view.journeys, names, view.weights, view.selection)
    narrow, broad = question.ask(view), question.ask(wide)
    assert set(narrow.flows) == set(broad.flows) and set(narrow.steps) == set(broad.steps)


@given(views())
@settings(max_examples=50)
def test_a_clock_per_step_times_the_flows_into_it(view):
    result = question.ask(view, clock={"b": HalfTime()})
    check_flows(result, flows_of(view, lambda step, at: at // 2 if step == "b" else at))


def test_one_clock_times_every_flow():
    result = question.ask(view_of("a0 b4 c6"), clock=HalfTime())
    assert {flow.target: flow.seconds.mean for flow in result.flows} == {"b": 2 * 3600, "c": 3600}


def test_a_clock_for_a_step_that_is_not_there_is_refused():
    with pytest.raises(UnknownStep, match="'z'"):
        question.ask(view_of("a0 b4"), clock={"z": HalfTime()})


def test_the_map_of_no_journeys_is_empty():
    result = question.ask(MemoryView((), ()))
    assert result.to_dict() == {"journeys": 0, "events": 0, "steps": [], "flows": []}


def test_quantiles_can_be_left_out():
    seconds = question.ask(view_of("a0 b4"), percentiles=False).flows[0].seconds
    assert (seconds.median, seconds.p90, seconds.max) == (None, None, 4 * 3600)


def test_to_dict_speaks_of_weights_only_when_there_are_any():
    plain = question.ask(view_of("a0 b4")).to_dict()
    assert plain["flows"] == [
        {
            "source": "a", "target": "b", "events": 1, "journeys": 1,
            "seconds": {"mean": 14400.0, "median": 14400.0, "p90": 14400.0, "min": 14400.0, "max": 14400.0},
        }
    ]  # fmt: skip
    weighted = question.ask(view_of("a0 b4", weights=np.array([2.5]))).to_dict()
    assert weighted["weighted_journeys"] == weighted["flows"][0]["weighted_events"] == 2.5


def test_arrow_tables_bring_the_result_back():
    result = question.ask(view_of("a0 b4 a5", "b0 a7", weights=np.array([2.0, 3.0])))
    back = question.from_arrow(
        result.journeys, result.events, result.weighted_journeys, result.steps_to_arrow(), result.to_arrow()
    )
    assert back == result
