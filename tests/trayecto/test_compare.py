import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.logs import views
from tests.trayecto.memory_view import HOUR, MemoryView, view_of
from tests.trayecto.twins_compare import counts, permuted, two_proportions, waits

from trayecto.chance import difference, q_values, wilson
from trayecto.persons import by_person
from trayecto.questions import compare


def by_steps(result):
    return {one.steps: one for one in (*result.steps, *result.flows)}


def sets(luck, n, m, share_a, share_b, per_person=1, shift=0.0):
    """Journeys a → b, those of set A with b at ``share_a``; each person has ``per_person`` equal journeys."""
    rows, persons, first = [], [], []
    for number in range(n + m):
        mine = number < n
        has_b = luck.random() < (share_a if mine else share_b)
        wait = luck.expovariate(1.0) + (0 if mine else shift)
        journey = (("a", 0), ("b", int(wait * HOUR))) if has_b else (("a", 0),)
        for _ in range(per_person):
            rows.append(journey)
            persons.append(f"p{number}")
            first.append(mine)
    view = MemoryView(tuple(rows), ("a", "b"), extra={"person": persons})
    return view, np.array(first), ~np.array(first)


def test_differences_are_the_second_set_less_the_first():
    result = compare.ask(
        view_of("a0 b1", "a0", "a0 b3"), np.array([1, 1, 0], bool), np.array([0, 0, 1], bool)
    )
    one = by_steps(result)["a", "b"]
    assert (one.a.journeys, one.b.journeys, one.share.expected) == (1, 1, 0.5)
    assert (one.a.median, one.b.median, one.seconds.expected) == (3600.0, 3 * 3600.0, 2 * 3600.0)


def test_a_journey_may_be_in_both_sets():
    result = compare.ask(view_of("a0", "b0"), np.array([True, True]), np.array([True, False]))
    assert (result.a.journeys, result.b.journeys, result.both) == (2, 1, 1)


def test_an_empty_set_is_no_error():
    result = compare.ask(view_of("a0 b1"), np.array([True]), np.array([False]))
    assert (result.b.journeys, result.tests) == (0, 0)


def test_too_few_journeys_are_not_tested():
    luck = random.Random(1)
    result = compare.ask(*sets(luck, 29, 100, 0.2, 0.9))
    assert by_steps(result)["b",].share.p is None


def test_with_one_journey_a_person_the_test_is_the_textbooks():
    view, a, b = sets(random.Random(2), 150, 90, 0.4, 0.6)
    one = by_steps(compare.ask(view, a, b))["b",]
    expected = two_proportions(one.a.journeys, 150, one.b.journeys, 90)
    assert one.share.p == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("copies", [2, 5])
def test_journeys_of_a_person_that_repeat_each_other_say_nothing_new(copies):
    single = by_steps(compare.ask(*sets(random.Random(3), 120, 140, 0.4, 0.55)))["a", "b"]
    several = by_steps(compare.ask(*sets(random.Random(3), 120, 140, 0.4, 0.55, copies)))["a", "b"]
    assert several.share.p == pytest.approx(single.share.p, rel=1e-9)
    assert (several.share.low, several.share.high) == pytest.approx(
        (single.share.low, single.share.high), rel=1e-6
    )
    assert several.seconds.p == pytest.approx(single.seconds.p, rel=0.2)


@pytest.mark.parametrize("shift", [0.0, 0.25, 0.4])
def test_the_test_of_times_is_what_permuting_persons_comes_to(shift):
    view, a, b = sets(random.Random(4), 80, 70, 1.0, 1.0, 2, shift)
    found = by_steps(compare.ask(view, a, b))["a", "b"].seconds.p
    lists = [[[j[1][1] / 1e6] * 2 for j in np.array(view.journeys, object)[mask][::2]] for mask in (a, b)]
    assert found == pytest.approx(permuted(*lists), abs=0.04)


def test_sets_drawn_by_chance_are_hardly_ever_told_apart():
    marked = 0
    for seed in range(60):
        result = compare.ask(*sets(random.Random(seed), 200, 200, 0.5, 0.5))
        marked += any(
            one.share.significant or (one.seconds and one.seconds.significant)
            for one in by_steps(result).values()
        )
    assert marked <= 8


def test_the_interval_of_a_difference_holds_the_truth_nineteen_times_in_twenty():
    held = 0
    for seed in range(200):
        one = by_steps(compare.ask(*sets(random.Random(seed), 120, 150, 0.3, 0.5)))["b",]
        held += one.share.low <= 0.2 <= one.share.high
    assert held >= 180


def test_variants_that_differ_most_come_first():
    view, a, b = sets(random.Random(6), 100, 100, 0.2, 0.8)
    result = compare.ask(view, a, b)
    assert [one.steps for one in result.variants] == [("a",), ("a", "b")] or result.variants[
        0
    ].share.significant
    assert result.variants[0].share.expected == pytest.approx(-result.variants[1].share.expected)


def test_q_values_are_those_of_benjamini_and_hochberg():
    assert q_values([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_newcombes_example_of_a_difference_of_proportions():
    apart = difference(wilson(48, 80), wilson(56, 70))  # Newcombe (1998), table II, column (a), method 10
    assert (apart.low, apart.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)


@settings(max_examples=120, deadline=None)
@given(views(), st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_shares_and_medians_equal_counting_every_journey(view, sides):
    masks = [np.array([bool(side & bit) for side in sides[: view.total_journeys]]) for bit in (1, 2)]
    kept = np.ones(view.total_journeys, bool) if view.selection is None else view.selection
    journeys = [[j for j, m, k in zip(view.journeys, mask, kept, strict=True) if m and k] for mask in masks]
    result = by_steps(compare.ask(view, *masks))
    for place, mine in enumerate(journeys):
        side = lambda one, place=place: (one.a, one.b)[place]  # noqa: E731
        assert {key: n for key, one in result.items() if (n := side(one).journeys)} == dict(counts(mine))
        for key, found in waits(mine).items():
            assert side(result[key]).median == pytest.approx(np.percentile(found, 50))
            assert side(result[key]).p90 == pytest.approx(np.percentile(found, 90))


@settings(max_examples=40, deadline=None)
@given(views(), st.randoms(use_true_random=False))
def test_summaries_of_persons_merge_in_any_order(view, luck):
    sides = np.array([luck.randrange(4) for _ in view.journeys], np.uint8)
    marks = {compare.SIDES: sides, compare.VARIANTS: np.full(len(sides), -1, np.int32)}
    params = compare.Params(4, np.empty(0, np.int64), 16, 0)
    found = [compare.scan(one, params) for one in by_person(view, marks).cut(4)]
    whole = compare.scan(by_person(view, marks), params)
    luck.shuffle(found)
    merged = found[0]
    for one in found[1:]:
        merged = compare.merge(merged, one)
    assert merged.table == pytest.approx(whole.table) and merged.whole == pytest.approx(whole.whole)


def test_a_filter_that_everybody_meets_changes_nothing():
    view, a, b = sets(random.Random(8), 60, 60, 0.5, 0.6)
    assert compare.ask(view, a, b) == compare.ask(replace(view, selection=np.ones(120, bool)), a, b)


def test_weights_make_the_shares():
    view = view_of("a0 b1", "a0", weights=np.array([3.0, 1.0]))
    one = compare.ask(view, np.array([True, True]), np.array([False, True])).to_dict()["steps"][1]
    assert (one["a"]["share"]["expected"], one["a"]["weighted_journeys"]) == (0.75, 3.0)
