import numpy as np
import pytest
from hypothesis import given, settings
from tests.trayecto.logs import views
from tests.trayecto.memory_view import MemoryView, view_of
from tests.trayecto.twins_map import fewest_covering, variants_of

from trayecto.errors import BadValue
from trayecto.questions import variants as question


def as_twin(result):
    return {row.steps: (row.journeys, row.weighted_journeys, row.median_seconds) for row in result.variants}


@given(views(longest=3, most=12))
def test_variants_equal_their_slow_twin(view):
    result = question.ask(view)
    expected = {
        steps: (count, weight if view.weights is not None else None, pytest.approx(np.median(spans)))
        for steps, (count, weight, spans) in variants_of(view).items()
    }
    assert as_twin(result) == expected


@given(views(longest=3, most=12))
def test_coverage_is_the_fewest_variants_that_reach_80_percent(view):
    result = question.ask(view)
    counts = [count for count, _, _ in variants_of(view).values()]
    assert (result.coverage_80.variants, result.coverage_80.share) == pytest.approx(fewest_covering(counts))


@given(views(longest=3, most=12))
def test_weighted_coverage_counts_weight(view):
    result = question.ask(view)
    if view.weights is None:
        assert result.weighted_coverage_80 is None
        return
    weights = [weight for _, weight, _ in variants_of(view).values()]
    found = (result.weighted_coverage_80.variants, result.weighted_coverage_80.share)
    assert found == pytest.approx(fewest_covering(weights))


@given(views(longest=3, most=12))
def test_variants_come_by_falling_frequency_then_by_their_steps(view):
    keys = [(-row.journeys, row.steps) for row in question.ask(view).variants]
    assert keys == sorted(keys)


@given(views(longest=3, most=12), views(longest=3, most=12))
@settings(max_examples=50)
def test_merging_is_commutative_and_associative(first, second):
    a, b = (question.scan(batch) for batch in first.batches())
    c = question.scan(second.batches(1)[0])
    left = question.finish(question.merge(question.merge(a, b), c), "abcd")
    right = question.finish(question.merge(c, question.merge(b, a)), "abcd")
    assert as_twin(left) == as_twin(right) and left.coverage_80 == right.coverage_80


def test_sequences_that_share_a_hash_are_told_apart_step_by_step():
    rng = np.random.default_rng(5)
    journeys = tuple(tuple((str(step), 0) for step in row) for row in rng.integers(0, 2, (3000, 14)))
    view = MemoryView(journeys, ("0", "1"))
    result = question.ask(view)
    assert result.distinct == len(set(journeys)) and sum(row.journeys for row in result.variants) == 3000


def test_top_lists_the_most_frequent_and_still_counts_all():
    result = question.ask(view_of("a0 b1", "a0 b2", "a0 c1", "b0"), top=1)
    assert (len(result.variants), result.distinct, result.journeys) == (1, 3, 4)
    assert result.to_dict()["variants"] == [
        {"steps": ["a", "b"], "journeys": 2, "share": 0.5, "seconds": {"median": 1.5 * 3600}}
    ]


def test_variants_are_read_like_a_sequence():
    rows = question.ask(view_of("a0 b1", "a0 b2", "c0")).variants
    assert [row.rank for row in rows] == [1, 2] and rows[-1] == rows[1] and len(rows[:1]) == 1
    with pytest.raises(IndexError):
        rows[2]


def test_results_with_the_same_variants_are_equal():
    assert question.ask(view_of("a0 b1", "c0")) == question.ask(view_of("a5 b6", "c9"))
    assert question.ask(view_of("a0 b1", "c0")) != question.ask(view_of("a0 b1", "b0"))


def test_variants_of_no_journeys_are_none():
    assert question.ask(MemoryView((), ())).to_dict() == {
        "journeys": 0, "distinct": 0, "coverage_80": {"variants": 0, "share": 0.0}, "variants": [],
    }  # fmt: skip


def test_a_negative_top_is_refused():
    with pytest.raises(BadValue, match="-1"):
        question.ask(view_of("a0"), top=-1)


def test_arrow_has_one_row_per_variant():
    table = question.ask(view_of("a0 b1", "c0", weights=np.array([2.0, 1.0]))).to_arrow()
    assert table.select(["steps", "weighted_share"]).to_pylist() == [
        {"steps": ["a", "b"], "weighted_share": pytest.approx(2 / 3)},
        {"steps": ["c"], "weighted_share": pytest.approx(1 / 3)},
    ]
