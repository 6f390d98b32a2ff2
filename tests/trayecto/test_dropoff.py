from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial, reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.logs import NAMES, chosen_journeys, views
from tests.trayecto.memory_view import DAY, HOUR, MemoryView, view_of
from tests.trayecto.twins_dropoff import limits as twin_limits
from tests.trayecto.twins_dropoff import state

from trayecto.errors import BadValue, UnknownStep
from trayecto.filters import ends_with, lost, lost_at, open_, open_at, parse_filter, reached
from trayecto.questions import dropoff


def step_of(answer, name):
    return next(step for step in answer.steps if step.step == name)


def test_a_journey_with_the_goal_has_reached_whatever_came_after():
    answer = dropoff.ask(view_of("a0 g1 b2", names="abg", as_of_us=900 * HOUR), "g")
    assert (answer.reached, answer.open, answer.lost) == (1, 0, 0)


def test_the_limit_that_is_given_is_inclusive():
    view = view_of("a0", "a1", names="ag", as_of_us=10 * HOUR)
    answer = dropoff.ask(view, "g", {"a": "9h"})
    assert (answer.open, answer.lost) == (1, 1)
    assert step_of(answer, "a").limit_from == "given"


def test_without_a_promise_the_limit_is_the_95th_percentile_of_those_who_went_on():
    waits = [*range(1, 22)]  # hours; their 95th percentile is 20
    journeys = [f"a0 b{hours}" for hours in waits] + ["a79.9", "a80", "a80.1"]
    answer = dropoff.ask(view_of(*journeys, names="abg", as_of_us=100 * HOUR), "g", {"b": "999h"})
    step = step_of(answer, "a")
    assert (step.limit_seconds, step.limit_from) == (20 * 3600, "waits after it")
    assert (step.open, step.lost) == (2, 1)


def test_a_step_that_nobody_left_is_measured_by_the_waits_after_all_steps():
    view = view_of("a0 b2", "a0 b2 c2", names="abcg", as_of_us=10 * HOUR)
    step = step_of(dropoff.ask(view, "g"), "c")
    assert (step.limit_from, step.lost) == ("waits after all steps", 1)


def test_without_any_wait_everything_is_open():
    answer = dropoff.ask(view_of("a0", "b0", names="abg", as_of_us=999 * HOUR), "g")
    assert (answer.open, answer.lost) == (2, 0)
    assert step_of(answer, "a").limit_seconds is None


def test_several_steps_may_be_the_goal():
    view = view_of("a0 g1", "a0 h1", "a0", names="agh", as_of_us=5 * HOUR)
    assert dropoff.ask(view, ["g", "h"]).reached == 2


def test_figures_are_ready_for_json():
    answer = dropoff.ask(view_of("a0 g1", "a0", names="ag", as_of_us=5 * HOUR), "g").to_dict()
    assert answer["share_lost"] == 0.5 and answer["as_of"] == "1970-01-01T05:00:00+00:00"
    assert answer["steps"][0] == {
        "step": "a", "journeys": 1, "reached": 0, "open": 0, "lost": 1, "limit_seconds": 3600.0,
        "limit_from": "waits after it", "wait_mean": 18000.0, "wait_median": 18000.0,
    }  # fmt: skip


def test_a_goal_is_needed_and_known():
    with pytest.raises(BadValue, match="needs a goal"):
        dropoff.ask(view_of("a0"), [])
    with pytest.raises(UnknownStep):
        dropoff.ask(view_of("a0"), "z")


def full_life(size=4000, seed=5):
    """Journeys a → b → g with random waits, some given up, each with its whole future known."""
    random = np.random.default_rng(seed)
    journeys = []
    for start in random.integers(0, 120 * DAY, size).tolist():
        journey = [("a", start)]
        for step in "bg":
            if random.random() < 0.15:
                break
            journey.append((step, journey[-1][1] + int(random.exponential(3 * DAY)) + 1))
        journeys.append(tuple(journey))
    return journeys


def cut(journeys, moment):
    """What was known at that moment, and the journeys it is known of."""
    known = [(tuple(event for event in journey if event[1] <= moment), journey) for journey in journeys]
    return [(past, whole) for past, whole in known if past]


def test_a_log_cut_in_mid_life_calls_lost_hardly_any_journey_that_goes_on():
    moment = 100 * DAY
    lives = cut(full_life(), moment)
    view = MemoryView(tuple(past for past, _ in lives), ("a", "b", "g"), as_of_us=moment)
    called = lost("g").mask(view)
    still_alive = np.array([len(whole) > len(past) for past, whole in lives])
    given_up = np.array([past[-1][0] != "g" and whole == past for past, whole in lives])
    long_ago = np.array([moment - past[-1][1] > 20 * DAY for past, _ in lives])
    assert called[still_alive].mean() < 0.25  # those still waiting are the slow ones by nature
    assert (called & still_alive).sum() <= 0.05 * (called & given_up).sum()
    assert called[given_up & long_ago].all()


def test_a_log_cut_in_mid_life_knows_reached_open_and_lost_by_their_definition():
    moment = 60 * DAY
    pasts = [past for past, _ in cut(full_life(1500), moment)]
    answer = dropoff.ask(MemoryView(tuple(pasts), ("a", "b", "g"), as_of_us=moment), "g")
    limit_of = twin_limits([(past, 1) for past in pasts])
    expected = Counter(state(past, "g", limit_of, moment) for past in pasts)
    assert {"reached": answer.reached, "open": answer.open, "lost": answer.lost} == expected


@settings(max_examples=200, deadline=None)
@given(views(), st.sampled_from(NAMES), st.none() | st.integers(0, 5), st.integers(0, 30))
def test_dropoff_equals_plain_python(view, goal, hours, as_of):
    view = replace(view, as_of_us=as_of * HOUR)
    chosen = chosen_journeys(view)
    limit_of = twin_limits(chosen, None if hours is None else {"a": hours * HOUR})
    answer = dropoff.ask(view, goal, None if hours is None else {"a": f"{hours}h"})
    found, weighed = Counter(), Counter()
    for journey, weight in chosen:
        key = journey[-1][0], state(journey, goal, limit_of, as_of * HOUR)
        found[key] += 1
        weighed[key] += weight
    for step in answer.steps:
        for name in ("reached", "open", "lost"):
            assert getattr(step, name) == found[step.step, name]
            assert view.weights is None or getattr(step, f"weighted_{name}") == weighed[step.step, name]


@settings(max_examples=120, deadline=None)
@given(views(), st.lists(st.sampled_from(NAMES), min_size=1, max_size=2), st.integers(0, 30))
def test_every_count_equals_the_rows_of_its_filter(view, goal, as_of):
    view = replace(view, as_of_us=as_of * HOUR)
    answer = dropoff.ask(view, goal)
    whole = replace(view, selection=None)
    clicks = {
        reached(*goal): answer.reached,
        open_(goal, answer.limits): answer.open,
        lost(goal, answer.limits): answer.lost,
    }
    for step in answer.steps:
        clicks[ends_with(step.step)] = step.journeys
        clicks[lost_at(step.step, goal, answer.limits)] = step.lost
        clicks[open_at(step.step, goal, answer.limits)] = step.open
    selected = [True] * view.total_journeys if view.selection is None else view.selection
    assert {click: int((click.mask(whole) & selected).sum()) for click in clicks} == clicks
    assert all(parse_filter(str(click)) == click for click in clicks)


def test_a_filter_without_limits_measures_the_view_it_is_applied_to():
    view = view_of("a0 b1", "a0 b90", "a0", names="abg", as_of_us=50 * HOUR)
    fast = view.where(~ends_with("b") | parse_filter("followed_by('a', 'b', '1h')"))
    assert view.where(lost_at("a", "g")).journey_count == 0
    assert fast.where(lost_at("a", "g")).journey_count == dropoff.ask(fast, "g").steps[0].lost == 1


@settings(max_examples=30, deadline=None)
@given(views(), st.permutations(range(4)))
def test_summaries_merge_in_any_order(view, order):
    params = dropoff.DropoffParams((0,), 30 * HOUR, np.full(len(NAMES), 5 * HOUR))
    parts = list(map(partial(dropoff.scan, params=params), view.batches(4)))
    limits = dropoff.find_limits(view, (0,))
    answers = [
        dropoff.finish(
            reduce(dropoff.merge, (parts[place] for place in places)), limits, NAMES, ("a",), view.as_of
        )
        for places in (range(4), order)
    ]
    assert answers[0] == answers[1]


def test_limits_come_back_as_lengths_of_time():
    answer = dropoff.ask(view_of("a0", names="ag", as_of_us=HOUR), "g", {"a": timedelta(hours=2)})
    assert answer.limits == {"a": timedelta(hours=2)}


def test_a_step_without_a_limit_stays_open_for_the_filter_too():
    view = view_of("b0", "a0 a0", names="abg", as_of_us=HOUR, selection=np.array([True, False]))
    answer = dropoff.ask(view, "g")
    assert answer.limits == {"b": None}
    assert str(lost_at("b", "g", answer.limits)) == "lost_at('b', 'g', {'b': null})"
    assert not lost_at("b", "g", answer.limits).mask(view).any()
