import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto import twins_filters as twins
from tests.trayecto.filter_strategies import composed, leaves, some_steps, steps
from tests.trayecto.logs import views
from tests.trayecto.memory_view import HOUR, channel_column, view_of

from trayecto import filters as f
from trayecto.errors import BadValue, UnknownAttribute, UnknownStep
from trayecto.units import to_datetime


def kept(filter_, view):
    """Rows that a filter keeps."""
    return np.flatnonzero(filter_.mask(view)).tolist()


@pytest.mark.parametrize("name", ["has", "lacks", "has_all", "starts_with", "ends_with"])
@settings(max_examples=60, deadline=None)
@given(view=views(), chosen=some_steps)
def test_filters_on_steps_equal_their_plain_twins(name, view, chosen):
    expected = [getattr(twins, name)(journey, *chosen) for journey in view.journeys]
    assert getattr(f, name)(*chosen).mask(view).tolist() == expected


@pytest.mark.parametrize("name", ["followed_by", "directly_followed_by"])
@settings(max_examples=100, deadline=None)
@given(view=views(), a=steps, b=steps, hours=st.none() | st.integers(0, 6))
def test_filters_on_pairs_equal_their_plain_twins(name, view, a, b, hours):
    window = None if hours is None else hours * HOUR
    expected = [getattr(twins, name)(journey, a, b, window) for journey in view.journeys]
    assert getattr(f, name)(a, b, None if hours is None else f"{hours}h").mask(view).tolist() == expected


@settings(max_examples=60, deadline=None)
@given(views(), st.lists(steps, min_size=1, max_size=3), st.integers(0, 9), st.integers(0, 9))
def test_filters_on_sequences_and_times_equal_their_plain_twins(view, chosen, start, end):
    between = f.occurs_between(chosen, to_datetime(start * HOUR), to_datetime(end * HOUR))
    assert f.exact_variant(chosen).mask(view).tolist() == [
        twins.exact_variant(journey, *chosen) for journey in view.journeys
    ]
    assert between.mask(view).tolist() == [
        twins.occurs_between(journey, chosen, start * HOUR, end * HOUR) for journey in view.journeys
    ]


@settings(max_examples=60, deadline=None)
@given(views(), leaves(), leaves())
def test_filters_compose_as_sets(view, a, b):
    view = with_attributes(view)
    assert np.array_equal((a & b).mask(view), a.mask(view) & b.mask(view))
    assert np.array_equal((a | b).mask(view), a.mask(view) | b.mask(view))
    assert np.array_equal((~a).mask(view), ~a.mask(view))


@settings(max_examples=40, deadline=None)
@given(views(), composed())
def test_a_filter_looks_at_all_journeys_whatever_is_selected(view, filter_):
    view = with_attributes(view)
    whole = type(view)(view.journeys, view.step_names, extra=view.extra, columns=view.columns)
    assert np.array_equal(filter_.mask(view), filter_.mask(whole))


def with_attributes(view):
    """The log with a country per journey and a channel per event."""
    countries = [("CL", "PE", None, "it's")[row % 4] for row in range(view.total_journeys)]
    columns = {"channel": channel_column(view, lambda step, at: step if at % 2 == 0 else None)}
    return type(view)(
        view.journeys, view.step_names, view.weights, view.selection, {"country": countries}, columns
    )


def test_the_window_of_followed_by_is_inclusive():
    view = view_of("a0 c1 b5", "a0 c1 b6")
    assert kept(f.followed_by("a", "b", "5h"), view) == [0]


def test_followed_by_itself_needs_two_events():
    assert kept(f.followed_by("a", "a"), view_of("a0", "a0 b1 a1")) == [1]


def test_started_between_includes_its_start_and_excludes_its_end():
    view = view_of("a0 b30", "a24", "a48", "a-1 b25")
    assert kept(f.started_between("1970-01-01", "1970-01-03"), view) == [0, 1]


def test_dates_are_midnights_of_the_named_time_zone():
    view = view_of("a2", "a3")
    assert kept(f.started_between("1970-01-01", tz="America/Sao_Paulo"), view) == [1]


def test_either_bound_of_a_period_may_be_open():
    view = view_of("a0", "a48")
    assert kept(f.started_between(None, "1970-01-02"), view) == [0]
    assert kept(f.started_between("1970-01-02"), view) == [1]


def test_variant_ranks_count_from_the_most_frequent():
    view = view_of("a0", "b0 c1", "b0 c1", "b0 c1", "a0", "c0")
    assert kept(f.variant_rank(2), view) == [0, 1, 2, 3, 4]
    assert kept(f.variant_rank(exactly=2), view) == [0, 4]


def test_touches_keeps_journeys_with_an_event_of_the_channel():
    view = view_of("a0 b1", "a0", "c0")
    channels = {"a": "web", "b": "phone", "c": None}
    column = channel_column(view, lambda step, at: channels[step])
    view = type(view)(view.journeys, view.step_names, columns={"channel": column})
    assert kept(f.touches("channel", "phone", "fax"), view) == [0]


def test_an_unknown_event_column_is_named_with_those_there_are():
    view = view_of("a0", columns={"channel": None})
    with pytest.raises(UnknownAttribute, match=r"'chanel'.*Did you mean 'channel'"):
        f.touches("chanel", "web").mask(view)


def test_an_unknown_step_is_named_with_the_nearest_one():
    view = view_of("a0", names=["a", "order.placed"])
    with pytest.raises(UnknownStep, match=r"Did you mean 'order\.placed'"):
        f.has("order.palced").mask(view)


@pytest.mark.parametrize(
    "make",
    [
        f.has,
        lambda: f.has(3),
        lambda: f.funnel_reached("ab"),
        lambda: f.funnel_reached(["a"], k=2),
        lambda: f.followed_by("a", "b", "soon"),
        lambda: f.variant_rank(0),
        f.variant_rank,
        lambda: f.started_between("yesterday"),
        lambda: f.started_between("2024-01-01", tz="Chile"),
        lambda: f.touches("channel"),
    ],
)
def test_arguments_out_of_range_are_refused(make):
    with pytest.raises(BadValue):
        make()


def test_a_long_log_is_cut_between_batches_without_a_seam():
    view = view_of(*[f"a{i} b{i}" if i % 3 else f"b{i}" for i in range(50)], parts=7)
    assert f.has("a").mask(view).tolist() == [bool(i % 3) for i in range(50)]
