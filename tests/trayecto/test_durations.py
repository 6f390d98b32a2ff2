from functools import partial, reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.filter_strategies import steps
from tests.trayecto.logs import chosen_journeys, views
from tests.trayecto.memory_view import HOUR, view_of
from tests.trayecto.twins_durations import pairs

from trayecto.calendars import Calendar
from trayecto.errors import BadValue
from trayecto.filters import followed_by, parse_filter, took
from trayecto.questions import durations


def hours(view, *question, **more):
    """The sorted durations of an answer, in hours, read from a summary."""
    params = durations.durations_params(view, *question, more.get("which", "first"), more.get("calendar"))
    found = reduce(durations.merge, map(partial(durations.scan, params=params), view.batches()))
    return sorted((found.durations / HOUR).tolist())


def test_a_duration_runs_from_the_first_source_to_the_first_target_after_it():
    assert hours(view_of("b0 a1 a2 c3 b5 b9"), "a", "b") == [4.0]


def test_each_goes_on_after_a_pair_is_closed():
    assert hours(view_of("a0 a1 b4 b5 a6 b8"), "a", "b", which="each") == [2.0, 4.0]


def test_the_same_step_twice_measures_the_time_between_repetitions():
    assert hours(view_of("a0 b1 a3 a4"), "a", "a", which="each") == [1.0, 3.0]


def test_figures_of_a_small_log():
    answer = durations.ask(view_of("a0 b1", "a0 b2", "a0 b6", "a0"), "a", "b").to_dict()
    assert (answer["journeys"], answer["pairs"]) == (3, 3)
    assert answer["seconds"] == {
        "mean": 3 * 3600, "median": 2 * 3600, "p90": (2 + 0.8 * 4) * 3600, "min": 3600, "max": 6 * 3600,
    }  # fmt: skip


def test_no_pairs_have_no_figures():
    answer = durations.ask(view_of("b0 a1"), "a", "b").to_dict()
    assert (answer["pairs"], answer["seconds"], answer["quantiles"]) == (0, None, [])


def test_working_time_leaves_the_night_out():
    calendar = Calendar("mon-sun 09:00-18:00")
    assert hours(view_of("a16 b34"), "a", "b", calendar=calendar) == [3.0]  # 16 to 18, then 9 to 10


def test_weights_weigh_journeys_and_the_mean():
    view = view_of("a0 b1", "a0 b4", weights=np.array([3.0, 1.0]))
    answer = durations.ask(view, "a", "b").to_dict()
    assert (answer["weighted_journeys"], answer["weighted_pairs"]) == (4.0, 4.0)
    assert answer["seconds"]["weighted_mean"] == (3 * 1 + 1 * 4) / 4 * 3600


def test_which_is_first_or_each():
    with pytest.raises(BadValue, match="'first' or 'each'"):
        durations.ask(view_of("a0"), "a", "a", which="last")


@settings(max_examples=150, deadline=None)
@given(views(), steps, steps, st.booleans())
def test_durations_equal_plain_python(view, source, target, each):
    found = [
        (end - start) / HOUR
        for journey, _ in chosen_journeys(view)
        for start, end in pairs(journey, source, target, each)
    ]
    assert hours(view, source, target, which="each" if each else "first") == sorted(found)


@settings(max_examples=60, deadline=None)
@given(views(), steps, steps, st.booleans())
def test_quantiles_interpolate_like_numpy(view, source, target, each):
    which = "each" if each else "first"
    answer = durations.ask(view, source, target, which=which)
    found = np.array(hours(view, source, target, which=which)) * 3600
    expected = np.percentile(found, [100 * q.share for q in answer.quantiles]) if len(found) else []
    assert [q.seconds for q in answer.quantiles] == pytest.approx(list(expected))


@settings(max_examples=60, deadline=None)
@given(views(), steps, steps)
def test_the_journeys_of_a_duration_are_those_of_the_filter(view, source, target):
    answer = durations.ask(view, source, target)
    assert view.where(followed_by(source, target)).journey_count == answer.journeys


@settings(max_examples=60, deadline=None)
@given(views(), steps, steps, st.integers(0, 5), st.integers(0, 5))
def test_journeys_that_took_so_long_can_be_listed(view, source, target, low, high):
    longer = took(source, target, longer_than=f"{low}h", up_to=f"{high}h")
    expected = [
        any(low < (end - start) / HOUR <= high for start, end in pairs(journey, source, target, False))
        for journey in view.journeys
    ]
    assert longer.mask(view).tolist() == expected
    assert parse_filter(str(longer)) == longer


@settings(max_examples=40, deadline=None)
@given(views(), st.permutations(range(4)))
def test_summaries_merge_in_any_order(view, order):
    params = durations.durations_params(view, "a", "b", "each", None)
    parts = [durations.scan(batch, params) for batch in view.batches(4)]
    one, other = (
        durations.finish(reduce(durations.merge, (parts[place] for place in places)), "a", "b", "each")
        for places in (range(4), order)
    )
    assert (one.journeys, one.quantiles) == (other.journeys, other.quantiles)
    assert one.seconds is None or one.seconds.mean == pytest.approx(other.seconds.mean)
