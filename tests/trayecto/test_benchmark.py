"""The benchmark's own promises: its journeys look as it says, and it sees when answers differ."""

import numpy as np
import pytest
from bench.generate import STEPS, make_events
from bench.questions import same


@pytest.fixture(scope="module")
def events():
    return make_events(200_000)


def test_generated_events_come_in_arrival_order(events):
    assert (np.diff(events["at"].to_numpy().astype(np.int64)) >= 0).all()


def test_generated_journeys_have_ten_events_and_about_900_flows(events):
    journeys, steps = events["journey"].to_numpy(), events["step"].to_pylist()
    assert len(journeys) / len(set(journeys.tolist())) == pytest.approx(10, rel=0.05)
    order = np.argsort(journeys, kind="stable")
    named = [steps[place] for place in order]
    own = journeys[order]
    flows = {(named[i - 1], named[i]) for i in range(1, len(named)) if own[i] == own[i - 1]}
    assert 800 <= len(flows) <= len(STEPS) ** 2


def test_flows_are_equal_in_any_order_and_within_rounding():
    ours = [["a", "b", 3, 1.0, 0.5, 2.0, 2], ["b", "c", 1, 1.0, 1.0, 1.0, 1]]
    assert same(ours, [["b", "c", 1, 1.0, 1.0, 1.0], ["a", "b", 3, 1.0 + 1e-9, 0.5, 2.0]])
    assert not same(ours, [["a", "b", 3, 1.0, 0.5, 2.0]])
    assert not same(ours, [["a", "b", 4, 1.0, 0.5, 2.0], ["b", "c", 1, 1.0, 1.0, 1.0]])


def test_what_a_tool_does_not_give_is_not_compared():
    assert same([["a", "b", 3, 1.0]], [["a", "b", 3, None]])


def test_counts_must_be_equal_to_the_journey():
    assert same([5, 3], [5, 3]) and not same([5, 3], [5, 2])
