from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.event_tables import events_of, journeys_in
from tests.trayecto.twins_build import cut_anchored, cut_plain

import trayecto
from trayecto.errors import BadValue
from trayecto.log.boundaries import cut

SECOND = 1_000_000
NAMES = ("ad", "buy", "got", "ask")
life = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 4)), min_size=1, max_size=14)
length = st.none() | st.integers(0, 6)
some = st.lists(st.sampled_from(NAMES), max_size=2)


def timed(steps_and_pauses):
    time, found = 0, []
    for step, pause in steps_and_pauses:
        time += pause
        found.append((step, time * SECOND))
    return found


def journeys_of(lives, boundaries):
    """The lives cut by the kernel, as lists of (step, time)."""
    flat = [event for one in lives for event in one]
    offsets = np.cumsum([0] + [len(one) for one in lives]).astype(np.int64)
    steps = np.array([NAMES.index(step) for step, _ in flat], np.uint16)
    times = np.array([time for _, time in flat], np.int64)
    edges = cut(boundaries, offsets, steps, times, NAMES).tolist()
    return [flat[low:high] for low, high in pairwise(edges)]


def text(value):
    return None if value is None else f"{value}s"


def scaled(value):
    return None if value is None else value * SECOND


@given(st.lists(life, min_size=1, max_size=3), some, some, length)
@settings(max_examples=150)
def test_a_plain_cut_equals_its_slow_twin(lives, starts, ends, gap):
    lives = [timed(one) for one in lives]
    found = journeys_of(lives, trayecto.Boundaries(starts=starts, ends=ends, gap=text(gap)))
    assert found == [journey for one in lives for journey in cut_plain(one, starts, ends, scaled(gap))]


@given(st.lists(life, min_size=1, max_size=3), some, some, length, length, length)
@settings(max_examples=300)
def test_an_anchored_cut_equals_its_slow_twin(lives, opening, close, before, after, gap):
    lives = [timed(one) for one in lives]
    boundaries = trayecto.Boundaries(
        anchor=["buy"], opening=opening, close=close, before=text(before), after=text(after), gap=text(gap)
    )
    limits = scaled(before), scaled(after), scaled(gap)
    expected = [journey for one in lives for journey in cut_anchored(one, ["buy"], opening, close, *limits)]
    assert journeys_of(lives, boundaries) == expected


def words(text):
    """``"ad0 buy3"`` as events, times in seconds."""
    found = []
    for word in text.split():
        name = next(name for name in NAMES if word.startswith(name))
        found.append((name, int(word[len(name) :]) * SECOND))
    return found


def cut_words(line, **boundaries):
    found = journeys_of([words(line)], trayecto.Boundaries(**boundaries))
    return [" ".join(f"{step}{time // SECOND}" for step, time in journey) for journey in found]


ANCHORED = {
    "anchor": ["buy"],
    "opening": ["ad"],
    "close": ["got"],
    "before": "30s",
    "after": "60s",
    "gap": "30s",
}


def test_a_journey_runs_from_the_first_contact_before_the_order_to_the_time_after_its_close():
    line = "ad0 ad50 ask60 buy70 got80 ask140 ask141"
    assert cut_words(line, **ANCHORED) == ["ad0", "ad50 ask60 buy70 got80 ask140", "ask141"]


def test_orders_without_a_close_between_them_share_a_journey():
    assert cut_words("buy0 buy10 got20", **ANCHORED) == ["buy0 buy10 got20"]


def test_the_next_opening_ends_the_journey_before_its_time_is_up():
    line = "buy0 got10 ask20 ad30 buy40 got50"
    assert cut_words(line, **ANCHORED) == ["buy0 got10 ask20", "ad30 buy40 got50"]


def test_a_journey_that_never_closes_runs_on():
    assert cut_words("buy0 ask500 ask900", **ANCHORED) == ["buy0 ask500 ask900"]


def test_browsing_without_order_ends_after_quiet_time():
    assert cut_words("ad0 ad30 ad61", **ANCHORED) == ["ad0 ad30", "ad61"]


def test_cut_journeys_are_numbered_and_keep_their_person(tmp_path):
    events = events_of([("ana", "a", 0), ("ben", "a", 0), ("ana", "a", 9 * SECOND)])
    log = trayecto.build(events, tmp_path / "log", boundaries=trayecto.Boundaries(gap="5s"))
    assert list(journeys_in(log)) == ["ana#1", "ana#2", "ben#1"]
    assert log.attributes["person"].to_pylist() == ["ana", "ana", "ben"]


def test_the_person_of_an_uncut_journey_comes_from_its_column(tmp_path):
    events = events_of([("o1", "a", 0), ("o2", "a", 0)], person=pa.array([None, "ana"]))
    assert trayecto.build(events, tmp_path / "log").attributes["person"].to_pylist() == [None, "ana"]


@pytest.mark.parametrize(
    "wrong", [{"anchor": ["a"], "starts": ["b"]}, {"close": ["b"]}, {"gap": "soon"}, {"before": "3d"}]
)
def test_boundaries_that_make_no_sense_are_refused(wrong):
    with pytest.raises(BadValue):
        trayecto.Boundaries(**wrong)
