from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto import twins_delays as twin
from tests.trayecto.logs import NAMES, chosen_journeys, views
from tests.trayecto.memory_view import HOUR, view_of

from trayecto.calendars import Calendar
from trayecto.errors import BadValue, UnknownStep
from trayecto.filters import has, late_at, parse_filter
from trayecto.questions import delays
from trayecto.questions.promised import Promise, waiting_of
from trayecto.units import to_datetime


def step_of(answer, name):
    return next(step for step in answer.steps if step.step == name)


def test_late_is_beyond_the_promise():
    answer = delays.ask(view_of("a0 b3", "a0 b4"), {"b": Promise("3h")})
    step = step_of(answer, "b")
    assert (step.journeys, step.late_journeys, step.threshold_from) == (2, 1, "promise")


def test_without_a_promise_late_is_beyond_the_90th_percentile():
    view = view_of(*[f"a0 b{hours}" for hours in range(1, 12)])
    step = step_of(delays.ask(view), "b")
    assert (step.threshold, step.threshold_from, step.late_journeys) == (timedelta(hours=10), "p90", 1)


def test_the_wait_counts_from_the_latest_since():
    view = view_of("a0 a4 c5 b6", "a0 c5 b6")
    assert step_of(delays.ask(view, {"b": Promise("3h", since="a")}), "b").late_journeys == 1


def test_a_step_without_a_start_has_no_wait():
    step = step_of(delays.ask(view_of("b0", "c0 b9"), {"b": Promise("1h", since="a")}), "b")
    assert (step.journeys, step.waits, step.late_journeys) == (2, 0, 0)


def test_a_journey_is_late_once_however_often():
    view = view_of("a0 b9 a10 b19 a20 b21")
    assert step_of(delays.ask(view, {"b": Promise("5h")}), "b").late_journeys == 1


def test_a_threshold_may_come_from_an_earlier_period():
    view = view_of("a0 b1", "a1 b2", "a50 b53", "a60 b64")
    period = (datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC))
    step = step_of(delays.ask(view, baseline=period), "b")
    assert (step.threshold, step.late_journeys) == (timedelta(hours=1), 2)


def test_thresholds_do_not_depend_on_what_is_selected():
    view = view_of(*[f"a0 b{hours}" for hours in range(1, 12)])
    few = replace(view, selection=np.arange(11) >= 8)
    assert step_of(delays.ask(few), "b").threshold == timedelta(hours=10)
    assert step_of(delays.ask(few), "b").mean == 10 * 3600


def test_promises_may_be_made_in_working_days():
    calendar = Calendar("mon-fri 09:00-18:00")  # 1 January 1970 was a Thursday
    view = view_of("a10 b34", "a10 b36", "a34 b106", "a34 b107")
    step = step_of(delays.ask(view, {"b": Promise("1 working day", calendar=calendar)}), "b")
    assert (step.late_journeys, step.threshold) == (2, timedelta(hours=9))
    assert step.mean == (9 + 11 + 9 + 10) / 4 * 3600


def test_the_cause_is_the_earlier_step_that_lost_most_time():
    usual = ["a0 c1 d2 b3"] * 9
    answer = delays.ask(view_of(*usual, "a0 c9 d10 b11"), {"b": Promise("5h", since="a")})
    step = step_of(answer, "b")
    assert (step.cause.step, step.cause.excess_seconds) == ("c", 8 * 3600)
    assert step.own_excess_seconds == 0


def test_time_lost_in_the_last_stretch_is_told_apart():
    usual = ["a0 c1 b2"] * 9
    step = step_of(delays.ask(view_of(*usual, "a0 c1 b9"), {"b": Promise("5h", since="a")}), "b")
    assert (step.cause, step.own_excess_seconds) == (None, 7 * 3600)


def test_with_since_only_the_time_after_it_can_be_a_cause():
    usual = ["d0 e1 a2 c3 b4"] * 9
    view = view_of(*usual, "d0 e90 a91 c95 b96")
    step = step_of(delays.ask(view, {"b": Promise("3h", since="a")}), "b")
    assert step.cause.step == "c"


def test_figures_are_ready_for_json():
    answer = delays.ask(view_of("a0 b3", "a0 b5", weights=np.array([1.0, 3.0])), {"b": Promise("4h")})
    assert answer.to_dict()["steps"][0] == {
        "step": "b", "journeys": 2, "waits": 2, "late_journeys": 1, "share_late": 0.5, "threshold_seconds": 14400,
        "threshold_from": "promise", "since": None, "mean": 14400, "median": 14400, "own_excess_seconds": 3600,
        "cause": None, "weighted_journeys": 4, "weighted_late_journeys": 3, "weighted_share_late": 0.75,
    }  # fmt: skip
    assert answer.to_arrow().num_rows == 2


def test_promises_name_steps_of_the_log():
    with pytest.raises(UnknownStep):
        delays.ask(view_of("a0"), {"z": Promise("1h")})
    with pytest.raises(BadValue, match="working days"):
        delays.ask(view_of("a0"), {"a": Promise("5d", calendar=Calendar())})


promises = st.dictionaries(
    st.sampled_from(NAMES),
    st.builds(Promise, st.none() | st.sampled_from(["0h", "2h", "4h"]), st.none() | st.sampled_from(NAMES)),
    max_size=3,
)


def twin_answer(view, given, baseline):
    """Per step: late journeys, weighted, cause and own excess, by the plain twin."""
    low, high = (None, None) if baseline is None else baseline
    base = [j for j in view.journeys if baseline is None or low <= j[0][1] < high]
    median_of = Counter(twin.medians(base))
    found = {}
    for step in NAMES:
        promise = given.get(step, Promise())
        limit = twin.threshold(base, step, promise.since, promise.length())
        causes, own, count, weighed = Counter(), 0, 0, 0.0
        for journey, weight in chosen_journeys(view):
            if twin.late(journey, step, promise.since, limit) is None:
                continue
            unknown = {name: median_of.get(name, 10**17) for name in NAMES}
            excess, last = twin.excess_before(journey, step, promise.since, limit, unknown)
            causes.update(excess)
            own, count, weighed = own + last, count + 1, weighed + weight
        most = max(causes.values(), default=0)
        cause = min((name for name in causes if causes[name] == most), default=None) if most else None
        found[step] = (count, weighed, cause, most / 1000 if most else None, own / 1000)
    return found


@settings(max_examples=250, deadline=None)
@given(views(), promises, st.none() | st.tuples(st.integers(0, 2), st.integers(1, 3)))
def test_delays_equal_plain_python(view, given, baseline):
    hours = None if baseline is None else tuple(at * HOUR for at in baseline)
    moments = None if hours is None else tuple(map(to_datetime, hours))
    expected = twin_answer(view, given, hours)
    for step in delays.ask(view, given, moments).steps:
        cause = (None, None) if step.cause is None else (step.cause.step, step.cause.excess_seconds)
        weighed = (
            expected[step.step][1] if step.weighted_late_journeys is None else step.weighted_late_journeys
        )
        found = (step.late_journeys, weighed, *cause, step.own_excess_seconds)
        assert found == expected[step.step]


@settings(max_examples=80, deadline=None)
@given(views(), promises)
def test_every_count_equals_the_rows_of_its_filter(view, given):
    for step in delays.ask(view, given).steps:
        click = late_at(step.step, step.threshold, since=step.since)
        assert view.where(has(step.step)).journey_count == step.journeys
        assert parse_filter(str(click)) == click
        if step.threshold is not None:
            assert view.where(click).journey_count == step.late_journeys


def test_a_late_filter_in_working_time_reads_back():
    calendar = Calendar("mon-fri 09:00-18:00", country="CL", tz="America/Santiago")
    click = late_at("b", "5 working days", since="a", calendar=calendar)
    assert "'45h'" in str(click)
    assert parse_filter(str(click)) == click


def test_a_late_filter_without_a_limit_takes_the_90th_percentile_of_the_log():
    view = view_of(*[f"a0 b{hours}" for hours in range(1, 12)])
    assert np.flatnonzero(late_at("b").mask(view)).tolist() == [10]


@settings(max_examples=30, deadline=None)
@given(views(), st.permutations(range(4)))
def test_summaries_merge_in_any_order(view, order):
    given_ = {"b": Promise("1h", since="a")}
    waiting = waiting_of(view, given_)
    yardstick, measured = delays.measure_up(view, given_, waiting, None)
    parts = [delays.scan(batch, waiting, yardstick) for batch in view.batches(4)]
    answers = [
        delays.finish(
            reduce(delays.merge, (parts[place] for place in places)),
            yardstick, measured, NAMES, given_, weighted=view.weights is not None,
        )
        for places in (range(4), order)
    ]  # fmt: skip
    assert answers[0] == answers[1]


def test_usual_waits_are_the_thresholds_of_steps_without_a_promise():
    view = view_of("a0 b5 c9", "a1 b2 c3", "a3 c9")
    told = {step.step: step.threshold for step in delays.ask(view).steps if step.threshold is not None}
    assert delays.usual_waits(view) == told
