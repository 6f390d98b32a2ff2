from collections import Counter
from datetime import timedelta
from functools import partial, reduce
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.logs import chosen_journeys, views
from tests.trayecto.memory_view import DAY, HOUR, MemoryView, view_of

from trayecto.errors import BadValue
from trayecto.filters import occurs_between
from trayecto.questions import volume
from trayecto.units import to_datetime

ZONES = ("UTC", "America/Santiago", "Asia/Kolkata")


def stretched(view):
    """The log with hours made days and a half, to spread it over months."""
    journeys = tuple(tuple((step, at * 36) for step, at in journey) for journey in view.journeys)
    return MemoryView(journeys, view.step_names, view.weights, view.selection)


def period_of(at, period, tz):
    """First day of a moment's period, in plain Python."""
    day = to_datetime(at).astimezone(ZoneInfo(tz)).date()
    if period == "week":
        return day - timedelta(days=day.isocalendar().weekday - 1)
    if period == "month":
        return day.replace(day=1)
    if period == "quarter":
        return day.replace(day=1, month={0: 1, 1: 4, 2: 7, 3: 10}[(day.month - 1) // 3])
    return day


def test_a_journey_counts_once_per_step_and_period():
    answer = volume.ask(view_of("a0 a1 a30", "a2"), "day")
    assert [(step.events, step.journeys) for step in answer.steps] == [(3, 2), (1, 1)]


def test_periods_have_no_gap():
    answer = volume.ask(view_of("a0 b80"), "day").to_dict()
    assert [(p["start"], p["events"]) for p in answer["periods"]] == [
        ("1970-01-01", 1), ("1970-01-02", 0), ("1970-01-03", 0), ("1970-01-04", 1),
    ]  # fmt: skip


def test_days_are_those_of_the_time_zone():
    answer = volume.ask(view_of("a2 b4"), "day", "America/Santiago")  # UTC-3 in January 1970
    assert [(step.step, step.start.isoformat()) for step in answer.steps] == [
        ("a", "1969-12-31"),
        ("b", "1970-01-01"),
    ]


def test_a_day_on_which_the_clocks_change_is_one_day():
    start = 54 * 365 * DAY
    view = view_of(*[f"a{(start + hour * HOUR) // HOUR}" for hour in range(24 * 366)])
    answer = volume.ask(view, "day", "America/Santiago")
    lengths = Counter(period.ends - period.begins for period in answer.periods)
    assert lengths[timedelta(hours=23)] == lengths[timedelta(hours=25)] == 1
    assert all(
        period.events == (period.ends - period.begins) / timedelta(hours=1) for period in answer.periods[1:-1]
    )


@settings(max_examples=150, deadline=None)
@given(views(), st.sampled_from(["day", "week", "month", "quarter"]), st.sampled_from(ZONES))
def test_volume_equals_counting_by_hand(view, period, tz):
    view = stretched(view)
    events, journeys, weighed = Counter(), Counter(), Counter()
    for journey, weight in chosen_journeys(view):
        cells = [(step, period_of(at, period, tz)) for step, at in journey]
        events.update(cells)
        journeys.update(set(cells))
        weighed.update(dict.fromkeys(set(cells), weight))
    answer = volume.ask(view, period, tz)
    assert {(step.step, step.start): step.events for step in answer.steps} == events
    assert {(step.step, step.start): step.journeys for step in answer.steps} == journeys
    if view.weights is not None:
        assert {(step.step, step.start): step.weighted_journeys for step in answer.steps} == weighed


@settings(max_examples=40, deadline=None)
@given(views(), st.sampled_from(["day", "month"]), st.sampled_from(ZONES))
def test_every_count_of_journeys_equals_the_rows_of_its_filter(view, period, tz):
    view = stretched(view)
    answer = volume.ask(view, period, tz)
    bounds = {figures.start: (figures.begins, figures.ends) for figures in answer.periods}
    for step in answer.steps:
        assert view.where(occurs_between(step.step, *bounds[step.start])).journey_count == step.journeys
    for figures in answer.periods:
        assert view.where(occurs_between([], figures.begins, figures.ends)).journey_count == figures.journeys


@settings(max_examples=30, deadline=None)
@given(views(), st.permutations(range(4)))
def test_summaries_merge_in_any_order(view, order):
    edges = np.array([-DAY, 5 * HOUR, 100 * DAY])
    parts = list(map(partial(volume.scan, edges=edges), view.batches(4)))
    one, other = (reduce(volume.merge, (parts[place] for place in places)) for places in (range(4), order))
    assert np.array_equal(one.counts, other.counts)


def test_nothing_selected_has_no_periods():
    answer = volume.ask(view_of("a0", selection=np.array([False])), "day")
    assert (answer.periods, answer.steps) == ((), ())


@pytest.mark.parametrize(("period", "tz"), [("year", "UTC"), ("day", "Chile")])
def test_unknown_periods_and_time_zones_are_refused(period, tz):
    with pytest.raises(BadValue):
        volume.ask(view_of("a0"), period, tz)
