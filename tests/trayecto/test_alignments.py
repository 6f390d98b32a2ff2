from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.logs import NAMES, chosen_journeys, views
from tests.trayecto.memory_view import view_of
from tests.trayecto.test_paths import PATHS
from tests.trayecto.twins_alignments import allowed, cheapest

from trayecto.conformance.automaton import compiled
from trayecto.conformance.costs import UNIT, Costs
from trayecto.conformance.paths import any_order, optional, repeat, sequence, step
from trayecto.errors import BadValue, UnknownStep
from trayecto.questions import alignments

A, B, C, D = map(step, NAMES)
COSTS = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 9).map(lambda tenths: tenths / 4))


def aligned(path, *journeys, costs=UNIT):
    return alignments.ask(view_of(*journeys), compiled(path), costs)


def moves_of(path, journey):
    return [(move.kind[0], move.step) for move in aligned(path, journey).variant(0).moves]


def test_a_journey_as_designed_costs_nothing():
    answer = aligned(sequence(A, B), "a0 b1")
    assert (answer.cost, answer.fitness, answer.fitting) == (0, 1, 1)


def test_what_was_not_designed_is_inserted_and_what_was_not_done_is_skipped():
    assert moves_of(sequence(A, B, C), "a0 d1 c2") == [("t", "a"), ("s", "b"), ("i", "d"), ("t", "c")]


def test_a_step_that_only_the_design_has_can_be_skipped():
    answer = alignments.ask(view_of("a0"), compiled(sequence(A, step("packaging"))))
    assert [move.step for move in answer.variant(0).moves] == ["a", "packaging"]


def test_fitness_compares_with_inserting_everything_and_the_cheapest_way_through():
    answer = aligned(sequence(A, B, optional(C)), "a0 d1")
    assert answer.variant(0).cost == 2 and answer.fitness == pytest.approx(1 - 2 / (2 + 2))


def test_a_step_skipped_here_and_inserted_there_was_out_of_order():
    (row,) = aligned(sequence(A, B, C), "b0 a1 c2", "b0 a1 c2").steps
    assert (row.skipped, row.inserted, row.out_of_order) == (0, 0, 2) and row.step in "ab"


def test_the_costs_decide_which_explanation_is_cheapest():
    path = sequence(A, B)
    dear = Costs(inserted={"a": 5}, skipped={"a": 5})
    assert {row.step for row in aligned(path, "b0 a1", costs=dear).steps} == {"b"}


def test_each_distinct_variant_is_aligned_once_and_counts_for_all_its_journeys():
    answer = aligned(sequence(A, B), "a0 b1", "a0 b5", "a0")
    assert [(one.journeys, one.cost) for one in answer.variants] == [(2, 0), (1, 1)]
    assert (answer.journeys, answer.fitting, answer.fitness) == (3, 2, pytest.approx((2 + 2 / 3) / 3))


def test_the_answer_of_an_empty_selection_is_whole():
    view = replace(view_of("a0 b1"), selection=np.array([False]))
    answer = alignments.ask(view, compiled(A))
    assert (answer.journeys, answer.fitness, answer.to_dict()["variants"]) == (0, 1.0, [])


@pytest.mark.parametrize("cost", [0, -1, float("inf"), float("nan")])
def test_a_cost_that_is_not_positive_is_refused(cost):
    with pytest.raises(BadValue, match="positive"):
        aligned(A, "a0", costs=Costs({"a": cost}, {}))


def test_a_cost_of_an_unknown_step_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownStep, match="delivered"):
        alignments.ask(view_of("a0"), compiled(step("delivered")), Costs({"deliverd": 1}, {}))


def test_a_loop_of_many_steps_is_aligned_whole():
    journey = " ".join(f"{name}{at}" for at, name in enumerate("ab" * 300))
    assert aligned(repeat(sequence(A, B, C)), journey).cost == 300


@settings(max_examples=200, deadline=None)
@given(views(), PATHS, COSTS, COSTS)
def test_costs_are_the_least_and_moves_explain_them(view, path, inserted, skipped):
    answer = alignments.ask(
        view, compiled(path), costs := Costs(known(inserted, view, path), known(skipped, view, path))
    )
    for one in answer.variants:
        assert one.cost == pytest.approx(cheapest(path, one.steps, costs.inserted, costs.skipped))
        assert tuple(move.step for move in one.moves if move.kind != "skipped") == one.steps
        assert allowed(path, [move.step for move in one.moves if move.kind != "inserted"])
        paid = {"inserted": costs.inserted, "skipped": costs.skipped}
        said = sum(paid[move.kind].get(move.step, 1) for move in one.moves if move.kind != "together")
        assert said == pytest.approx(one.cost)


@settings(max_examples=100, deadline=None)
@given(views(), PATHS)
def test_totals_are_the_sums_of_the_journeys(view, path):
    answer = alignments.ask(view, compiled(path))
    found = {one.steps: one for one in answer.variants}
    journeys = [
        (found[tuple(name for name, _ in journey)], weight) for journey, weight in chosen_journeys(view)
    ]
    whole = sum(weight for _, weight in journeys)
    assert answer.journeys == len(journeys)
    assert answer.fitting == sum(one.cost == 0 for one, _ in journeys)
    assert answer.cost == pytest.approx(sum(one.cost * weight for one, weight in journeys))
    assert answer.fitness == pytest.approx(
        sum(one.fitness * w for one, w in journeys) / whole if whole else 1
    )


def known(costs, view, path):
    return {name: cost for name, cost in costs.items() if name in {*view.step_names, *compiled(path).steps}}


def test_steps_in_any_order_fit_in_every_order():
    answer = aligned(any_order(A, B, C), "a0 b1 c2", "c0 a1 b2", "b0 c1")
    assert sorted(one.cost for one in answer.variants) == [0, 0, 1]
